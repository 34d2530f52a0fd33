/** Judges of kernels for symmetric matrices and for systems, by the ratios of the accuracy contract. */

import { eighRatios, choleskyRatios, isPermutation, type Ratios } from '../../src/accuracy/factorRatios.ts';
import { distance, residual } from '../../src/accuracy/ratios.ts';
import type { Matrix } from '../../src/accuracy/matrix.ts';
import type { DataArray, Real } from '../../src/dtype.ts';

/** Throws where a ratio is above its limit; `most` for those without one of their own. */
export function expectRatios(ratios: Ratios, limits: Readonly<Record<string, number>>, most = 10): void {
  for (const [name, ratio] of Object.entries(ratios)) {
    const limit = limits[name] ?? most;
    if (!(ratio <= limit)) throw new Error(`${name} is ${ratio} ulp, at most ${limit}`);
  }
}

/** The symmetric matrix of a lower triangle. */
export function symmetricFrom(lower: ArrayLike<number>, n: number): Matrix {
  const values = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) values[i * n + j] = values[j * n + i] = lower[i * n + j]!;
  return { m: n, n, values };
}

/** Throws unless each column's element of greatest size, the first of equal ones, is positive. */
export function expectSigned({ m, n, values }: Matrix): void {
  for (let j = 0; j < n; j++) {
    let top = 0;
    for (let i = 0; i < m; i++) if (Math.abs(values[i * n + j]!) > Math.abs(top)) top = values[i * n + j]!;
    if (!(top > 0)) throw new Error(`the greatest element of column ${j} is ${top}`);
  }
}

/** Throws unless A = V diag(w) V' in the contract: 10 for the residual, 20 or 40 above 64 for orthogonality. */
export function expectEigh(A: Matrix, w: DataArray, V: DataArray, dtype: Real): void {
  const vectors = { m: A.n, n: A.n, values: V };
  expectRatios(eighRatios(A, { values: w, vectors }, dtype), { 'eigh.orth': A.n > 64 ? 40 : 20 });
  expectSigned(vectors);
  if ([...w].some((x) => Object.is(x, -0))) throw new Error('an eigenvalue is -0');
}

/** Throws unless A = L L' with a positive diagonal and zeros above it. */
export function expectCholesky(A: Matrix, L: DataArray, dtype: Real): void {
  const n = A.n;
  for (let i = 0; i < n; i++) {
    if (!(L[i * n + i]! > 0)) throw new Error(`pivot ${i} is ${L[i * n + i]}`);
    for (let j = i + 1; j < n; j++) if (L[i * n + j] !== 0) throw new Error(`element (${i}, ${j}) is not 0`);
  }
  expectRatios(choleskyRatios(A, { m: n, n, values: L }, dtype), {});
}

/** Throws unless A[P] = L U, |L| <= 1. `F` is U over L without its ones. */
export function expectLu({ m, n, values }: Matrix, F: DataArray, P: DataArray, dtype: Real): void {
  const k = Math.min(m, n);
  if (!isPermutation(P, m)) throw new Error(`[${P.join(' ')}] is no permutation`);
  const A = {
    m,
    n,
    values: Float64Array.from({ length: m * n }, (_, p) => values[P[Math.floor(p / n)]! * n + (p % n)]!),
  };
  const L = { m, n: k, values: new Float64Array(m * k) };
  const U = { m: k, n, values: new Float64Array(k * n) };
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      if (j >= i) U.values[i * n + j] = F[i * n + j]!;
      else if (j < k) L.values[i * k + j] = F[i * n + j]!;
    }
    if (i < k) L.values[i * k + i] = 1;
  }
  for (const x of L.values) if (!(Math.abs(x) <= 1)) throw new Error(`a factor below the diagonal is ${x}`);
  expectRatios({ 'lu.resid': residual(A, L, U, { size: Math.max(1, m, n), dtype }) }, {});
}

/** Throws unless T X = B as well as |T| |X| allows (Higham 2002, theorem 8.5: each entry to n units of it). */
export function expectSolved(T: Matrix, X: Matrix, B: Matrix, dtype: Real): void {
  const ulp = dtype === 'f32' ? 2 ** -23 : 2 ** -52;
  for (let i = 0; i < T.m; i++) {
    for (let c = 0; c < X.n; c++) {
      let [sum, size] = [0, Math.abs(B.values[i * X.n + c]!)];
      for (let j = 0; j < T.n; j++) {
        const term = T.values[i * T.n + j]! * X.values[j * X.n + c]!;
        sum += term;
        size += Math.abs(term);
      }
      const off = Math.abs(sum - B.values[i * X.n + c]!);
      if (!(off <= (T.n + 2) * ulp * size)) throw new Error(`row ${i} of T X - B is off by ${off} of ${size}`);
    }
  }
}

/** Throws unless two lists of values agree within `most` of max |y| size ulp. */
export function expectNear(x: ArrayLike<number>, y: ArrayLike<number>, size: number, dtype: Real, most = 5): void {
  const ratio = distance(x, y, Math.max(1, size), dtype);
  if (!(ratio <= most)) throw new Error(`values are ${ratio} ulp apart, at most ${most}`);
}
