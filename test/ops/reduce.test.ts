import fc from 'fast-check';
import { DtypeError, ShapeError } from '../../src/errors.ts';
import { vjp } from '../../src/ops/grad.ts';
import * as ops from '../../src/ops/reduce.ts';
import { ones, tensor, zeros } from '../../src/tensor/create.ts';
import { dataSync, toArray } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { opLaws } from '../laws/op.ts';
import { distinct, empty, filled, indexOf, type Sample, sample, shapes } from '../support/samples.ts';
import { assert, test } from '../support/test.ts';

type Reducer = (x: Tensor, axes?: ops.Axes, keepDims?: boolean) => Tensor;

/** What a reduction of `axes` gives: f of the list of elements behind each index that is kept. */
const model =
  (f: (list: number[]) => number, axes: readonly number[], keepDims: boolean) =>
  (x: Sample): Sample => {
    const order = x.shape.length;
    const gone = axes.map((k) => (k < 0 ? k + order : k));
    const lists = new Map<string, number[]>();
    x.values.forEach((value, k) => {
      const kept = indexOf(k, x.shape).filter((_, axis) => !gone.includes(axis));
      lists.set(String(kept), [...(lists.get(String(kept)) ?? []), value]);
    });
    const shape = x.shape.flatMap((n, k) => (gone.includes(k) ? (keepDims ? [1] : []) : [n]));
    return sample(shape, (index) => {
      const kept = keepDims ? index.filter((_, k) => !gone.includes(k)) : index;
      return f(lists.get(String(kept)) ?? []);
    });
  };

const total = (list: number[]): number => list.reduce((a, b) => a + b, 0);
const members: Readonly<Record<string, readonly [Reducer, (list: number[]) => number, boolean]>> = {
  sum: [ops.sum, total, true],
  mean: [ops.mean, (list) => total(list) / list.length, true],
  sumSquares: [ops.sumSquares, (list) => total(list.map((x) => x * x)), true],
  max: [ops.max, (list) => Math.max(...list), false],
  min: [ops.min, (list) => Math.min(...list), false],
};
const ways: readonly (readonly [axes: readonly number[], keepDims: boolean])[] = [
  [[0, 1, 2], false],
  [[1], false],
  [[-1, 0], true],
];

for (const [name, [fn, f, smooth]] of Object.entries(members)) {
  const zero = smooth && name !== 'mean';
  for (const [axes, keepDims] of ways) {
    opLaws({
      name: `${name} of modes ${axes}`,
      fn: (x) => fn(x!, axes, keepDims),
      inputs: shapes(3, 3)
        .map((shape) => (zero ? shape : shape.map((n) => Math.max(n, 1))))
        .chain((shape) => fc.tuple(smooth ? filled(shape) : distinct(shape))),
      model: model(f, axes, keepDims),
      empty: zero ? [[empty(0, 2, 3)], [empty(2, 0, 1)]] : axes.includes(0) ? [] : [[empty(0, 2, 3)]],
      smooth,
      runs: 6,
      refuses: [
        [() => fn(zeros([2]), 1), ShapeError],
        [() => fn(zeros([2]), [0, -1]), ShapeError],
        [() => fn(zeros([2]), 0.5), ShapeError],
        [() => fn(zeros([2], 'i32')), DtypeError],
      ],
    });
  }
}

test('all modes are reduced unless told', () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  assert.equal(toArray(ops.sum(x)), 10);
  assert.equal(toArray(ops.sum(x, undefined, true)), [[10]]);
  assert.equal(toArray(ops.sum(x, [])), toArray(x));
  assert.equal(toArray(ops.max(tensor(5))), 5);
});

test('equal extrema share the gradient', () => {
  const gradient = (fn: Reducer, x: number[]): unknown =>
    toArray(vjp((t) => fn(t!), [tensor(x)], ones([])).gradients[0]!);
  assert.equal(gradient(ops.max, [1, 3, 3, 2]), [0, 0.5, 0.5, 0]);
  assert.equal(gradient(ops.min, [1, 3, 1, 1.5]), [0.5, 0, 0.5, 0]);
});

test('a long sum is accurate', () => {
  const n = 1_000_000;
  const x = tensor(new Float32Array(n).fill(0.1));
  assert.ok(Math.abs(dataSync(ops.sum(x))[0]! / n - Math.fround(0.1)) < 1e-6);
});

test('nothing has no extremum and no mean', () => {
  for (const fn of [ops.max, ops.min, ops.mean]) {
    assert.throws(
      () => fn(zeros([2, 0]), 1),
      (e: unknown) => e instanceof ShapeError,
    );
    assert.equal(fn(zeros([2, 0]), 0).shape, [0]);
  }
});

test('NaN wins', () => {
  assert.ok(Number.isNaN(toArray(ops.max(tensor([1, Number.NaN, 3])))));
  assert.ok(Number.isNaN(toArray(ops.min(tensor([1, Number.NaN, 3])))));
});

test.run();
