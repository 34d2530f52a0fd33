/** Measuring a model, and what it amounts to. */

import fc from 'fast-check';
import { ShapeError } from '../../src/errors.ts';
import { linear } from '../../src/nn/linear.ts';
import type { Module, Params } from '../../src/nn/module.ts';
import { key } from '../../src/random.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { countsOf, ranksByPath } from '../../src/nn/counts.ts';
import { classesOf, evaluate, evaluation, forward } from '../../src/train/evaluate.ts';
import { areaUnderCurve } from '../../src/train/scores.ts';
import { batchesOf } from '../../src/train/task.ts';
import { backend } from '../../src/backend/current.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';
import { adapted, clusters, convModel, toyData } from '../support/toys.ts';

const test = suite('evaluate');

/** Outputs are the inputs. */
const echo: Module = linear({ in: 3, out: 3, bias: false });
const same = {
  weight: tensor([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]),
} as unknown as Params;
const batch = (x: number[][], y: number[]): { x: ReturnType<typeof tensor>; y: ReturnType<typeof tensor> } => ({
  x: tensor(x),
  y: tensor(Int32Array.from(y)),
});

test('loss is the mean over all samples, accuracy the share of right ones', async () => {
  const batches = [
    batch(
      [
        [2, 0, 0],
        [0, 1, 0],
        [0, 0, 3],
      ],
      [0, 1, 1],
    ),
    batch([[1, 0, 0]], [0]),
  ];
  const { loss, accuracy, samples } = await evaluate(echo, same, batches);
  const cross = (x: number[], label: number): number => Math.log(x.reduce((s, v) => s + Math.exp(v), 0)) - x[label]!;
  const want = (cross([2, 0, 0], 0) + cross([0, 1, 0], 1) + cross([0, 0, 3], 1) + cross([1, 0, 0], 0)) / 4;
  assert.ok(Math.abs(loss - want) < 1e-6);
  assert.is(accuracy, 0.75);
  assert.is(samples, 4);
});

test('the area under the curve is the share of pairs in order, ties counting half', () => {
  const area = (scores: number[], positive: number[]): number | undefined =>
    areaUnderCurve(Float64Array.from(scores), positive);
  assert.is(area([1, 2, 3, 4], [0, 0, 1, 1]), 1);
  assert.is(area([4, 3, 2, 1], [0, 0, 1, 1]), 0);
  assert.is(area([1, 1, 1, 1], [0, 1, 1, 0]), 0.5);
  assert.is(area([1, 2], [1, 1]), undefined);
  assert.is(area([], []), undefined);
  assert.is(area([1, Number.NaN, 2], [1, 0, 1]), undefined);
  const examples = fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: 0, max: 1 })), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(examples, (list) => {
      const [up, down] = [1, 0].map((label) => list.filter((one) => one[1] === label).map(([score]) => score));
      const wins = up!.flatMap((a) => down!.map((b): number => (a > b ? 1 : a === b ? 0.5 : 0)));
      const want = wins.length === 0 ? undefined : wins.reduce((s, w) => s + w, 0) / wins.length;
      const got = area(
        list.map(([score]) => score),
        list.map(([, label]) => label),
      );
      assert.ok(got === want || Math.abs(got! - want!) < 1e-12, `${got} not ${want}`);
    }),
  );
});

test('two classes have an area under the curve, over batches of any size', async () => {
  const rows = Array.from({ length: 3000 }, (_, k) => ({
    x: [0, ((k * 37) % 101) / 50 - 1],
    label: (k * 53) % 7 > 2 ? 1 : 0,
  }));
  const two = linear({ in: 2, out: 2, bias: false });
  const params = {
    weight: tensor([
      [1, 0],
      [0, 1],
    ]),
  } as unknown as Params;
  const parts = [rows.slice(0, 1), rows.slice(1, 2000), rows.slice(2000)].map((part) =>
    batch(
      part.map(({ x }) => x),
      part.map(({ label }) => label),
    ),
  );
  const { auc, calibrationError } = await evaluate(two, params, parts);
  const want = areaUnderCurve(
    Float64Array.from(rows, ({ x }) => Math.fround(x[1]!)),
    rows.map(({ label }) => label),
  );
  assert.is(auc, want);
  assert.ok(calibrationError! > 0 && calibrationError! < 1);
  assert.is((await evaluate(echo, same, [batch([[1, 0, 0]], [0])])).auc, undefined);
});

test('the calibration error is the mean gap of confidence and accuracy by bin', async () => {
  // Confidences 0.5761 (bin 8), 0.5761 (bin 8) and 0.7870 (bin 11); right, wrong, right.
  const confidence = (a: number, b: number, c: number): number =>
    Math.exp(a) / (Math.exp(a) + Math.exp(b) + Math.exp(c));
  const [low, high] = [confidence(1, 0, 0), confidence(2, 0, 0)];
  const { calibrationError } = await evaluate(echo, same, [
    batch(
      [
        [1, 0, 0],
        [1, 0, 0],
        [0, 2, 0],
      ],
      [0, 1, 1],
    ),
  ]);
  assert.ok(Math.abs(calibrationError! - (Math.abs(1 - 2 * low) + (1 - high)) / 3) < 1e-6);
  const sure = await evaluate(echo, same, [batch([[1000, 0, 0]], [0])]);
  assert.is(sure.calibrationError, 0);
  const wrong = await evaluate(echo, same, [batch([[1000, 0, 0]], [1])]);
  assert.is(wrong.calibrationError, 1);
});

test('other losses have no accuracy', async () => {
  const measured = await evaluate(echo, same, [{ x: tensor([[1, 2, 3]]), y: tensor([[1, 2, 5]]) }], 'mse');
  assert.ok(Math.abs(measured.loss - 4 / 3) < 1e-6);
  assert.equal([measured.accuracy, measured.calibrationError], [undefined, undefined]);
});

test('the first of equal outputs is the class', () => {
  assert.equal(
    [
      ...classesOf(
        tensor([
          [1, 1, 0],
          [0, 2, 2],
          [0, 0, 0],
        ]),
      ),
    ],
    [0, 1, 0],
  );
});

test('nothing to measure is refused', async () => {
  await evaluate(echo, same, []).then(
    () => assert.unreachable(),
    (error) => assert.match(error.message, /evaluate: there are samples; got none/),
  );
  throws(() => forward(echo, same, tensor(new Float32Array(0), [0, 3])), ShapeError, /a batch has at least one input/);
});

test('evaluation uses running averages, changes none of them, and frees all it made', async () => {
  const model = convModel();
  const params = model.init(key(1), '');
  const data = toyData();
  const context = evaluation();
  const { x } = [...batchesOf(data.test, data, 4)][0]!;
  const whole = dataSync(model.apply(params, x, context));
  assert.is(context.updates.size, 0);
  const single = dataSync(forward(model, params, tensor(dataSync(x).slice(0, 32), [1, 2, 4, 4])));
  assert.ok(single.every((v: number, k: number) => Math.abs(v - whole[k]!) < 1e-5));
  await evaluate(model, params, batchesOf(data.test, data, 7));
  const before = backend().stats();
  await evaluate(model, params, batchesOf(data.test, data, 7));
  assert.is(backend().stats().bytes, before.bytes);
});

test('batches cover a split in its order, the last one shorter', () => {
  const split = clusters(10);
  const batches = [...batchesOf(split, toyData(split), 4)];
  assert.equal(
    batches.map(({ x }) => x.shape[0]),
    [4, 4, 2],
  );
  assert.equal(
    batches.flatMap(({ y }) => [...dataSync(y)]),
    [...split.labels],
  );
});

test('counts are over all stored scalars but running averages, whatever the weights are', () => {
  const dense = countsOf(convModel(undefined), convModel(undefined).init(key(1), ''));
  const total = 6 * 2 * 9 + 12 + (96 * 12 + 12) + (12 * 3 + 3);
  assert.is(dense.denseParameters, total);
  assert.ok(dense.parameters < total);
  assert.is(dense.compression, total / dense.parameters);
  const model = convModel(adapted);
  const sums = countsOf(model, model.init(key(1), ''));
  assert.is(sums.denseParameters, total);
  assert.is(sums.parameters, total + 2 * (6 + 18) + 2 * (96 + 12));
});

test('ranks are told by path and bond', () => {
  const model = convModel(adapted);
  const ranks = ranksByPath(model.init(key(1), ''));
  assert.equal(ranks, { 'conv.weight.delta': { r: 2 }, 'fc.weight.delta': { r: 2 } });
});

test.run();
