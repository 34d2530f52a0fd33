import { FormatError, ShapeError } from '../../src/errors.ts';
import { full } from '../../src/formats/algebra.ts';
import { denseWeight, lowRankWeight, type MakeWeight } from '../../src/formats/make.ts';
import { Factored } from '../../src/formats/network.ts';
import { chainOf } from '../../src/methods/tenbcd/chain.ts';
import { tenbcd, tenbcdEntry } from '../../src/methods/tenbcd/tenbcd.ts';
import { ownSettings } from '../../src/methods/settings.ts';
import { relu, tanh } from '../../src/nn/activation.ts';
import { dropout } from '../../src/nn/dropout.ts';
import { linear } from '../../src/nn/linear.ts';
import { modelNamed } from '../../src/nn/models/all.ts';
import type { Module, Params } from '../../src/nn/module.ts';
import { layerNorm } from '../../src/nn/norm.ts';
import { flatten } from '../../src/nn/pool.ts';
import { residual, sequential } from '../../src/nn/sequential.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { train } from '../../src/train/train.ts';
import { advance, methodLaws } from '../laws/method.ts';
import { plantedTask } from '../support/planted.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';
import { CLASSES, linearModel, plainSettings, toyTask } from '../support/toys.ts';

const test = suite('tenbcd');

/** A layer, a residual block and a classifier. */
function chainModel(weight: MakeWeight = lowRankWeight({ format: 'tt', rank: 3 })): Module {
  return sequential({
    flatten: flatten(),
    fc1: linear({ in: 32, out: 24, weight }),
    relu: relu(),
    block: residual(sequential({ fc: linear({ in: 24, out: 24, weight }), tanh: tanh() })),
    fc2: linear({ in: 24, out: 12, weight, bias: false }),
    classifier: linear({ in: 12, out: CLASSES, isDense: true }),
  });
}

test('a model is read as a chain of linear layers, activations and shortcuts', () => {
  assert.equal(chainOf(chainModel()), [
    { layer: 'fc1', activation: 'relu' },
    { layer: 'block.body.fc', activation: 'tanh', skip: 0 },
    { layer: 'fc2', activation: 'identity' },
    { layer: 'classifier', activation: 'identity' },
  ]);
  const two = residual(sequential([linear({ in: 4, out: 6 }), relu(), linear({ in: 6, out: 4 })]));
  assert.equal(chainOf(sequential([two, linear({ in: 4, out: 2 })])), [
    { layer: '0.body.0', activation: 'relu' },
    { layer: '0.body.2', activation: 'identity', skip: -1 },
    { layer: '1', activation: 'identity' },
  ]);
});

test('layers that make no chain are refused by name', () => {
  const first = linear({ in: 4, out: 4 });
  const refused: [Module, RegExp][] = [
    [modelNamed('lenet5').build({ input: [1, 28, 28], classes: 10 }), /conv2d at conv1/],
    [modelNamed('transformer-tiny').build({ input: [1, 8, 8], classes: 10 }), /./],
    [sequential({ first, norm: layerNorm({ size: 4 }) }), /layerNorm at norm/],
    [sequential({ first, drop: dropout(0.5) }), /dropout at drop/],
    [sequential({ relu: relu(), first }), /relu at relu/],
    [sequential({ first, block: residual(first), relu: relu() }), /relu at relu/],
    [sequential({ block: residual(first, linear({ in: 4, out: 4 })) }), /linear at block.shortcut/],
    [sequential({ block: residual(residual(first)) }), /another residual block at block/],
    [sequential({ flatten: flatten() }), /none/],
  ];
  for (const [model, text] of refused) throws(() => chainOf(model), FormatError, text);
});

test('options that make no sense, losses without their targets and networks that are no trees are refused', () => {
  throws(() => tenbcd({ gamma: 0 }), FormatError, /gamma/);
  throws(() => tenbcd({ tau: Number.NaN }), FormatError, /tau/);
  throws(() => tenbcd({ samples: 1.5 }), FormatError, /samples/);
  throws(() => ownSettings(tenbcdEntry, { loss: 'l1' }), FormatError, /softmax/);
  const { task } = plantedTask({ weight: denseWeight() });
  throws(() => train(task, { method: tenbcd({ loss: 'hinge' }) }), FormatError, /mse/);
  const ring = chainModel(lowRankWeight({ format: 'tensorRing', rank: 2 }));
  throws(() => train(toyTask(ring), { method: tenbcd() }), ShapeError, /tree/);
});

test('one step an epoch goes over all the data, and puts no batch together', async () => {
  const task = toyTask(chainModel(), { epochs: 3 });
  let batches = 0;
  const counted = {
    ...task,
    batches: () => {
      batches++;
      return [];
    },
  };
  const run = train(counted, { method: tenbcd() });
  const steps = await advance(run);
  assert.equal(
    steps.map(({ step, epoch, epochLoss }) => [step, epoch, epochLoss !== undefined]),
    [
      [1, 0, true],
      [2, 1, true],
      [3, 2, true],
    ],
  );
  assert.is(batches, 0);
  run.dispose();
});

test('chunks of any size give the same objectives up to rounding', async () => {
  const runs = [7, 50, 1024].map((samples) =>
    train(toyTask(chainModel(), { epochs: 4 }), { method: tenbcd({ samples }) }),
  );
  const objectives: number[][] = [];
  for (const run of runs) objectives.push((await advance(run)).map(({ metrics }) => metrics.objective!));
  for (const list of objectives.slice(1)) {
    list.forEach((x, k) => assert.ok(Math.abs(x - objectives[0]![k]!) < 1e-4 * x, `${list}`));
  }
  for (const run of runs) run.dispose();
});

test('an objective that rises is told', async () => {
  const task = toyTask(linearModel(), { epochs: 3 });
  const method = tenbcd();
  const run = train(task, {
    method: {
      ...method,
      // As if the last round had ended much lower.
      step: (t, params, state, batch) =>
        method.step(t, params, { ...(state as object), objective: 1e-3 } as never, batch),
    },
  });
  const events = (await advance(run)).flatMap((step) => step.events);
  assert.equal(
    events.map(({ kind }) => kind),
    ['rise', 'rise'],
  );
  assert.match(events[0]!.message, /rose from 0.001 to .* before step 2/);
  run.dispose();
});

for (const [format, noise, most] of [
  ['ttMatrix', 0, 1e-3],
  ['tt', 0, 1e-3],
  ['tucker', 0, 1e-3],
  ['ttMatrix', 0.1, 0.02],
  ['ttMatrix', 0.3, 0.06],
] as const) {
  test(`a planted ${format} teacher is recovered at noise ${noise}`, async () => {
    const weight = lowRankWeight({ format, rank: 3 });
    const { task, teacher } = plantedTask({ format, rank: 3, noise, weight, epochs: 40 });
    const run = train(task, { method: tenbcd({ gain: 0, tau: 0.3 }) });
    const steps = await advance(run);
    const student = (run.finish() as unknown as Record<string, { weight: Factored }>).fc!.weight;
    assert.instance(student, Factored);
    const error = distance(full(student), teacher);
    assert.ok(error < most, `${error}`);
    assert.ok(steps.at(-1)!.metrics.distance! < 0.05);
    assert.equal(
      steps.flatMap(({ events }) => events),
      [],
    );
    run.dispose();
  });
}

/** |a - b| / |b|. */
function distance(a: Tensor, b: Tensor): number {
  const [x, y] = [dataSync(a), dataSync(b)];
  const square = (list: ArrayLike<number>): number => Array.from(list).reduce((sum, v) => sum + v * v, 0);
  return Math.sqrt(square(x.map((v, k) => v - y[k]!)) / square(y));
}

test('fresh weights have the deviation asked for; frozen ones and those of gain 0 stay', () => {
  const deviation = (params: Params, layer: string): number => {
    const { weight } = (params as unknown as Record<string, { weight: Factored }>)[layer]!;
    const values = Array.from(dataSync(full(weight)));
    return Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
  };
  const task = toyTask(chainModel());
  const small = train(task, { method: tenbcd({ gain: 0.5, bias: 0.25 }) });
  assert.ok(Math.abs(deviation(small.params, 'fc1') - 0.5 / Math.sqrt(32)) < 1e-4);
  assert.ok(Math.abs(deviation(small.params, 'classifier') - 0.5 / Math.sqrt(12)) < 1e-4);
  const { bias } = (small.params as unknown as Record<string, { bias: Tensor }>).fc1!;
  assert.ok(dataSync(bias).every((x: number) => x === 0.25));
  const plain = train(task, { method: tenbcd({ gain: 0 }) });
  assert.ok(deviation(plain.params, 'fc1') > 0.2);
  for (const run of [small, plain]) run.dispose();
});

test.run();

methodLaws('tenbcd', {
  settings: { 'its own': plainSettings },
  own: { samples: 20 },
  model: chainModel,
  task: { epochs: 16 },
});
