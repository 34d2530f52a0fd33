/** The ratios see every kind of wrong factorization, and pass right ones of extreme matrices. */

import { choleskyRatios, eighRatios, pivotedRatios, qrRatios, svdRatios } from '../../src/accuracy/factorRatios.ts';
import { type Matrix, transposed, ulpOf } from '../../src/accuracy/matrix.ts';
import {
  ascent,
  descent,
  distance,
  orthogonality,
  residual,
  rowOrthogonality,
  upper,
} from '../../src/accuracy/ratios.ts';
import { zooMatrix } from '../../src/accuracy/zoo.ts';
import { assert, test } from '../support/test.ts';

const BROKEN = 2 ** 52;
const matrix = (m: number, n: number, values: ArrayLike<number>): Matrix => ({ m, n, values });
const identity = (n: number): Matrix => zooMatrix('eye', n, n, 'f64');
/** A copy with one entry changed. */
function changed({ m, n, values }: Matrix, at: number, by: (x: number) => number): Matrix {
  const copy = Float64Array.from(values as ArrayLike<number>);
  copy[at] = by(copy[at]!);
  return { m, n, values: copy };
}

/** A 3 x 2 matrix with its exact factors: columns 3 and 4 times axes. */
const A = matrix(3, 2, [0, 4, 3, 0, 0, 0]);
const U = matrix(3, 2, [1, 0, 0, 1, 0, 0]);
const S = [4, 3];
const Vt = matrix(2, 2, [0, 1, 1, 0]);

test('an exact decomposition has ratios 0, each broken part its own ratio', () => {
  assert.equal(svdRatios(A, { U, S, Vt }, 'f64'), { 'svd.resid': 0, 'svd.orthU': 0, 'svd.orthV': 0, 'svd.order': 0 });
  const off = svdRatios(A, { U, S: [4, 3 * (1 + 40 * ulpOf.f64)], Vt }, 'f64');
  assert.ok(off['svd.resid']! > 9 && off['svd.resid']! < 11, `40 ulp of 3 by 3 * 4: ${off['svd.resid']}`);
  const long = changed(U, 0, (x) => x * (1 + 30 * ulpOf.f64));
  assert.ok(svdRatios(A, { U: long, S, Vt }, 'f64')['svd.orthU']! > 15);
  assert.ok(svdRatios(A, { U, S, Vt: changed(Vt, 1, (x) => x * 1.0000001) }, 'f64')['svd.orthV']! > 1e6);
  assert.is(svdRatios(A, { U, S: [3, 4], Vt }, 'f64')['svd.order'], BROKEN);
  assert.is(svdRatios(A, { U, S: [4, NaN], Vt }, 'f64')['svd.resid'], BROKEN);
});

test('order: a negative zero, a negative value and a growing one are broken', () => {
  assert.is(descent([2, 1, 1, 0], 'f64'), 0);
  for (const bad of [[1, -0], [1, -1e-300], [1, 2], [NaN]]) assert.is(descent(bad, 'f64'), BROKEN);
  assert.is(descent([1, 2], 'f32'), 2 ** 23);
  assert.is(ascent([-3, -0, 0, 2], 'f64'), 0);
  for (const bad of [[1, 0], [NaN]]) assert.is(ascent(bad, 'f64'), BROKEN);
});

test('a thin Q that misses a direction shows in the residual', () => {
  const Q = matrix(3, 1, [0, 1, 0]);
  const R = matrix(1, 2, [3, 0]);
  assert.ok(qrRatios(A, { Q, R }, 'f64')['qr.resid']! > 1e14);
  const full = { Q: matrix(3, 2, [0, 1, 1, 0, 0, 0]), R: matrix(2, 2, [3, 0, 0, 4]) };
  assert.equal(qrRatios(A, full, 'f64'), { 'qr.resid': 0, 'qr.orth': 0, 'qr.upper': 0 });
});

test('R must be exactly triangular with a diagonal >= 0', () => {
  assert.is(upper(matrix(3, 2, [1, 5, 0, 2, 0, 0]), 'f64'), 0);
  assert.is(upper(matrix(2, 2, [1, 5, 1e-300, 2]), 'f64'), BROKEN);
  assert.is(upper(matrix(2, 2, [1, 5, 0, -2]), 'f64'), BROKEN);
});

test('of a zero matrix the product must be exactly zero', () => {
  const zero = matrix(2, 2, [0, 0, 0, 0]);
  assert.is(residual(zero, identity(2), zero, { size: 2, dtype: 'f64' }), 0);
  const speck = matrix(2, 2, [0, 5e-324, 0, 0]);
  assert.is(residual(zero, identity(2), speck, { size: 2, dtype: 'f64' }), BROKEN);
});

test('subnormal results may lose what they cannot hold, and no more', () => {
  const least = Number.MIN_VALUE;
  const a = matrix(2, 2, [40 * least, 0, 0, 40 * least]);
  const off = (by: number): Matrix => changed(a, 0, (x) => x + by * least);
  assert.is(residual(a, identity(2), off(1), { size: 2, dtype: 'f64' }), 0);
  assert.ok(residual(a, identity(2), off(5), { size: 2, dtype: 'f64' }) > 1e13);
  assert.ok(residual(a, identity(2), off(1), { size: 2, dtype: 'f32' }) === 0);
  assert.is(distance([41 * least, 0], [40 * least, 0], 2, 'f64'), 0);
  assert.ok(distance([45 * least, 0], [40 * least, 0], 2, 'f64') > 1e13);
});

test('no ratio overflows, and errors are seen at every scale', () => {
  for (const name of ['huge', 'tiny', 'hugeTiny', 'denorm', 'randn']) {
    for (const dtype of ['f64', 'f32'] as const) {
      const a = zooMatrix(name, 6, 6, dtype);
      assert.is(residual(a, identity(6), a, { size: 6, dtype }), 0, `${name} ${dtype}`);
      const twice = { ...a, values: a.values.map((x) => 2 * x) };
      const ratio = residual(a, identity(6), twice, { size: 6, dtype }) * 6 * ulpOf[dtype];
      // Of the subnormal matrix a little is allowed.
      assert.ok(Math.abs(ratio - 1) < 0.01, `${name} ${dtype}: ${ratio}`);
      assert.ok(Math.abs(distance(twice.values, a.values, 1, dtype) * ulpOf[dtype] - 1) < 0.01, `${name} ${dtype}`);
    }
  }
});

test('shapes that do not fit are broken', () => {
  assert.is(residual(A, U, identity(3), { size: 1, dtype: 'f64' }), BROKEN);
  assert.is(residual(A, U, Vt, { size: 1, dtype: 'f64', diagonal: [4] }), BROKEN);
  assert.is(distance([1], [1, 2], 1, 'f64'), BROKEN);
});

test('orthogonality of columns and rows; empty ones are orthogonal', () => {
  assert.is(orthogonality(matrix(3, 0, []), 'f64'), 0);
  assert.is(rowOrthogonality(matrix(0, 3, []), 'f64'), 0);
  assert.is(orthogonality(matrix(2, 1, [1, 1]), 'f64'), 0.5 * BROKEN);
  assert.is(rowOrthogonality(transposed(U), 'f64'), 0);
  assert.is(orthogonality(matrix(1, 1, [NaN]), 'f64'), BROKEN);
});

test('pivoted QR: the permutation is one, and the diagonal descends', () => {
  const good = { Q: matrix(3, 2, [1, 0, 0, 1, 0, 0]), R: matrix(2, 2, [4, 0, 0, 3]), permutation: [1, 0] };
  assert.equal(Object.values(pivotedRatios(A, good, 'f64')), [0, 0, 0, 0]);
  assert.is(pivotedRatios(A, { ...good, permutation: [1, 1] }, 'f64')['qrp.resid'], BROKEN);
  const wrong = { Q: matrix(3, 2, [0, 1, 1, 0, 0, 0]), R: matrix(2, 2, [3, 0, 0, 4]), permutation: [0, 1] };
  const ratios = pivotedRatios(A, wrong, 'f64');
  assert.is(ratios['qrp.resid'], 0);
  assert.ok(ratios['qrp.order']! > 1e14);
});

test('symmetric and positive definite factorizations', () => {
  const a = matrix(2, 2, [2, 0, 0, -1]);
  const vectors = matrix(2, 2, [0, 1, 1, 0]);
  assert.equal(Object.values(eighRatios(a, { values: [-1, 2], vectors }, 'f64')), [0, 0, 0]);
  assert.ok(eighRatios(a, { values: [-1, 2.0000001], vectors }, 'f64')['eigh.resid']! > 1e6);
  const L = matrix(2, 2, [2, 0, 1, 3]);
  const b = matrix(2, 2, [4, 2, 2, 10]);
  assert.is(choleskyRatios(b, L, 'f64')['cholesky.resid'], 0);
  assert.ok(
    choleskyRatios(
      changed(b, 3, () => 10.000001),
      L,
      'f64',
    )['cholesky.resid']! > 1e6,
  );
});

test.run();
