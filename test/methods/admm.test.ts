import { FormatError } from '../../src/errors.ts';
import { full } from '../../src/formats/algebra.ts';
import { denseWeight } from '../../src/formats/make.ts';
import { Factored, ranksOf } from '../../src/formats/network.ts';
import { type AdmmState, admm } from '../../src/methods/admm.ts';
import { penaltyOf, rescaled, updatedDuals } from '../../src/methods/admmDuals.ts';
import { phased, phasesOf } from '../../src/methods/admmPhases.ts';
import { lowered } from '../../src/methods/forms.ts';
import { planned } from '../../src/methods/plan.ts';
import type { OwnSettings, Target } from '../../src/methods/settings.ts';
import type { Params } from '../../src/nn/module.ts';
import { add, mul, sub } from '../../src/ops/binary.ts';
import { grad } from '../../src/ops/grad.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { normal } from '../../src/ops/random.ts';
import { reshape } from '../../src/ops/reshape.ts';
import { norm2 } from '../../src/ops/statistics.ts';
import { key } from '../../src/random.ts';
import { dataSync, item } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { type TrainStep, train } from '../../src/train/train.ts';
import { leavesOf } from '../../src/tree.ts';
import { advance, methodLaws } from '../laws/method.ts';
import { plantedTask } from '../support/planted.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';
import { convModel, methodOf, plainSettings, someSettings, someTarget, toyTask } from '../support/toys.ts';

const test = suite('admm');

const frobenius = (x: Tensor): number => item(norm2(x));
const numbers = (x: Tensor): number[] => [...(dataSync(x) as Float32Array)];
const near = (a: number, b: number, eps: number): void => assert.ok(Math.abs(a - b) <= eps * Math.abs(b), `${a} ${b}`);

const task = (options = {}): ReturnType<typeof toyTask> => toyTask(convModel(denseWeight()), options);
const weightsOf = (params: Params, target: Target = someTarget): ReturnType<typeof planned>['weights'] =>
  planned(task().model, params, target).weights;

async function ran(own: OwnSettings, options = {}, target: Target = someTarget): Promise<[TrainStep[], Params]> {
  const run = train(task(options), { method: methodOf('admm', { momentum: 0.9 }, own, target) });
  const steps = await advance(run);
  return [steps, run.finish()];
}

const isFactored = (params: Params): boolean =>
  (params as unknown as Record<string, { weight: unknown }>).fc!.weight instanceof Factored;

test('projections of any format are idempotent', () => {
  const params = task().model.init(key(1), '');
  for (const format of ['tt', 'ttMatrix', 'tucker', 'lowRank', 'ht']) {
    for (const weight of weightsOf(params, { format, rank: 2, keep: [] })) {
      const once = full(lowered(weight.weight, weight));
      const missed = frobenius(sub(full(lowered(once, weight)), once));
      assert.ok(missed < 1e-5 * frobenius(once), `${format} ${weight.site.path} ${missed}`);
      assert.ok(frobenius(sub(once, weight.weight)) > 0.1 * frobenius(once));
    }
  }
});

test('Z = proj(W + U) and U = U + W - Z, from U = 0', () => {
  const params = task().model.init(key(1), '');
  const weights = weightsOf(params);
  const first = updatedDuals(weights);
  const second = updatedDuals(weights, first);
  const third = updatedDuals(weights, second);
  let [missed, energy] = [0, 0];
  for (const weight of weights) {
    const name = weight.site.nodePath.replace('.', '/');
    const W = weight.weight;
    const Z = full(lowered(W, weight));
    assert.equal(numbers(first.copies[name]!), numbers(Z));
    assert.is(frobenius(first.duals[name]!), 0);
    assert.equal(numbers(second.copies[name]!), numbers(Z));
    assert.equal(numbers(second.duals[name]!), numbers(sub(W, Z)));
    const next = full(lowered(add(W, sub(W, Z)), weight));
    assert.equal(numbers(third.copies[name]!), numbers(next));
    const U = sub(add(W, sub(W, Z)), next);
    assert.ok(frobenius(sub(third.duals[name]!, U)) < 1e-6 * frobenius(U));
    missed += frobenius(sub(W, Z)) ** 2;
    energy += frobenius(W) ** 2;
  }
  near(first.residual, Math.sqrt(missed / energy), 1e-5);
});

test('the gradient of the penalty is rho (W - Z + U)', () => {
  const params = task().model.init(key(1), '');
  const weights = weightsOf(params);
  const state = updatedDuals(weights, updatedDuals(weights, updatedDuals(weights)));
  const gradients = leavesOf<Tensor>(grad((p: Params) => penaltyOf(p, state, 0.3))(params));
  for (const { site, weight } of weights) {
    const name = site.nodePath.replace('.', '/');
    const wanted = mul(add(sub(weight, state.copies[name]!), state.duals[name]!), 0.3);
    const got = gradients.get(site.nodePath)!;
    assert.ok(frobenius(sub(got, wanted)) < 1e-6 * frobenius(wanted));
  }
  // Where rho grows, rho U stays.
  const grown = rescaled(state, 5);
  near(5 * frobenius(grown.duals['fc/weight']!), frobenius(state.duals['fc/weight']!), 1e-6);
});

test('the distance from low rank falls, where descent alone stays away', async () => {
  const residuals = async (rho: number): Promise<number[]> => {
    // The teacher has twice the rank that is wanted.
    const { task: planted } = plantedTask({ weight: denseWeight(), rank: 6, epochs: 16 });
    const target = { format: 'lowRank', rank: 3, keep: [] };
    const own = { pretrain: 2, finetune: 0, rho };
    const run = train(planted, { method: methodOf('admm', { learningRate: 0.1 }, own, target) });
    const found = (await advance(run)).flatMap(({ metrics }) => metrics.residual ?? []);
    run.dispose();
    return found;
  };
  const [pulled, free] = [await residuals(1), await residuals(0)];
  assert.is(pulled.length, 14);
  for (let k = 1; k < 7; k++) assert.ok(pulled[k]! < pulled[k - 1]!, pulled.join(' '));
  assert.ok(pulled.at(-1)! < 0.02 * pulled[0]!, pulled.join(' '));
  assert.ok(free.at(-1)! > 0.5 * free[0]!, free.join(' '));
});

test('without rho training is plain, until weights are decomposed', async () => {
  const run = train(task(), { method: methodOf('admm', {}, { pretrain: 0, finetune: 0, rho: 0 }) });
  const plain = train(task(), { method: methodOf('dense') });
  await advance(run, 15);
  await advance(plain, 15);
  for (const [path, leaf] of leavesOf<Tensor>(run.params)) {
    assert.equal(numbers(leaf), numbers(leavesOf<Tensor>(plain.params).get(path)!), path);
  }
  await advance(run);
  assert.is(isFactored(run.params), true);
  for (const training of [run, plain]) training.dispose();
});

test('phases begin and end where they should, and their events tell', async () => {
  assert.equal(phasesOf({}, { totalSteps: 40, stepsPerEpoch: 4 }), { admm: 3, finetune: 8, end: 10 });
  assert.equal(phasesOf({ pretrain: 5, finetune: 0 }, { totalSteps: 37, stepsPerEpoch: 4 }), {
    admm: 5,
    finetune: 10,
    end: 10,
  });
  const [steps, params] = await ran({ pretrain: 1, finetune: 1, tolerance: 10 });
  const told = steps.flatMap(({ step, events }) =>
    events.map(({ kind, message }) => [step, kind, message.slice(0, 10)]),
  );
  assert.equal(told, [
    [1, 'phase', 'classifier'],
    [4, 'phase', 'ADMM: weig'],
    [12, 'phase', 'decomposed'],
    [12, 'rank', 'conv.weigh'],
    [12, 'rank', 'fc.weight '],
  ]);
  assert.is(isFactored(params), true);
});

test('a run cut within its last epoch is decomposed all the same', async () => {
  const [steps, params] = await ran({ pretrain: 1, finetune: 0 }, { maxSteps: 14 });
  assert.is(steps.length, 14);
  assert.ok(isFactored(params));
});

test('a schedule is one over the run, or starts anew in each phase', () => {
  for (const [restart, places] of [
    [false, ['0/16', '3/16', '4/16', '11/16', '12/16', '15/16']],
    [true, ['0/4', '3/4', '0/8', '7/8', '0/4', '3/4']],
  ] as const) {
    const seen: string[] = [];
    const schedule = phased(
      ({ step, totalSteps }) => {
        seen.push(`${step}/${totalSteps}`);
        return 1;
      },
      { pretrain: 1, finetune: 1, rates: [1, 2, 3], restart },
    );
    const rates = [0, 3, 4, 11, 12, 15].map((step) => schedule({ step, totalSteps: 16, stepsPerEpoch: 4 }));
    assert.equal(rates, [1, 1, 2, 2, 3, 3]);
    assert.equal(seen, [...places]);
  }
});

test('what costs too much loss is undone, tried again, and done at the end', async () => {
  const target = { ...someTarget, rank: 1 };
  const own = { pretrain: 1, finetune: 2, rho: 0, tolerance: 0 };
  const run = train(task({ epochs: 5 }), { method: methodOf('admm', { momentum: 0.9 }, own, target) });
  const steps = await advance(run, 19);
  const undone = steps.filter(({ events }) => events.some(({ kind }) => kind === 'rollback'));
  assert.equal(
    undone.map(({ step }) => step),
    [12, 16],
  );
  assert.is(isFactored(run.params), false);
  const [last] = await advance(run);
  assert.ok(last!.events.some(({ kind, message }) => kind === 'phase' && /decomposed/.test(message)));
  assert.is(isFactored(run.params), true);
  run.dispose();
});

test('rho grows in the last epochs of its phase', () => {
  const options = { target: someTarget, pretrain: 0, finetune: 0, rho: 0.1, grow: true };
  const method = admm(options);
  const on = task({ epochs: 8 });
  const params = on.model.init(key(1), '');
  let state: AdmmState = method.init(on, params);
  const rhos: number[] = [state.rho];
  for (let k = 0; k < 7; k++) {
    const before = state;
    state = method.epoch!(on, params, state, 1).state;
    rhos.push(state.rho);
    if (k < 6) continue;
    // The dual has been taken over in the new scale.
    const U = updatedDuals(weightsOf(params), { copies: before.copies!, duals: before.duals! }).duals['fc/weight']!;
    near(5 * frobenius(state.duals!['fc/weight']!), frobenius(U), 1e-5);
  }
  assert.equal(rhos, [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.5]);
});

for (const noise of [0, 0.1, 0.3]) {
  test(`a teacher of low rank is recovered at noise ${noise}`, async () => {
    const planted = plantedTask({ noise, weight: denseWeight(), epochs: 15 });
    const common = { ...plainSettings, optimizer: 'adam', learningRate: 0.03, schedule: 'cosine' };
    const target = { format: 'lowRank', rank: 3, keep: [] };
    const method = methodOf(
      'admm',
      common,
      { rho: 0.1, pretrain: 2, finetune: 5, restart: true, finetuneRate: 0.1 },
      target,
    );
    const run = train(planted.task, { method });
    await advance(run);
    const { fc } = run.finish() as unknown as { fc: { weight: Factored } };
    assert.equal(ranksOf(fc.weight), { r: 3 });
    const error = frobenius(sub(full(fc.weight), planted.teacher)) / frobenius(planted.teacher);
    assert.ok(error < 0.02 + 0.2 * noise, String(error));
    run.dispose();
  });
}

test('a weight of the wanted rank is its own copy', () => {
  const params = task().model.init(key(1), '');
  const [, fc] = weightsOf(params, { format: 'lowRank', rank: 2, keep: [] });
  const exact = matmul(normal(key(1), [12, 2]), normal(key(2), [2, 96]));
  const { copies, duals, residual } = updatedDuals([{ ...fc!, weight: reshape(exact, [12, 96]) }]);
  assert.ok(residual < 1e-6);
  assert.ok(frobenius(sub(copies['fc/weight']!, exact)) < 1e-5 * frobenius(exact));
  assert.ok(frobenius(duals['fc/weight']!) < 1e-5 * frobenius(exact));
});

test('phases and settings that are none are refused by name', () => {
  const start = (own: OwnSettings): unknown => train(task(), { method: methodOf('admm', {}, own) });
  throws(() => start({ pretrain: 3, finetune: 1 }), FormatError, /3 \+ 1 of 4 epochs/);
  throws(() => start({ pretrain: 1.5 }), FormatError, /whole number or a share/);
  throws(() => start({ layers: 'fc9:3' }), FormatError, /fc9/);
  throws(() => methodOf('admm', {}, { rho: -1 }), FormatError, /rho/);
});

test.run();

// With momentum and with two moments; the other settings of the laws differ in nothing that this method touches.
const { 'momentum and plateau': momentum, 'adam with clipping': moments } = someSettings;
methodLaws('admm', { settings: { momentum: momentum!, moments: moments! } });
