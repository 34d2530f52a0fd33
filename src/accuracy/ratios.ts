/**
 * LAPACK's test ratios: errors in ulp, divided by the size and the norm, near 1 for a good factorization of any matrix.
 * Anderson et al., "LAPACK Users' Guide"; TESTING/EIG/dbdt01.f, dort01.f, TESTING/LIN/dqrt01.f, dqrt12.f. Computed in f64.
 */

import type { Real } from '../dtype.ts';
import { leastOf, leveled, leveling, type Matrix, maxAbs, normOne, timesPower, transposed, ulpOf } from './matrix.ts';

/** What a broken rule counts: far above every limit, and finite so that tables can show it. */
export const broken = (dtype: Real): number => 1 / ulpOf[dtype];

/** Not a number is the worst of all. */
const honest = (ratio: number, dtype: Real): number => (ratio >= 0 && ratio < Infinity ? ratio : broken(dtype));

/**
 * |A - L D R|_1 / (|A|_1 size ulp), D the identity where it is left out. A is brought near 1 by a power of two first, D
 * with it (R where there is no D), and what a subnormal result must lose is allowed: size times the smallest number. Of
 * A = 0 the product must be exactly zero.
 */
export function residual(
  a: Matrix,
  left: Matrix,
  right: Matrix,
  { size, dtype, diagonal }: { size: number; dtype: Real; diagonal?: ArrayLike<number> },
): number {
  const { m, n } = a;
  if (left.m !== m || right.n !== n || left.n !== right.m) return broken(dtype);
  if (diagonal !== undefined && diagonal.length !== left.n) return broken(dtype);
  if (m * n === 0) return 0;
  const e = leveling(a.values);
  const x = leveled(a.values, e);
  const d = diagonal === undefined ? undefined : leveled(diagonal, e);
  const r = d === undefined ? leveled(right.values, e) : right.values;
  const norm = normOne({ m, n, values: x });
  subtractProduct(x, left, r, n, d);
  const error = normOne({ m, n, values: x });
  if (norm === 0) return error === 0 ? 0 : broken(dtype);
  const beyond = error - size * timesPower(leastOf[dtype], e);
  return honest(Number.isNaN(beyond) ? NaN : Math.max(0, beyond) / norm / (size * ulpOf[dtype]), dtype);
}

/** x -= left diag(d) r, r with n columns. */
function subtractProduct(
  x: Float64Array,
  left: Matrix,
  r: ArrayLike<number>,
  n: number,
  d: Float64Array | undefined,
): void {
  for (let i = 0; i < left.m; i++) {
    for (let k = 0; k < left.n; k++) {
      const factor = left.values[i * left.n + k]! * (d === undefined ? 1 : d[k]!);
      for (let j = 0; j < n; j++) x[i * n + j]! -= factor * r[k * n + j]!;
    }
  }
}

/** |I - Q^T Q|_1 / (m ulp) for Q with m rows. */
export function orthogonality({ m, n, values }: Matrix, dtype: Real): number {
  if (n === 0) return 0;
  if (m === 0) return broken(dtype);
  const gram = new Float64Array(n * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const x = values[i * n + j]!;
      for (let k = 0; k < n; k++) gram[j * n + k]! += x * values[i * n + k]!;
    }
  }
  for (let j = 0; j < n; j++) gram[j * n + j]! -= 1;
  return honest(normOne({ m: n, n, values: gram }) / (m * ulpOf[dtype]), dtype);
}

/** As orthogonality(), of the rows of a matrix. */
export function rowOrthogonality(a: Matrix, dtype: Real): number {
  return orthogonality(transposed(a), dtype);
}

/** 0 where values are >= +0 and descend, else 1 / ulp. */
export function descent(values: ArrayLike<number>, dtype: Real): number {
  for (let k = 0; k < values.length; k++) {
    if (!(values[k]! >= 0) || Object.is(values[k], -0)) return broken(dtype);
    if (k > 0 && values[k]! > values[k - 1]!) return broken(dtype);
  }
  return 0;
}

/** 0 where values ascend, else 1 / ulp. */
export function ascent(values: ArrayLike<number>, dtype: Real): number {
  for (let k = 0; k < values.length; k++) {
    if (Number.isNaN(values[k]!) || (k > 0 && values[k]! < values[k - 1]!)) return broken(dtype);
  }
  return 0;
}

/** 0 where all below the diagonal is exactly zero and the diagonal >= 0, else 1 / ulp. */
export function upper({ m, n, values }: Matrix, dtype: Real): number {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < Math.min(i, n); j++) if (values[i * n + j] !== 0) return broken(dtype);
    if (i < n && !(values[i * n + i]! >= 0)) return broken(dtype);
  }
  return 0;
}

/**
 * max |x_i - y_i| / (max |y| size ulp): how far two lists of values are apart. `floor` times the smallest number is
 * allowed, by default half of it in each of them; equal zeros are 0.
 */
export function distance(x: ArrayLike<number>, y: ArrayLike<number>, size: number, dtype: Real, floor = 1): number {
  if (x.length !== y.length) return broken(dtype);
  const e = leveling(y);
  const least = floor * timesPower(leastOf[dtype], e);
  let error = 0;
  for (let k = 0; k < x.length; k++) {
    const gap = Math.abs(timesPower(x[k]!, e) - timesPower(y[k]!, e));
    if (!(gap <= error)) error = gap;
    if (Number.isNaN(gap)) return broken(dtype);
  }
  if (error === 0) return 0;
  const top = timesPower(maxAbs(y), e);
  return honest(Math.max(0, error - least) / (top * size * ulpOf[dtype]), dtype);
}
