/** Normalization, softmax and losses. */

import fc from 'fast-check';
import { DtypeError, ShapeError } from '../../src/errors.ts';
import { batchNorm, batchNormApply } from '../../src/ops/batchNorm.ts';
import { layerNorm } from '../../src/ops/layerNorm.ts';
import {
  binaryCrossEntropy,
  meanSquaredError,
  softmaxCrossEntropy,
  softmaxCrossEntropyRows,
} from '../../src/ops/loss.ts';
import { logSoftmax, softmax } from '../../src/ops/softmax.ts';
import { logSumExp, norm2, variance } from '../../src/ops/statistics.ts';
import { vjp } from '../../src/ops/grad.ts';
import { ones, tensor, zeros } from '../../src/tensor/create.ts';
import { dataSync, toArray } from '../../src/tensor/read.ts';
import { opLaws } from '../laws/op.ts';
import { alike, at, elementwise, empty, filled, indices, numbers, type Sample, sample } from '../support/samples.ts';
import { assert, test } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const total = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
const average = (list: readonly number[]): number => total(list) / list.length;
const spread = (list: readonly number[]): number => average(list.map((x) => (x - average(list)) ** 2));

/** Rows of the last mode. */
function rows({ shape, values }: Sample): number[][] {
  const n = shape.at(-1)!;
  return Array.from({ length: n === 0 ? 0 : values.length / n }, (_, r) => values.slice(r * n, (r + 1) * n));
}

const full = (least: number, most: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 1, max: 4 }), { minLength: least, maxLength: most });
const rowed = full(1, 3).chain((shape) => fc.tuple(filled(shape, numbers(-4, 4))));

const softmaxModel = (x: Sample): Sample => {
  const values = rows(x).flatMap((row) => row.map((v) => Math.exp(v) / total(row.map(Math.exp))));
  return { shape: x.shape, values };
};

opLaws({
  name: 'softmax',
  fn: (x) => softmax(x!),
  inputs: rowed,
  model: (x) => softmaxModel(x!),
  empty: [[empty(0, 3)], [empty(0, 0)]],
  refuses: [
    [() => softmax(zeros([2, 0])), ShapeError],
    [() => softmax(zeros([2]), 1), ShapeError],
    [() => softmax(zeros([])), ShapeError],
    [() => softmax(zeros([2], 'i32')), DtypeError],
  ],
});

opLaws({
  name: 'softmax along the first mode',
  fn: (x) => softmax(x!, 0),
  inputs: full(2, 2).chain((shape) => fc.tuple(filled(shape))),
  model: (x) => {
    const turned = sample([x!.shape[1]!, x!.shape[0]!], ([i, j]) => at(x!, [j!, i!]));
    const y = softmaxModel(turned);
    return sample(x!.shape, ([i, j]) => at(y, [j!, i!]));
  },
  empty: [[empty(3, 0)]],
  runs: 6,
});

opLaws({
  name: 'logSoftmax',
  fn: (x) => logSoftmax(x!),
  inputs: rowed,
  model: (x) => ({ shape: x!.shape, values: softmaxModel(x!).values.map(Math.log) }),
  empty: [[empty(0, 3)]],
});

opLaws({
  name: 'logSumExp',
  fn: (x) => logSumExp(x!, -1),
  inputs: rowed,
  model: (x) => ({ shape: x!.shape.slice(0, -1), values: rows(x!).map((row) => Math.log(total(row.map(Math.exp)))) }),
  empty: [[empty(0, 3)]],
});

opLaws({
  name: 'norm2',
  fn: (x) => norm2(x!, 0),
  inputs: full(1, 2).chain((shape) => fc.tuple(filled(shape, numbers(0.25, 2)))),
  model: (x) => {
    const columns = x!.shape.slice(1);
    return sample(columns, (index) =>
      Math.hypot(...Array.from({ length: x!.shape[0]! }, (_, i) => at(x!, [i, ...index]))),
    );
  },
  empty: [[empty(0)], [empty(2, 0)]],
});

opLaws({
  name: 'variance',
  fn: (x) => variance(x!, -1, true),
  inputs: rowed,
  model: (x) => ({ shape: [...x!.shape.slice(0, -1), 1], values: rows(x!).map(spread) }),
  empty: [[empty(0, 3)]],
});

const channels = full(2, 4).filter(([a, , ...rest]) => a! * total([1, ...rest]) > 2);
const [scale, shift] = [numbers(0.5, 2), numbers()];
/** Elements of channel c. */
const channelOf = (x: Sample, c: number): number[] => {
  const inner = x.shape.slice(2).reduce((a, b) => a * b, 1);
  return x.values.filter((_, k) => Math.floor(k / inner) % x.shape[1]! === c);
};
const normalized = (list: readonly number[], x: number, eps: number): number =>
  (x - average(list)) / Math.sqrt(spread(list) + eps);

opLaws({
  name: 'batchNorm',
  fn: (x, gamma, beta) => batchNorm(x!, { gamma: gamma!, beta: beta!, eps: 0.25 }).y,
  inputs: channels.chain((shape) => fc.tuple(filled(shape), filled([shape[1]!], scale), filled([shape[1]!], shift))),
  model: (x, gamma, beta) =>
    sample(x!.shape, (index, k) => {
      const c = index[1]!;
      return normalized(channelOf(x!, c), x!.values[k]!, 0.25) * gamma!.values[c]! + beta!.values[c]!;
    }),
  empty: [[empty(2, 0), empty(0), empty(0)]],
  refuses: [
    [() => batchNorm(zeros([2]), { gamma: ones([2]), beta: ones([2]), eps: 0 }), ShapeError],
    [() => batchNorm(zeros([2, 3]), { gamma: ones([2]), beta: ones([3]), eps: 0 }), ShapeError],
    [() => batchNorm(zeros([0, 3]), { gamma: ones([3]), beta: ones([3]), eps: 0 }), ShapeError],
    [() => batchNorm(zeros([2, 3]), { gamma: ones([3], 'f64'), beta: ones([3]), eps: 0 }), DtypeError],
  ],
});

for (const [name, of] of [
  ['mean', average],
  ['variance', spread],
] as const) {
  opLaws({
    name: `batchNorm, ${name}`,
    fn: (x) =>
      batchNorm(x!, { gamma: ones([x!.shape[1]!], x!.dtype), beta: zeros([x!.shape[1]!], x!.dtype), eps: 1 })[name],
    inputs: channels.chain((shape) => fc.tuple(filled(shape))),
    model: (x) => sample([x!.shape[1]!], ([c]) => of(channelOf(x!, c!))),
    empty: [[empty(2, 0)]],
    runs: 6,
  });
}

opLaws({
  name: 'batchNormApply',
  fn: (x, gamma, beta, mean, variance) =>
    batchNormApply(x!, { gamma: gamma!, beta: beta!, mean: mean!, variance: variance!, eps: 0.5 }),
  inputs: full(2, 4).chain((shape) => {
    const c = [shape[1]!];
    return fc.tuple(filled(shape), filled(c), filled(c), filled(c), filled(c, scale));
  }),
  model: (x, gamma, beta, mean, variance) =>
    sample(x!.shape, (index, k) => {
      const [g, b, m, v] = [gamma!, beta!, mean!, variance!].map(({ values }) => values[index[1]!]!);
      return ((x!.values[k]! - m!) / Math.sqrt(v! + 0.5)) * g! + b!;
    }),
  empty: [[empty(0, 1), filledWith(1), filledWith(1), filledWith(1), filledWith(1)]],
});

function filledWith(n: number): Sample {
  return sample([n], () => 1);
}

opLaws({
  name: 'layerNorm',
  fn: (x, gamma, beta) => layerNorm(x!, { gamma: gamma!, beta: beta!, eps: 0.25 }),
  inputs: full(1, 3).chain((shape) =>
    fc.tuple(filled(shape), filled(shape.slice(-1), scale), filled(shape.slice(-1), shift)),
  ),
  model: (x, gamma, beta) => ({
    shape: x!.shape,
    values: rows(x!).flatMap((row) =>
      row.map((v, j) => normalized(row, v, 0.25) * gamma!.values[j]! + beta!.values[j]!),
    ),
  }),
  empty: [[empty(0, 2), filledWith(2), filledWith(2)]],
  refuses: [
    [() => layerNorm(zeros([2, 3]), { gamma: ones([2]), beta: ones([3]), eps: 0 }), ShapeError],
    [() => layerNorm(zeros([2, 0]), { gamma: ones([0]), beta: ones([0]), eps: 0 }), ShapeError],
    [() => layerNorm(zeros([3]), { gamma: ones([3]), beta: ones([3], 'f64'), eps: 0 }), DtypeError],
  ],
});

const labelled = full(1, 3).chain((shape) => fc.tuple(filled(shape), indices(shape.slice(0, -1), shape.at(-1)!)));
const surprise = (logits: Sample, labels: Sample): number[] =>
  rows(softmaxModel(logits)).map((row, r) => -Math.log(row[labels.values[r]!]!));

opLaws({
  name: 'softmaxCrossEntropyRows',
  fn: (logits, labels) => softmaxCrossEntropyRows(logits!, labels!),
  inputs: labelled,
  model: (logits, labels) => ({ shape: labels!.shape, values: surprise(logits!, labels!) }),
  empty: [[empty(0, 3), { shape: [0], values: [], dtype: 'i32' }]],
  refuses: [
    [() => softmaxCrossEntropyRows(zeros([2, 3]), zeros([3], 'i32')), ShapeError],
    [() => softmaxCrossEntropyRows(zeros([]), zeros([], 'i32')), ShapeError],
    [() => softmaxCrossEntropyRows(zeros([2, 3]), zeros([2])), DtypeError],
    [() => softmaxCrossEntropyRows(zeros([2, 3], 'i32'), zeros([2], 'i32')), DtypeError],
    [() => dataSync(softmaxCrossEntropyRows(zeros([2, 3]), tensor(Int32Array.of(0, 3)))), ShapeError],
    [() => softmaxCrossEntropy(zeros([0, 3]), zeros([0], 'i32')), ShapeError],
  ],
});

opLaws({
  name: 'softmaxCrossEntropy',
  fn: (logits, labels) => softmaxCrossEntropy(logits!, labels!),
  inputs: labelled,
  model: (logits, labels) => ({ shape: [], values: [average(surprise(logits!, labels!))] }),
  empty: [],
});

const pairs = alike(2, numbers(-3, 3)).filter(([a]) => a!.values.length > 0);

opLaws({
  name: 'meanSquaredError',
  fn: (x, y) => meanSquaredError(x!, y!),
  inputs: pairs,
  model: (x, y) => ({ shape: [], values: [average(elementwise((a, b) => (a! - b!) ** 2)(x!, y!).values)] }),
  empty: [],
  refuses: [
    [() => meanSquaredError(zeros([2, 1]), zeros([2])), ShapeError],
    [() => meanSquaredError(zeros([0]), zeros([0])), ShapeError],
  ],
});

opLaws({
  name: 'binaryCrossEntropy',
  fn: (z, t) => binaryCrossEntropy(z!, t!),
  inputs: pairs,
  model: (z, t) => {
    const each = elementwise((a, b) => Math.log1p(Math.exp(a!)) - a! * b!)(z!, t!);
    return { shape: [], values: [average(each.values)] };
  },
  empty: [],
  refuses: [[() => binaryCrossEntropy(zeros([2, 1]), zeros([2])), ShapeError]],
});

test('infinite and huge logits', () => {
  const { POSITIVE_INFINITY: inf } = Number;
  assert.equal(toArray(softmax(tensor([1000, -1000]))), [1, 0]);
  assert.equal(toArray(logSumExp(tensor([1000, 1000]))), Math.fround(1000 + Math.LN2));
  assert.equal(toArray(logSumExp(tensor([-inf, -inf]))), -inf);
  assert.equal(toArray(logSumExp(tensor([0, inf]))), inf);
  assert.equal(toArray(binaryCrossEntropy(tensor([500, -500]), tensor([1, 0]))), 0);
});

test('the norm of 0 has the gradient 0', () => {
  const { gradients } = vjp((x) => norm2(x!, 1), [zeros([2, 3])], ones([2]));
  assert.equal(toArray(gradients[0]!), [
    [0, 0, 0],
    [0, 0, 0],
  ]);
});

test('a label outside the classes is told once', () => {
  const losses = softmaxCrossEntropyRows(zeros([2, 3]), tensor(Int32Array.of(0, 2)));
  assert.is(dataSync(losses).length, 2);
  throws(() => dataSync(softmaxCrossEntropyRows(zeros([1, 3]), tensor(Int32Array.of(-1)))), ShapeError, /got -1/);
  assert.is(dataSync(losses).length, 2);
});

test.run();
