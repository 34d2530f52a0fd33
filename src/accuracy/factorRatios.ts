/** The ratios of whole factorizations, by the names under which the contract lists them. */

import type { Real } from '../dtype.ts';
import { leveled, leveling, type Matrix, normF, normOne, transposed, ulpOf } from './matrix.ts';
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

/** Of A[:, permutation] = Q R with all of the rank. */
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

/**
 * Of A[permutation] = L U, relative to |L| |U|: partial pivoting promises no small U, only that what it loses is small
 * beside what it made (Higham 2002, section 9.3).
 */
export function luRatios(
  a: Matrix,
  { L, U, permutation }: { L: Matrix; U: Matrix; permutation: ArrayLike<number> },
  dtype: Real,
): Ratios {
  const { m, n } = a;
  if (!isPermutation(permutation, m)) return { 'lu.resid': broken(dtype) };
  const values = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) values[i * n + j] = a.values[permutation[i]! * n + j]!;
  const resid = residual({ m, n, values }, L, U, { size: Math.max(1, m, n), dtype });
  return { 'lu.resid': resid / Math.max(1, growthOf(a, L, U)), 'lu.lower': unitLower(L, dtype) };
}

/** ||L| |U||_1 / |A|_1. */
function growthOf(a: Matrix, L: Matrix, U: Matrix): number {
  const e = leveling(a.values);
  const [u, x] = [leveled(U.values, e), leveled(a.values, e)];
  const product = new Float64Array(L.m * U.n);
  for (let i = 0; i < L.m; i++) {
    for (let k = 0; k < L.n; k++) {
      const factor = Math.abs(L.values[i * L.n + k]!);
      for (let j = 0; j < U.n; j++) product[i * U.n + j]! += factor * Math.abs(u[k * U.n + j]!);
    }
  }
  const norm = normOne({ m: a.m, n: a.n, values: x });
  return norm === 0 ? 1 : normOne({ m: L.m, n: U.n, values: product }) / norm;
}

/** 0 where L has ones on its diagonal, zeros above and nothing larger than 1, else 1 / ulp. */
function unitLower({ m, n, values }: Matrix, dtype: Real): number {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const x = values[i * n + j]!;
      if (!(Math.abs(x) <= 1) || (j >= i && x !== (i === j ? 1 : 0))) return broken(dtype);
    }
  }
  return 0;
}

/** Of A = U P, U the nearest matrix with orthonormal columns (rows, where they are fewer), P symmetric. */
export function polarRatios(a: Matrix, { U, P }: { U: Matrix; P: Matrix }, dtype: Real): Ratios {
  let asymmetry = 0;
  for (let i = 0; i < P.m; i++)
    for (let j = 0; j < i; j++) if (P.values[i * P.n + j] !== P.values[j * P.n + i]) asymmetry = 1;
  return {
    'polar.resid': residual(a, U, P, { size: Math.max(1, a.m, a.n), dtype }),
    'polar.orth': a.m >= a.n ? orthogonality(U, dtype) : rowOrthogonality(U, dtype),
    'polar.symmetric': asymmetry * broken(dtype),
  };
}

/**
 * Of a sketch of rank r: how far |A - U S Vt|_F lies above the smallest possible, as a factor, after 20 max(m, n) ulp of
 * |A|_F are allowed; and whether it lies below, which is impossible.
 */
export function sketchRatios(
  a: Matrix,
  { U, S, Vt }: { U: Matrix; S: ArrayLike<number>; Vt: Matrix },
  sigma: ArrayLike<number>,
  dtype: Real,
): Ratios {
  const e = leveling(a.values);
  const tail = normF(leveled(Array.from(sigma).slice(S.length), e));
  const x = leveled(a.values, e);
  const allowed = 20 * Math.max(a.m, a.n) * ulpOf[dtype] * normF(x);
  const s = leveled(S, e);
  for (let i = 0; i < a.m; i++) {
    for (let k = 0; k < s.length; k++) {
      const factor = U.values[i * s.length + k]! * s[k]!;
      for (let j = 0; j < a.n; j++) x[i * a.n + j]! -= factor * Vt.values[k * a.n + j]!;
    }
  }
  const error = normF(x);
  const beyond = error - allowed;
  const ratio = beyond <= 0 ? 0 : tail === 0 ? broken(dtype) : beyond / tail;
  return {
    'sketch.error': Number.isNaN(error) ? broken(dtype) : ratio,
    'sketch.possible': error + allowed >= tail ? 0 : broken(dtype),
  };
}
