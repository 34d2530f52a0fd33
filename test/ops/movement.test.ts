/** Views, copies, joins and parts: operations that only move elements. */

import fc from 'fast-check';
import { DtypeError, ShapeError } from '../../src/errors.ts';
import { broadcastTo, sumTo } from '../../src/ops/broadcast.ts';
import { concat, stack } from '../../src/ops/concat.ts';
import { contiguous } from '../../src/ops/contiguous.ts';
import { pieces } from '../../src/ops/pieces.ts';
import { pad } from '../../src/ops/pad.ts';
import { expandDims, reshape, squeeze } from '../../src/ops/reshape.ts';
import { slice, split } from '../../src/ops/slice.ts';
import { swapAxes, transpose } from '../../src/ops/transpose.ts';
import { type Shape, sizeOf } from '../../src/shape.ts';
import { range, tensor, zeros } from '../../src/tensor/create.ts';
import { toArray } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { type OpLaw, opLaws } from '../laws/op.ts';
import { at, empty, filled, indexOf, one, type Sample, sample, shapes } from '../support/samples.ts';
import { assert, test } from '../support/test.ts';
import { throws } from '../support/throws.ts';

type Member = Pick<OpLaw, 'fn' | 'model'> & Partial<OpLaw>;

/** Where each element of the result comes from. */
const from =
  (shape: (x: Shape) => Shape, place: (index: number[], x: Shape) => number[]) =>
  (x: Sample): Sample =>
    sample(shape(x.shape), (index) => at(x, place(index, x.shape)));

const renamed =
  (shape: (x: Shape) => Shape) =>
  ({ shape: before, values }: Sample): Sample => ({ shape: shape(before), values });

const matrices = one(undefined, 2, 2);
const cubes = one(undefined, 3, 3);
const [flat, hole] = [[empty(0)], [empty(2, 0, 3)]];

const members: Readonly<Record<string, Member>> = {
  contiguous: { fn: (x) => contiguous(x!), model: (x) => x!, empty: [flat, hole] },
  'reshape to one mode': {
    fn: (x) => reshape(x!, [x!.size]),
    model: renamed((x) => [sizeOf(x)]),
    empty: [flat, hole],
  },
  'reshape with one size left open': {
    fn: (x) => reshape(x!, [x!.shape[2]!, -1]),
    model: renamed(([a, b, c]) => [c!, a! * b!]),
    inputs: cubes.filter(([x]) => x!.shape[2] !== 0),
    empty: [[empty(2, 0, 3)]],
  },
  'reshape of a transposed tensor': {
    fn: (x) => reshape(transpose(x!), [x!.size]),
    model: (x) => {
      const turned = [...x!.shape].reverse();
      return sample([x!.values.length], (_, k) => at(x!, indexOf(k, turned).reverse()));
    },
    empty: [flat, hole],
  },
  expandDims: { fn: (x) => expandDims(x!, -1), model: renamed((x) => [...x, 1]), empty: [flat, hole] },
  squeeze: { fn: (x) => squeeze(x!), model: renamed((x) => x.filter((n) => n !== 1)), empty: [flat, [empty(1, 0)]] },
  transpose: {
    fn: (x) => transpose(x!),
    model: from(
      (x) => [...x].reverse(),
      (i) => i.reverse(),
    ),
    empty: [hole],
  },
  'transpose with axes': {
    fn: (x) => transpose(x!, [2, 0, -2]),
    model: from(
      ([a, b, c]) => [c!, a!, b!],
      ([i, j, k]) => [j!, k!, i!],
    ),
    inputs: cubes,
    empty: [hole],
  },
  swapAxes: {
    fn: (x) => swapAxes(x!, 0, -1),
    model: from(
      ([a, b, c]) => [c!, b!, a!],
      ([i, j, k]) => [k!, j!, i!],
    ),
    inputs: cubes,
    empty: [hole],
  },
  broadcastTo: {
    fn: (x) => broadcastTo(x!, [2, x!.shape[0]!, 3]),
    model: from(
      ([a]) => [2, a!, 3],
      ([, j]) => [j!, 0],
    ),
    inputs: shapes(1, 1).chain(([n]) => fc.tuple(filled([n!, 1]))),
    empty: [[empty(0, 1)]],
  },
  sumTo: {
    fn: (x) => sumTo(x!, [1, x!.shape[2]!]),
    model: (x) => {
      const [a, b, c] = x!.shape as [number, number, number];
      return sample([1, c], ([, k]) => {
        let sum = 0;
        for (let i = 0; i < a; i++) for (let j = 0; j < b; j++) sum += at(x!, [i, j, k!]);
        return sum;
      });
    },
    inputs: cubes,
    empty: [hole, [empty(2, 3, 0)]],
  },
  slice: {
    fn: (x) => slice(x!, [[1], [0, -1], [0, 9, 2]]),
    model: from(
      ([a, b, c]) => [Math.max(0, a! - 1), Math.max(0, b! - 1), Math.ceil(c! / 2)],
      ([i, j, k]) => [i! + 1, j!, 2 * k!],
    ),
    inputs: cubes,
    empty: [hole, [empty(0, 2, 1)]],
  },
  'slice at one index': {
    fn: (x) => slice(x!, [null, -1]),
    model: from(
      ([a]) => [a!],
      ([i], [, b]) => [i!, b! - 1],
    ),
    inputs: matrices.filter(([x]) => x!.shape[1] !== 0),
    empty: [[empty(0, 2)]],
  },
  'split and join': {
    fn: (x) => concat(split(x!, [x!.shape[1]! - 1, 1], 1).reverse(), 1),
    model: from(
      (x) => x,
      ([i, j], [, b]) => [i!, (j! + b! - 1) % b!],
    ),
    inputs: matrices.filter(([x]) => x!.shape[1] !== 0),
    empty: [[empty(0, 2)]],
  },
  'pieces, one of them unused': {
    fn: (x) => {
      const parts = pieces(concat([x!, x!, x!], 1), 3, 1);
      return concat([parts[2]!, parts[0]!], 0);
    },
    model: from(
      ([a, b]) => [2 * a!, b!],
      ([i, j], [a]) => [i! % a!, j!],
    ),
    inputs: matrices.filter(([x]) => x!.shape[0] !== 0),
    empty: [[empty(2, 0)]],
  },
  pad: {
    fn: (x) =>
      pad(
        x!,
        [
          [1, 0],
          [0, 2],
        ],
        -3,
      ),
    model: (x) => {
      const [a, b] = x!.shape as [number, number];
      return sample([a + 1, b + 2], ([i, j]) => (i! > 0 && j! < b ? at(x!, [i! - 1, j!]) : -3));
    },
    inputs: matrices,
    empty: [[empty(0, 2)], [empty(2, 0)]],
  },
  concat: {
    fn: (...xs) => concat(xs, -1),
    model: (...xs) => {
      const all = xs.flatMap((x, which) => Array.from({ length: x.shape[1]! }, (_, j) => [which, j] as const));
      return sample([xs[0]!.shape[0]!, all.length], ([i, j]) => at(xs[all[j!]![0]]!, [i!, all[j!]![1]]));
    },
    inputs: fc
      .tuple(shapes(1, 1), shapes(3, 3))
      .chain(([[rows], widths]) => fc.tuple(...widths.map((n) => filled([rows!, n])))),
    empty: [[empty(0, 2), empty(0, 3)], [empty(2, 0)]],
  },
  stack: {
    fn: (...xs) => stack(xs, 1),
    model: (a, b) => sample([a!.shape[0]!, 2, a!.shape[1]!], ([i, which, j]) => at(which === 0 ? a! : b!, [i!, j!])),
    inputs: shapes(2, 2).chain((shape) => fc.tuple(filled(shape), filled(shape))),
    empty: [[empty(0, 2), empty(0, 2)]],
  },
};

for (const [name, { fn, model, inputs = one(), empty = [], ...rest }] of Object.entries(members)) {
  opLaws({ name, fn, model, inputs, empty, smooth: true, ...rest });
}

test('integers move too', () => {
  const x = tensor(Int32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
  const bytes = tensor(Uint8Array.of(1, 2, 3, 4), [2, 2]);
  assert.equal(toArray(contiguous(transpose(x))), [
    [1, 4],
    [2, 5],
    [3, 6],
  ]);
  assert.equal(toArray(pad(slice(x, [1]), [[1, 1]], 7)), [7, 4, 5, 6, 7]);
  assert.equal(toArray(concat([bytes, transpose(bytes)], 1)), [
    [1, 2, 1, 3],
    [3, 4, 2, 4],
  ]);
  assert.equal(toArray(reshape(broadcastTo(slice(bytes, [0]), [2, 2]), [4])), [1, 2, 1, 2]);
});

test('reshape copies only where strides do not fit', () => {
  const x = reshape(range(0, 24), [2, 3, 4]);
  const same = (y: Tensor): boolean => y.storage === x.storage;
  assert.ok(same(reshape(transpose(x, [1, 2, 0]), [12, 2])));
  assert.ok(same(reshape(transpose(x, [1, 0, 2]), [3, 2, 2, 1, 2])));
  assert.ok(same(reshape(slice(x, [null, null, [0, 2]]), [6, 2])));
  assert.ok(same(reshape(slice(x, [null, null, [0, 4, 2]]), [3, 2, 2])));
  assert.not.ok(same(reshape(transpose(x), [24])));
  assert.not.ok(same(reshape(slice(x, [null, null, [0, 3]]), [18])));
  assert.is(reshape(x, [2, 3, 4]), x);
});

test('what does not fit is refused', () => {
  const x = zeros([2, 3]);
  throws(() => reshape(x, [4]), ShapeError, /\[2, 3\] to \[4\]/);
  throws(() => reshape(x, [-1, 4]), ShapeError);
  throws(() => reshape(x, 6 as never), ShapeError, /^reshape: a shape is a list/);
  throws(() => reshape(x, [-1, -1]), ShapeError);
  throws(() => reshape(x, [-2, -3]), ShapeError);
  throws(() => reshape(zeros([0]), [-1, 0]), ShapeError);
  throws(() => expandDims(x, 4), ShapeError);
  throws(() => squeeze(x, 0), ShapeError);
  throws(() => transpose(x, [0]), ShapeError);
  throws(() => transpose(x, [0, 0]), ShapeError);
  throws(() => transpose(x, [0, 2]), ShapeError);
  throws(() => broadcastTo(x, [3]), ShapeError);
  throws(() => broadcastTo(x, [3, 3]), ShapeError);
  throws(() => broadcastTo(x, [2.5, 2, 3]), ShapeError);
  // Kernels would count 2^32 elements as none.
  throws(() => broadcastTo(zeros([1]), [65536, 65536]), ShapeError, /at most 2147483647 elements/);
  throws(() => slice(x, [null, null, null]), ShapeError);
  throws(() => slice(x, [2]), ShapeError, /an index lies inside a mode of size 2; got 2/);
  throws(() => slice(x, [-3]), ShapeError);
  throws(() => concat([zeros([]), zeros([])]), ShapeError, /has a mode; got axis 0 of a tensor of order 0/);
  throws(() => slice(x, [[0.5]]), ShapeError);
  throws(() => slice(x, [[0, 2, 0]]), ShapeError);
  throws(() => split(x, 2, 1), ShapeError);
  throws(() => split(x, [1, 1], 1), ShapeError);
  for (const parts of [0, -2, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) throws(() => split(x, parts), ShapeError);
  throws(() => pad(x, [[1, -1]]), ShapeError);
  throws(
    () =>
      pad(x, [
        [0, 0],
        [0, 0],
        [0, 0],
      ]),
    ShapeError,
  );
  throws(() => concat([]), ShapeError);
  for (const parts of [0, 4, 1.5]) throws(() => pieces(zeros([6]), parts), ShapeError, /divide mode 0 of size 6/);
  throws(() => stack([]), ShapeError);
  throws(() => concat([x, zeros([2, 2])]), ShapeError);
  throws(() => concat([x, zeros([6])]), ShapeError);
  throws(() => concat([x, zeros([2, 3], 'f64')]), DtypeError);
  throws(() => stack([x, zeros([3, 2])]), ShapeError);
});

test.run();
