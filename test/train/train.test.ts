/** The training loop: what it yields, where it stops, what it leaves behind. */

import { FormatError, NonFiniteError, ShapeError } from '../../src/errors.ts';
import type { Split } from '../../src/io/dataset.ts';
import { splitValidation } from '../../src/io/shuffle.ts';
import type { Method } from '../../src/methods/method.ts';
import type { Params } from '../../src/nn/module.ts';
import { mul } from '../../src/ops/binary.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { batchesOf, supervised } from '../../src/train/task.ts';
import { type Training, train } from '../../src/train/train.ts';
import { leavesOf, mapTree } from '../../src/tree.ts';
import { advance } from '../laws/method.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';
import { clusters, convModel, linearModel, methodOf, plainSettings, toyData, toyTask } from '../support/toys.ts';

const test = suite('train');

const method = (settings: Partial<typeof plainSettings> = {}): Method => methodOf('descent', settings);
const numbers = (params: Params): number[][] => [...leavesOf<Tensor>(params).values()].map((x) => [...dataSync(x)]);

/** The error that ends a run, and the numbers of its parameters before and after that step. */
async function failure(run: Training): Promise<{ error: Error; before: number[][]; after: number[][]; steps: number }> {
  let before = numbers(run.params);
  let steps = 0;
  try {
    for await (const { step } of run) {
      before = numbers(run.params);
      steps = step;
    }
  } catch (error) {
    return { error: error as Error, before, after: numbers(run.params), steps };
  }
  throw new Error('the run has ended without an error');
}

test('steps are counted from 1, epochs from 0, and the last step of an epoch tells its mean loss', async () => {
  const run = train(toyTask(linearModel(), { epochs: 2 }), { method: method() });
  const steps = await advance(run);
  assert.equal(
    steps.map(({ step }) => step),
    [1, 2, 3, 4, 5, 6, 7, 8],
  );
  assert.equal(
    steps.map(({ epoch }) => epoch),
    [0, 0, 0, 0, 1, 1, 1, 1],
  );
  const mean = steps.slice(4).reduce((sum, { loss }) => sum + loss, 0) / 4;
  assert.equal(
    steps.map(({ epochLoss }) => epochLoss !== undefined),
    [false, false, false, true, false, false, false, true],
  );
  assert.ok(Math.abs(steps[7]!.epochLoss! - mean) < 1e-12);
  assert.is(steps[0]!.metrics.learningRate, plainSettings.learningRate);
});

test('a run may end within an epoch', async () => {
  const run = train(toyTask(linearModel(), { maxSteps: 6 }), { method: method() });
  const steps = await advance(run);
  assert.is(steps.length, 6);
  assert.is(steps[5]!.epochLoss, undefined);
  assert.equal(await advance(run), []);
});

test('every example is seen once an epoch, in an order of its own', () => {
  const task = toyTask(linearModel());
  const seen = [0, 1].map((epoch) => [...task.batches(epoch, 0)].flatMap(({ x }) => [...dataSync(x)]));
  const sorted = seen.map((values) => [...values].sort());
  const all = [...task.data()].flatMap(({ x }) => [...dataSync(x)]);
  assert.equal(sorted[0], [...all].sort());
  assert.equal(sorted[0], sorted[1]);
  assert.not.equal(seen[0], seen[1]);
  const rest = [...task.batches(1, 2)];
  assert.equal(
    rest.map(({ step }) => step),
    [6, 7],
  );
  assert.equal(
    rest.flatMap(({ x }) => [...dataSync(x)]),
    seen[1]!.slice(2 * 14 * 32),
  );
});

test('the host gets a turn after every step', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const run = train(toyTask(linearModel(), { epochs: 40 }), { method: method() });
  await advance(run);
  clearInterval(timer);
  assert.ok(turns > 1);
});

test('dropout draws anew at every step', async () => {
  const one = clusters(14);
  const split = { ...one, images: one.images.map((_, k) => one.images[k % 32]!), labels: one.labels.fill(0) };
  const options = { data: toyData(split), epochs: 3 };
  const run = train(toyTask(convModel(), options), { method: method({ learningRate: 0 }) });
  const losses = (await advance(run)).map(({ loss }) => loss);
  assert.is(new Set(losses).size, 3);
});

test('NaN in the data: the loss is named, and the parameters are those of the step before', async () => {
  const split = clusters(50);
  split.images[32 * 40] = Number.NaN;
  const run = train(toyTask(convModel(), { data: toyData(split) }), {
    method: method({ momentum: 0.9 }),
    divergence: false,
  });
  const { error, before, after, steps } = await failure(run);
  assert.instance(error, NonFiniteError);
  assert.match(error.message, new RegExp(`^train: the loss of step ${steps + 1} is finite; got NaN; lower`));
  assert.equal(after, before);
  assert.is(run.step, steps);
  assert.ok(after.flat().every(Number.isFinite));
});

for (const settings of [
  { learningRate: 1e25 },
  { learningRate: 1e30, clip: 1 },
  { optimizer: 'adam', learningRate: 1e35 },
]) {
  test(`a run with ${JSON.stringify(settings)} ends with an error, not with NaN`, async () => {
    const { error, before, after } = await failure(
      train(toyTask(convModel()), { method: method(settings), divergence: false }),
    );
    assert.instance(error, NonFiniteError);
    assert.equal(after, before);
    assert.ok(!after.flat().some(Number.isNaN));
  });
}

test('a label out of range is named before anything changes', async () => {
  const split = clusters(50);
  split.labels[3] = 7;
  const { error, before, after } = await failure(
    train(toyTask(linearModel(), { data: toyData(split) }), { method: method(), divergence: false }),
  );
  assert.instance(error, ShapeError);
  assert.match(error.message, /labels lie inside their table; got 7/);
  assert.equal(after, before);
});

test('a method without a check of its own is stopped too', async () => {
  const inner = method();
  const blind: Method = {
    ...inner,
    step: (task, params, state, batch) => {
      const step = inner.step(task, params, state, batch);
      return batch.step === 2 ? { ...step, loss: tensor([Number.NaN]) } : step;
    },
  };
  const { error, steps } = await failure(train(toyTask(linearModel()), { method: blind, divergence: false }));
  assert.instance(error, NonFiniteError);
  assert.is(steps, 2);
});

const odd: Readonly<Record<string, Split>> = {
  'a single example': clusters(1),
  'labels that are all the same': { ...clusters(50), labels: new Int32Array(50) },
  'very large values': { ...clusters(50), images: clusters(50).images.map((x) => Math.sign(x) * 1e15) },
};
for (const [what, split] of Object.entries(odd)) {
  test(`a run on ${what} ends, with finite losses and parameters`, async () => {
    const options = { data: toyData(split), epochs: 2 };
    const run = train(toyTask(convModel(), options), { method: method({ optimizer: 'adam', learningRate: 0.01 }) });
    for (const { loss } of await advance(run)) assert.ok(Number.isFinite(loss));
    assert.ok(numbers(run.params).flat().every(Number.isFinite));
  });
}

test('a weight that is NaN at the start is told at the first step', async () => {
  const first = train(toyTask(convModel()), { method: method() }).snapshot();
  const params = mapTree<Tensor, Tensor, Params>(first.params, (x, path) =>
    path === 'fc.bias' ? tensor(dataSync(x).fill(Number.NaN), x.shape) : x,
  );
  const { error, steps } = await failure(train(toyTask(convModel()), { method: method(), params, divergence: false }));
  assert.instance(error, NonFiniteError);
  assert.is(steps, 0);
});

test('settings that allow no step are refused', () => {
  const model = linearModel();
  const data = toyData();
  throws(() => supervised({ model, data, epochs: 0 }), FormatError, /epochs is a whole number >= 1; got 0/);
  throws(() => supervised({ model, data, epochs: 1, batchSize: 1.5 }), FormatError, /batchSize/);
  for (const maxSteps of [0, 0.5, Number.NaN]) {
    throws(() => supervised({ model, data, epochs: 1, maxSteps }), FormatError, /maxSteps is a whole number >= 1/);
  }
  const none = { ...data, train: { ...data.train, count: 0 } };
  throws(() => supervised({ model, data: none, epochs: 1 }), FormatError, /the data has examples; got none/);
  throws(() => train({ ...toyTask(model), totalSteps: 0 }, { method: method() }), FormatError, /one step/);
  for (const size of [0, -1, 0.5]) throws(() => batchesOf(data.train, data, size).next(), FormatError, /batchSize/);
});

test('a state of another method is refused', async () => {
  const run = train(toyTask(linearModel()), { method: method() });
  const from = { ...run.snapshot(), state: { steps: 3 } };
  await advance(train(toyTask(linearModel()), { method: method(), from })).then(
    () => assert.unreachable(),
    (error) => assert.match(error.message, /descent: the state has an optimizer and a plateau; got steps/),
  );
});

test('a validation split takes its examples from training and leaves the order of both', () => {
  const split = clusters(50);
  const { train: rest, validation } = splitValidation(split, 0.2, 1);
  assert.equal([rest.count, validation.count], [40, 10]);
  const rows = (s: typeof split): string[] =>
    Array.from({ length: s.count }, (_, k) => [...s.images.subarray(32 * k, 32 * k + 32), s.labels[k]].join());
  assert.equal([...rows(rest), ...rows(validation)].sort(), rows(split).sort());
  assert.equal(rows(splitValidation(split, 0.2, 1).validation), rows(validation));
  assert.not.equal(rows(splitValidation(split, 0.2, 2).validation), rows(validation));
});

test('a state may hold the parameters of the step before, which then live on', async () => {
  const base = method();
  const remembering: Method<{ inner: unknown; before: Params }> = {
    name: 'remembering',
    about: 'descent that keeps the parameters of the step before',
    init: (task, params) => ({ inner: base.init(task, params), before: params }),
    step: (task, params, { inner, before }, batch) => {
      assert.ok(numbers(before).every((values) => values.every(Number.isFinite)));
      // Copies, so that descent does not write over what is remembered.
      const copies = mapTree<Tensor, Tensor, Params>(params, (leaf) => mul(leaf, 1));
      const step = base.step(task, copies, inner, batch);
      return { ...step, state: { inner: step.state, before: params } };
    },
  };
  const run = train(toyTask(linearModel()), { method: remembering });
  let last = numbers(run.params);
  for await (const _ of run) {
    const { before } = run.snapshot().state as { before: Params };
    assert.equal(numbers(before), last);
    last = numbers(run.params);
  }
  run.dispose();
});

test.run();
