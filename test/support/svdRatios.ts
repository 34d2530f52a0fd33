/** The accuracy contract of U, S, Vt, as an assertion. */

import { svdRatios } from '../../src/accuracy/factorRatios.ts';
import { limitOf } from '../../src/accuracy/limits.ts';
import type { DataArray, Real } from '../../src/dtype.ts';

export interface SvdParts {
  readonly U: DataArray;
  readonly S: DataArray;
  readonly Vt: DataArray;
}

/** Throws unless the largest entry of each column of U [m, k] is positive, the first of equal ones. */
export function expectSigns(U: DataArray, m: number, k: number): void {
  for (let j = 0; j < k; j++) {
    let top = 0;
    for (let i = 0; i < m; i++) if (Math.abs(U[i * k + j]!) > Math.abs(top)) top = U[i * k + j]!;
    if (!(top > 0)) throw new Error(`the largest entry of column ${j} of U is ${top}`);
  }
}

/** Throws unless A = U diag(S) Vt, m x n, keeps the contract: residual, orthogonality, order, signs. */
export function expectSvd(A: DataArray, { U, S, Vt }: SvdParts, m: number, n: number, dtype: Real): void {
  const k = Math.min(m, n);
  expectSigns(U, m, k);
  const matrices = { U: { m, n: k, values: U }, S, Vt: { m: k, n, values: Vt } };
  const ratios = svdRatios({ m, n, values: A }, matrices, dtype);
  for (const name in ratios) {
    const { limit } = limitOf(name, k);
    if (!(ratios[name]! <= limit)) throw new Error(`${name} is ${ratios[name]} ulp, at most ${limit}`);
  }
}
