/** The ratios of whole factorizations, by the names under which the contract lists them. */

import type { Real } from '../dtype.ts';
import { type Matrix, transposed } from './matrix.ts';
import { ascent, broken, descent, distance, orthogonality, residual, rowOrthogonality, upper } from './ratios.ts';

/** Ratios by quantity. */
export type Ratios = Readonly<Record<string, number>>;

/** Of A = Q R. Q R is compared with A, not R with Q^T A as in dqrt01: a thin Q that misses a direction of A shows. */
export function qrRatios(a: Matrix, { Q, R }: { Q: Matrix; R: Matrix }, dtype: Real): Ratios {
  return {
    'qr.resid': residual(a, Q, R, { size: Math.max(1, a.m), dtype }),
    'qr.orth': orthogonality(Q, dtype),
    'qr.upper': upper(R, dtype),
  };
}

/** Of A = L Q: those of the transpose. */
export function lqRatios(a: Matrix, { L, Q }: { L: Matrix; Q: Matrix }, dtype: Real): Ratios {
  return qrRatios(transposed(a), { Q: transposed(Q), R: transposed(L) }, dtype);
}

/** Of A[:, permutation] = Q R with all of the rank; `svals` compares the singular values of R with those of A. */
export function pivotedRatios(
  a: Matrix,
  { Q, R, permutation }: { Q: Matrix; R: Matrix; permutation: ArrayLike<number> },
  dtype: Real,
): Ratios {
  const { m, n } = a;
  if (!isPermutation(permutation, n)) return { 'qrp.resid': broken(dtype) };
  const values = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) values[i * n + j] = a.values[i * n + permutation[j]!]!;
  const diagonal = Float64Array.from({ length: Math.min(R.m, n) }, (_, k) => R.values[k * n + k]!);
  return {
    'qrp.resid': residual({ m, n, values }, Q, R, { size: Math.max(1, m), dtype }),
    'qrp.orth': orthogonality(Q, dtype),
    'qrp.upper': upper(R, dtype),
    'qrp.order': descends(diagonal, dtype),
  };
}

export function isPermutation(places: ArrayLike<number>, n: number): boolean {
  const seen = new Set<number>();
  for (let k = 0; k < places.length; k++) if (places[k]! >= 0 && places[k]! < n) seen.add(places[k]!);
  return places.length === n && seen.size === n;
}

/** The growths of a diagonal that should descend, in units of itself: pivots are chosen by norms that were rounded. */
function descends(diagonal: Float64Array, dtype: Real): number {
  const sorted = diagonal.slice().sort().reverse();
  return distance(diagonal, sorted, Math.max(1, diagonal.length), dtype);
}

/** Of A = U diag(S) V^T. */
export function svdRatios(
  a: Matrix,
  { U, S, Vt }: { U: Matrix; S: ArrayLike<number>; Vt: Matrix },
  dtype: Real,
): Ratios {
  return {
    'svd.resid': residual(a, U, Vt, { size: Math.max(1, a.m, a.n), dtype, diagonal: S }),
    'svd.orthU': orthogonality(U, dtype),
    'svd.orthV': rowOrthogonality(Vt, dtype),
    'svd.order': descent(S, dtype),
  };
}

/** max |s_i - sigma_i| / (sigma_1 max(m, n) ulp). */
export function valuesRatio(a: Matrix, s: ArrayLike<number>, sigma: ArrayLike<number>, dtype: Real): number {
  return distance(s, sigma, Math.max(1, a.m, a.n), dtype);
}

/** Of a symmetric A = V diag(w) V^T, w ascending. */
export function eighRatios(
  a: Matrix,
  { values, vectors }: { values: ArrayLike<number>; vectors: Matrix },
  dtype: Real,
): Ratios {
  return {
    'eigh.resid': residual(a, vectors, transposed(vectors), { size: Math.max(1, a.n), dtype, diagonal: values }),
    'eigh.orth': orthogonality(vectors, dtype),
    'eigh.order': ascent(values, dtype),
  };
}

/** Of a positive definite A = L L^T. */
export function choleskyRatios(a: Matrix, L: Matrix, dtype: Real): Ratios {
  return { 'cholesky.resid': residual(a, L, transposed(L), { size: Math.max(1, a.n), dtype }) };
}
