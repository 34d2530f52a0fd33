import { FormatError, RankError } from '../../src/errors.ts';
import { full } from '../../src/formats/algebra.ts';
import { denseWeight } from '../../src/formats/make.ts';
import { Factored, ranksOf } from '../../src/formats/network.ts';
import { type LrpetState, lrpet } from '../../src/methods/lrpet.ts';
import { project, rectifierOf } from '../../src/methods/lrpetProject.ts';
import { normsAfter } from '../../src/methods/normAfter.ts';
import { type Planned, planned } from '../../src/methods/plan.ts';
import type { Target } from '../../src/methods/settings.ts';
import { modelNamed } from '../../src/nn/models/all.ts';
import { ranksByPath } from '../../src/nn/counts.ts';
import type { Module, Params } from '../../src/nn/module.ts';
import { mul, sub } from '../../src/ops/binary.ts';
import { singularValues } from '../../src/ops/linalg/svd.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { normal } from '../../src/ops/random.ts';
import { reshape } from '../../src/ops/reshape.ts';
import { norm2 } from '../../src/ops/statistics.ts';
import { fold, key } from '../../src/random.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync, item } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { evaluation } from '../../src/train/evaluate.ts';
import { train } from '../../src/train/train.ts';
import { leavesOf, withLeaves } from '../../src/tree.ts';
import { advance, methodLaws } from '../laws/method.ts';
import { plantedTask } from '../support/planted.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';
import { convModel, methodOf, plainSettings, someSettings, toyTask } from '../support/toys.ts';

const test = suite('lrpet');
const half: Target = { format: 'lowRank', rank: { bound: 0.5 }, keep: [] };

/** Parameters of the convolutional toy with a batch norm that scales its channels unequally, one of them backwards. */
function normed(): { model: Module; params: Params; conv: Planned } {
  const model = convModel(denseWeight());
  const leaves = new Map<string, Tensor>([
    ['norm.gamma', tensor([2, -1, 0.5, 1, 3, 0.8], [6])],
    ['norm.variance', tensor([0.5, 1, 2, 4, 0.1, 1], [6])],
  ]);
  const params = withLeaves<Tensor, Params>(model.init(key(3), ''), leaves);
  return { model, params, conv: planned(model, params, half).weights[0]! };
}

const matrix = (x: Tensor): Tensor => reshape(x, [x.shape[0]!, -1]);
const frobenius = (x: Tensor): number => item(norm2(x));
const values = (x: Tensor): number[] => [...(dataSync(singularValues(matrix(x))) as Float32Array)];
const near = (a: number, b: number, eps: number): void => assert.ok(Math.abs(a - b) <= eps * Math.abs(b), `${a} ${b}`);

test('projections have the rank exactly and the norm that the weight had', () => {
  const { conv } = normed();
  const { dense, form } = project(conv, { transfer: true })!;
  assert.equal(ranksOf(form), { r: 3 });
  near(frobenius(dense), frobenius(conv.weight), 1e-6);
  const s = values(dense);
  assert.ok(s[2]! > 0.1 * s[0]! && s[3]! < 1e-6 * s[0]!, s.join(' '));
  // Every kept value grows by the same factor.
  const before = values(conv.weight);
  const beta = Math.sqrt(before.reduce((n, x) => n + x * x, 0) / before.slice(0, 3).reduce((n, x) => n + x * x, 0));
  for (let k = 0; k < 3; k++) near(s[k]!, beta * before[k]!, 1e-5);
});

test('without transfer the projection is the nearest matrix of the rank', () => {
  const { conv } = normed();
  const { dense, lost, energy } = project(conv, { transfer: false })!;
  const rest = values(conv.weight).slice(3);
  const tail = Math.sqrt(rest.reduce((n, x) => n + x * x, 0));
  near(frobenius(sub(conv.weight, dense)), tail, 1e-5);
  near(Math.sqrt(lost), tail, 1e-5);
  near(Math.sqrt(energy), frobenius(conv.weight), 1e-6);
});

test('with rectification the weight folded into its norm has the nearest matrix of the rank', () => {
  const { conv, params } = normed();
  const rectifier = rectifierOf(conv, params, 'norm')!;
  const gamma = [2, -1, 0.5, 1, 3, 0.8];
  const alpha = [0.5, 1, 2, 4, 0.1, 1].map((v, k) => gamma[k]! / Math.sqrt(v + 1e-5));
  [...dataSync(rectifier.alpha)].forEach((x, k) => near(x as number, alpha[k]!, 1e-6));
  const folded = (w: Tensor): Tensor => mul(matrix(w), tensor(alpha, [6, 1]));
  const missed = ({ dense }: { dense: Tensor }): number => frobenius(sub(folded(conv.weight), folded(dense)));
  const found = missed(project(conv, { transfer: false, rectifier })!);
  const rest = values(folded(conv.weight)).slice(3);
  near(found, Math.sqrt(rest.reduce((n, x) => n + x * x, 0)), 1e-4);
  assert.ok(found < 0.95 * missed(project(conv, { transfer: false })!));
  // No factorization of the rank near the found one is nearer.
  const { left, right } = project(conv, { transfer: false, rectifier })!.form.parts as Record<string, Tensor>;
  for (let trial = 0; trial < 40; trial++) {
    const moved = [left!, right!].map((x, k) => {
      const noise = mul(normal(fold(key(trial), k), [...x.shape]), 0.01 * frobenius(x));
      return matrix(sub(x, noise));
    });
    assert.ok(frobenius(sub(folded(conv.weight), folded(matmul(moved[0]!, moved[1]!)))) > found);
  }
});

test('the split keeps the function', () => {
  const { model, params, conv } = normed();
  const { dense, form } = project(conv, { transfer: true, rectifier: rectifierOf(conv, params, 'norm') })!;
  const x = normal(key(7), [4, 2, 4, 4]);
  const outputs = [dense, form].map((weight) => {
    const branch = params as unknown as Record<string, object>;
    const seen = { ...branch, conv: { weight } } as unknown as Params;
    return [...(dataSync(model.apply(seen, x, evaluation())) as Float32Array)];
  });
  const size = Math.max(...outputs[0]!.map(Math.abs));
  outputs[0]!.forEach((y, k) => assert.ok(Math.abs(y - outputs[1]![k]!) < 1e-5 * size));
});

test('weights next to 0 are not projected, but split', () => {
  const { model, params } = normed();
  const tiny = withLeaves<Tensor, Params>(params, new Map([['fc.weight', mul(normal(key(1), [12, 96]), 1e-6)]]));
  const fc = planned(model, tiny, half).weights[1]!;
  assert.is(project(fc, { transfer: true }), null);
  const split = project(fc, { transfer: true, always: true })!;
  near(frobenius(split.dense), frobenius(fc.weight), 1e-5);
});

test('other formats keep norm and ranks too, but outputs cut into modes are not rectified', () => {
  const { model, params } = normed();
  for (const format of ['tucker', 'tt', 'ttMatrix', 'ht', 'tensorRing', 'cp']) {
    const [conv] = planned(model, params, { format, rank: 2, keep: [] }).weights;
    const rectifier = rectifierOf(conv!, params, 'norm');
    assert.is(rectifier === undefined, format === 'ttMatrix', format);
    const found = project(conv!, { transfer: true })!;
    near(frobenius(found.dense), frobenius(conv!.weight), 1e-5);
    assert.equal(found.form.format, format);
    const behind = project(conv!, { transfer: true, rectifier })!;
    near(frobenius(sub(full(behind.form), behind.dense)), 0, 0);
  }
});

test('norms are found behind layers in sequences and in the bodies of residual blocks', () => {
  const vgg = modelNamed('vgg11-small').build({ input: [3, 32, 32], classes: 10 });
  const found = normsAfter(vgg);
  assert.is(found.size, 8);
  assert.is(found.get('conv3'), 'norm3');
  assert.is(found.has('classifier'), false);
  const resnet = normsAfter(modelNamed('resnet8').build({ input: [3, 32, 32], classes: 10 }));
  assert.is(resnet.get('conv'), 'norm');
  assert.is(resnet.get('block2_1.body.conv2'), 'block2_1.body.norm2');
  assert.is(resnet.get('block2_1.shortcut.conv'), 'block2_1.shortcut.norm');
  assert.is(resnet.size, 9);
});

test('r = floor(n - n p), or the ranks and ratios of single layers', () => {
  const task = toyTask(convModel(denseWeight()));
  const ranks = (given: Parameters<typeof methodOf>[2]): Promise<unknown> => splitRanks(task, given);
  return (async () => {
    assert.equal(await ranks({ p: 0.8 }), { 'conv.weight': 1, 'fc.weight': 2 });
    assert.equal(await ranks({ p: 0.5, layers: 'fc:5' }), { 'conv.weight': 3, 'fc.weight': 5 });
    assert.equal(await ranks({ layers: 'conv.weight:0.7;fc:0.25' }), { 'conv.weight': 1, 'fc.weight': 9 });
  })();
});

async function splitRanks(
  task: ReturnType<typeof toyTask>,
  own: Parameters<typeof methodOf>[2],
): Promise<Record<string, number>> {
  const run = train(task, { method: methodOf('lrpet', {}, own, { ...half, keep: ['classifier'] }) });
  const events = (await advance(run)).flatMap((step) => step.events).filter(({ kind }) => kind === 'rank');
  run.dispose();
  return Object.fromEntries(events.map(({ path, to }) => [path!, to!.r!]));
}

test('a budget is shared out by the spectra, and kept', () => {
  const { task, state, params } = begun({ target: half, budget: 420 });
  const exact = new Map<string, Tensor>([
    ['conv.weight', reshape(lowRankMatrix(6, 18, 1), [6, 2, 3, 3])],
    ['fc.weight', lowRankMatrix(12, 96, 3)],
    ['classifier.weight', lowRankMatrix(3, 12, 3)],
  ]);
  const method = lrpet({ target: half, budget: 420 });
  const moved = withLeaves<Tensor, Params>(params, exact);
  const after = method.epoch!(task, moved, state, 1);
  // 27 parameters elsewhere, 24 for the convolution, 3 * 108 for fc, 36 for the dense classifier.
  assert.equal(after.state.ranks, { 'conv/weight': 1, 'fc/weight': 3, 'classifier/weight': 0 });
  assert.ok(after.events.every(({ kind }) => kind === 'rank'));
  // The ranks stay, whatever the weights become.
  const later = method.epoch!(task, params, after.state, 1);
  assert.equal(later.state.ranks, after.state.ranks);
  assert.is(later.events.length, 0);
});

test('a budget is shared out by relative errors: no weight loses by its scale', () => {
  const options = { target: half, budget: 700 };
  const { task, state, params } = begun(options);
  const ranks = (leaves: Params): unknown => lrpet(options).epoch!(task, leaves, state, 1).state.ranks;
  const small = mul(leavesOf<Tensor>(params).get('conv.weight')!, 1 / 64);
  const found = ranks(params) as Record<string, number>;
  assert.equal(ranks(withLeaves<Tensor, Params>(params, new Map([['conv.weight', small]]))), found);
  assert.ok(found['fc/weight']! > 1 && found['fc/weight']! < 6, JSON.stringify(found));
});

/** A random matrix of a rank. */
function lowRankMatrix(m: number, n: number, r: number): Tensor {
  return matmul(normal(key(m), [m, r]), normal(key(n), [r, n]));
}

function begun(options: Parameters<typeof lrpet>[0]): {
  task: ReturnType<typeof toyTask>;
  state: LrpetState;
  params: Params;
} {
  const task = toyTask(convModel(denseWeight()));
  const params = task.model.init(key(1), '');
  return { task, params, state: lrpet(options).init(task, params) };
}

test('a projection leaves momentum as it is and weights of the rank', () => {
  const { task, params, state } = begun({ target: half });
  const after = lrpet({ target: half }).epoch!(task, params, state, 1);
  assert.is(after.state.optimizer, state.optimizer);
  const leaves = leavesOf<Tensor>(after.params);
  assert.ok(values(leaves.get('conv.weight')!)[3]! < 1e-6);
  assert.ok(values(leaves.get('fc.weight')!)[6]! < 1e-6);
  assert.ok(after.metrics.projectionError! > 0.1);
});

test('a projection that loses more than it may is undone, the last one is not', async () => {
  const task = toyTask(convModel(denseWeight()));
  const run = train(task, { method: lrpet({ target: { ...half, rank: 1 }, every: 2, tolerance: 0, transfer: false }) });
  const steps = await advance(run);
  const events = steps.flatMap((step) => step.events);
  assert.ok(events.some(({ kind }) => kind === 'rollback'));
  assert.equal(ranksByPath(run.finish()), {
    'conv.weight': { r: 1 },
    'fc.weight': { r: 1 },
    'classifier.weight': { r: 1 },
  });
  run.dispose();
});

test('projections come every so many steps, or with every epoch, and at the end', async () => {
  const steps = async (own: Record<string, number>, maxSteps: number): Promise<number[]> => {
    const task = toyTask(convModel(denseWeight()), { maxSteps });
    const run = train(task, { method: methodOf('lrpet', {}, own, half) });
    const done = await advance(run);
    const weights = (run.finish() as unknown as Record<string, { weight: unknown }>).fc!.weight;
    assert.ok(weights instanceof Factored);
    run.dispose();
    return done.flatMap(({ step, metrics }) => (metrics.projectionError === undefined ? [] : [step]));
  };
  assert.equal(await steps({}, 16), [4, 8, 12, 16]);
  assert.equal(await steps({}, 10), [4, 8, 10]);
  assert.equal(await steps({ every: 3 }, 10), [3, 6, 9, 10]);
  assert.equal(await steps({ every: 5 }, 16), [5, 10, 15, 16]);
});

for (const noise of [0, 0.1, 0.3]) {
  test(`a teacher of low rank is recovered at noise ${noise}`, async () => {
    const { task, teacher } = plantedTask({ noise, weight: denseWeight(), epochs: 15 });
    const common = { ...plainSettings, optimizer: 'adam', learningRate: 0.03, schedule: 'cosine' };
    const run = train(task, { method: methodOf('lrpet', common, {}, { ...half, rank: 3 }) });
    await advance(run);
    const { fc } = run.finish() as unknown as { fc: { weight: Factored } };
    assert.equal(ranksOf(fc.weight), { r: 3 });
    // Least squares over 512 samples of 32 inputs, of which rank 3 keeps about (3 (24 + 32) - 9) / (24 * 32).
    const error = frobenius(sub(full(fc.weight), teacher)) / frobenius(teacher);
    assert.ok(error < 0.02 + 0.2 * noise, String(error));
    run.dispose();
  });
}

test('ranks and layers that are none are refused by name', () => {
  throws(() => methodOf('lrpet', {}, { p: 1 }), FormatError, /p is a number/);
  throws(() => methodOf('lrpet', {}, { layers: 'fc' }), FormatError, /LAYER:NUMBER/);
  throws(() => methodOf('lrpet', {}, { layers: 'fc:-1' }), FormatError);
  throws(() => methodOf('lrpet', {}, { budget: 500 }), FormatError, /two factors/);
  const task = toyTask(convModel(denseWeight()));
  const start = (own: Parameters<typeof methodOf>[2]): unknown =>
    train(task, { method: methodOf('lrpet', {}, own, half) });
  throws(() => start({ layers: 'fc9:2' }), FormatError, /conv/);
  throws(() => start({ layers: 'fc:1.5' }), RankError);
  throws(() => start({ budget: 100 }), RankError, /at ranks of 1/);
});

test.run();

// With momentum and with two moments; the other settings of the laws differ in nothing that this method touches.
const { 'momentum and plateau': momentum, 'adam with clipping': moments } = someSettings;
methodLaws('lrpet', { settings: { momentum: momentum!, moments: moments! } });
