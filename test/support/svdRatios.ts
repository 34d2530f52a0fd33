/** How well U, S, Vt solve A = U diag(S) Vt, in ulp, by LAPACK's ratios (TESTING/EIG/ddrvbd). All of them are O(1) when right. */

import type { DataArray, Real } from '../../src/dtype.ts';

export const ULP: Readonly<Record<Real, number>> = { f32: 2 ** -23, f64: 2 ** -52 };
/** Smallest positive number: what a result may be off by where it is subnormal. */
const LEAST: Readonly<Record<Real, number>> = { f32: 2 ** -149, f64: 2 ** -1074 };

export interface SvdParts {
  readonly U: DataArray;
  readonly S: DataArray;
  readonly Vt: DataArray;
}

/** |A - U diag(S) Vt|_1 / (|A|_1 max(m, n) ulp); exactly 0 is asked for where A is 0. */
export function residualRatio(A: DataArray, { U, S, Vt }: SvdParts, m: number, n: number, dtype: Real): number {
  const k = Math.min(m, n);
  let top = 0;
  for (const x of A) top = Math.max(top, Math.abs(x));
  const scale = top > 0 ? 2 ** -Math.floor(Math.log2(top)) : 1;
  // In two steps, since the scale of subnormals is itself infinite.
  const scaled = (x: number): number => (Number.isFinite(scale) ? x * scale : x * 2 ** 1000 * 2 ** 74);
  const least = m * scaled(LEAST[dtype]);
  let [worst, size] = [0, 0];
  for (let j = 0; j < n; j++) {
    let [off, column] = [0, 0];
    for (let i = 0; i < m; i++) {
      let x = scaled(A[i * n + j]!);
      column += Math.abs(x);
      for (let r = 0; r < k; r++) x -= U[i * k + r]! * scaled(S[r]!) * Vt[r * n + j]!;
      off += Math.abs(x);
    }
    worst = Math.max(worst, off);
    size = Math.max(size, column);
  }
  if (size === 0) return worst === 0 ? 0 : 1 / ULP[dtype];
  return Math.max(0, worst - least) / size / (Math.max(m, n) * ULP[dtype]);
}

/** |I - Q' Q|_1 / (m ulp) of the columns of Q, given by element (i, j), m x k. */
export function orthogonalityRatio(q: (i: number, j: number) => number, m: number, k: number, dtype: Real): number {
  let worst = 0;
  for (let i = 0; i < k; i++) {
    let off = 0;
    for (let j = 0; j < k; j++) {
      let x = i === j ? -1 : 0;
      for (let p = 0; p < m; p++) x += q(p, i) * q(p, j);
      off += Math.abs(x);
    }
    worst = Math.max(worst, off);
  }
  return m === 0 ? 0 : worst / (m * ULP[dtype]);
}

/** Throws unless S is descending, never negative and never -0. */
export function expectOrdered(S: DataArray): void {
  for (let k = 0; k < S.length; k++) {
    if (!(S[k]! >= 0) || Object.is(S[k], -0)) throw new Error(`S[${k}] is ${Object.is(S[k], -0) ? '-0' : S[k]}`);
    if (k > 0 && S[k]! > S[k - 1]!) throw new Error(`S[${k}] = ${S[k]} is above S[${k - 1}] = ${S[k - 1]}`);
  }
}

/** Throws unless the largest entry of each column of U [m, k] is positive, the first of equal ones. */
export function expectSigns(U: DataArray, m: number, k: number): void {
  for (let j = 0; j < k; j++) {
    let top = 0;
    for (let i = 0; i < m; i++) if (Math.abs(U[i * k + j]!) > Math.abs(top)) top = U[i * k + j]!;
    if (!(top > 0)) throw new Error(`the largest entry of column ${j} of U is ${top}`);
  }
}

/** Throws unless the accuracy contract holds: residual 10, orthogonality 20 up to 64 columns and 40 above, order, signs. */
export function expectSvd(A: DataArray, parts: SvdParts, m: number, n: number, dtype: Real): void {
  const k = Math.min(m, n);
  expectOrdered(parts.S);
  expectSigns(parts.U, m, k);
  const limit = Math.max(m, n) <= 64 ? 20 : 40;
  const bounds: readonly (readonly [string, number, number])[] = [
    ['residual', residualRatio(A, parts, m, n, dtype), 10],
    ['orthogonality of U', orthogonalityRatio((i, j) => parts.U[i * k + j]!, m, k, dtype), limit],
    ['orthogonality of V', orthogonalityRatio((i, j) => parts.Vt[j * n + i]!, n, k, dtype), limit],
  ];
  for (const [what, ratio, most] of bounds) {
    if (!(ratio <= most)) throw new Error(`${what} is ${ratio} ulp, at most ${most}`);
  }
}
