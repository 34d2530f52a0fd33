/** Q and R from the reflectors that a factorization leaves, in plain numbers; signs make the diagonal of R >= 0. */

import { applyReflector, type Grid } from './householder.ts';

/** The first `columns` columns of Q [m, m], for reflectors in the columns of F. */
export function formQ(F: Grid, tau: ArrayLike<number>, m: number, columns: number): Float64Array {
  const Q: Grid = { data: new Float64Array(m * columns), at: 0, ld: columns };
  for (let j = 0; j < columns; j++) Q.data[j * columns + j] = 1;
  for (let j = tau.length - 1; j >= 0; j--) applyReflector(F, m, j, j, tau[j]!, Q, j, columns);
  for (let j = 0; j < tau.length; j++) {
    if (!isNegated(F, j)) continue;
    for (let i = 0; i < m; i++) Q.data[i * columns + j] = -Q.data[i * columns + j]!;
  }
  return Q.data;
}

/** The first rows of R, which has n columns. */
export function formR(F: Grid, rows: number, n: number): Float64Array {
  const R = new Float64Array(rows * n);
  for (let i = 0; i < Math.min(rows, n); i++) {
    const sign = isNegated(F, i) ? -1 : 1;
    for (let j = i; j < n; j++) R[i * n + j] = sign * F.data[F.at + i * F.ld + j]!;
  }
  return R;
}

/** Whether row j of R, and column j of Q, change their sign. */
function isNegated({ data, at, ld }: Grid, j: number): boolean {
  return data[at + j * ld + j]! < 0;
}
