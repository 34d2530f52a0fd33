/** Symmetric matrices for the samples of kernel contracts, from the spectrum up. */

import { MatrixKind, matrixOf } from './matrixSamples.ts';
import type { Random } from './kernel.ts';

/** Kinds of spectra: `plain` of a random matrix, `shifted` well conditioned and positive, `clustered`, `zero`, `graded`, `ones`. */
export const Symmetric = {
  plain: 0,
  positive: 1,
  clustered: 2,
  zero: 3,
  graded: 4,
  ones: 5,
  tiny: 6,
  huge: 7,
} as const;

/** A symmetric n x n matrix of a kind, whose upper triangle is not to be looked at and so holds other numbers. */
export function symmetricOf(kind: number, n: number, random: Random): Float64Array {
  const B = matrixOf(kind === Symmetric.graded ? MatrixKind.graded : MatrixKind.uniform, n, n, random);
  const scale = kind === Symmetric.tiny ? 4.7e-38 : kind === Symmetric.huge ? 1e36 : 1;
  const A = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) A[i * n + j] = j > i ? 7 * scale : scale * entry(kind, B, n, i, j);
  }
  return A;
}

function entry(kind: number, B: Float64Array, n: number, i: number, j: number): number {
  if (kind === Symmetric.zero) return 0;
  if (kind === Symmetric.ones) return 1;
  if (kind === Symmetric.clustered) {
    // I - 2 v v' / v'v + a little: eigenvalues 1, 1, ..., -1.
    let norm = 0;
    for (let k = 0; k < n; k++) norm += B[k]! * B[k]!;
    return (i === j ? 1 : 0) - (2 * B[i]! * B[j]!) / norm + 1e-9 * (B[i * n + j]! + B[j * n + i]!);
  }
  if (kind !== Symmetric.positive) return (B[i * n + j]! + B[j * n + i]!) / 2;
  let sum = i === j ? 0.5 : 0;
  for (let k = 0; k < n; k++) sum += B[i * n + k]! * B[j * n + k]!;
  return sum;
}
