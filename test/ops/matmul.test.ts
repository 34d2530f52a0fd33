/** matmul, dot and outer: shapes of NumPy, plain loops, gradients, and mathjs as an oracle. */

import fc from 'fast-check';
import { DtypeError, ShapeError } from '../../src/errors.ts';
import { dot, matmul, outer } from '../../src/ops/matmul.ts';
import { ones, tensor, zeros } from '../../src/tensor/create.ts';
import { toArray } from '../../src/tensor/read.ts';
import { opLaws } from '../laws/op.ts';
import { product } from '../support/oracle.ts';
import { at, empty, filled, numbers, type Sample, sample } from '../support/samples.ts';
import { assert, suite } from '../support/test.ts';

const size = fc.integer({ min: 1, max: 4 });

/** The row-column sums of two operands with at least two modes each. */
function products(a: Sample, b: Sample): Sample {
  const [m, k, n] = [a.shape.at(-2)!, a.shape.at(-1)!, b.shape.at(-1)!];
  const [deep, flat] = a.shape.length > b.shape.length ? [a, b] : [b, a];
  const skip = deep.shape.length - flat.shape.length;
  const lead = deep.shape.slice(0, -2).map((d, axis) => {
    const other = axis < skip ? 1 : flat.shape[axis - skip];
    return d === 1 ? other : d;
  });
  return sample([...lead, m, n], (index) => {
    const [outside, i, j] = [index.slice(0, -2), index.at(-2)!, index.at(-1)!];
    const row = (x: Sample): number[] => outside.slice(outside.length - (x.shape.length - 2));
    let sum = 0;
    for (let p = 0; p < k; p++) sum += at(a, [...row(a), i, p]) * at(b, [...row(b), p, j]);
    return sum;
  });
}

/** As NumPy: a vector is a row on the left, a column on the right. */
function model(a: Sample, b: Sample): Sample {
  const left = a.shape.length === 1 ? { ...a, shape: [1, ...a.shape] } : a;
  const right = b.shape.length === 1 ? { ...b, shape: [...b.shape, 1] } : b;
  const y = products(left, right);
  const shape = [...y.shape];
  if (a.shape.length === 1) shape.splice(-2, 1);
  if (b.shape.length === 1) shape.splice(-1, 1);
  return { ...y, shape };
}

/** Operands whose leading modes broadcast, vectors among them. */
const matrices = fc
  .record({
    lead: fc.array(size, { maxLength: 2 }),
    cut: fc.tuple(fc.nat(3), fc.nat(3)),
    single: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    mkn: fc.tuple(size, size, size),
  })
  .chain(({ lead, cut, single, mkn: [m, k, n] }) => {
    const part = (which: 0 | 1, matrix: number[], vector: number[]): fc.Arbitrary<Sample> => {
      if (cut[which] === 3) return filled(vector, numbers());
      const mine = lead.slice(Math.min(cut[which], lead.length)).map((d, axis) => (single[2 * which + axis] ? 1 : d));
      return filled([...mine, ...matrix], numbers());
    };
    return fc.tuple(part(0, [m, k], [k]), part(1, [k, n], [k]));
  });

opLaws({
  name: 'matmul',
  fn: matmul,
  inputs: matrices,
  model,
  empty: [
    [empty(0, 3), sample([3, 2], () => 1)],
    [empty(2, 0), empty(0, 3)],
    [empty(0, 2, 2), sample([2, 2], () => 1)],
    [sample([1, 2, 2], () => 1), empty(0, 2, 2)],
  ],
  refuses: [
    [() => matmul(ones([2, 3]), ones([2, 3])), ShapeError],
    [() => matmul(ones([]), ones([2, 3])), ShapeError],
    [() => matmul(ones([2, 2, 2]), ones([3, 2, 2])), ShapeError],
    [() => matmul(ones([2, 2]), ones([2, 2], 'f64')), DtypeError],
    [() => matmul(ones([2, 2], 'i32'), ones([2, 2], 'i32')), DtypeError],
  ],
});

opLaws({
  name: 'dot',
  fn: dot,
  inputs: size.chain((n) => fc.tuple(filled([n]), filled([n]))),
  model: (a, b) => sample([], () => a.values.reduce((sum, x, k) => sum + x * b.values[k], 0)),
  empty: [[empty(0), empty(0)]],
  refuses: [
    [() => dot(ones([2]), ones([3])), ShapeError],
    [() => dot(ones([2, 2]), ones([2, 2])), ShapeError],
  ],
});

opLaws({
  name: 'outer',
  fn: outer,
  inputs: fc
    .tuple(fc.array(size, { maxLength: 2 }), fc.array(size, { maxLength: 2 }))
    .chain(([a, b]) => fc.tuple(filled(a), filled(b))),
  model: (a, b) => ({
    shape: [...a.shape, ...b.shape],
    values: a.values.flatMap((x) => b.values.map((y) => x * y)),
  }),
  empty: [[empty(0), sample([2], () => 1)]],
  refuses: [[() => outer(ones([2]), ones([2], 'f64')), DtypeError]],
});

const test = suite('matmul');

test('agrees with mathjs', () => {
  const random = (rows: number, columns: number): number[][] =>
    Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => ((i * 7 + j * 3) % 11) / 8 - 0.5));
  const [a, b] = [random(7, 13), random(13, 5)];
  assert.equal(toArray(matmul(tensor(a, undefined, 'f64'), tensor(b, undefined, 'f64'))), product(a, b));
});

test('a sum of nothing is zero', () => {
  assert.equal(toArray(matmul(zeros([2, 0]), zeros([0, 2]))), [
    [0, 0],
    [0, 0],
  ]);
});

test('errors name the sizes', () => {
  assert.throws(
    () => matmul(ones([2, 3]), ones([4, 5])),
    (error: Error) =>
      error.message === 'matmul: inner sizes 3 and 4 are equal; got [2, 3] and [4, 5]; transpose or reshape an operand',
  );
});

test.run();
