/** Matrices of known spectra, with few operations between the spectrum and the matrix. */

import { seeded } from './random.ts';
import { type Sample, sample } from './samples.ts';

/** An orthogonal n x n matrix, row by row: Gram-Schmidt, twice, on random rows. */
export function orthogonal(n: number, seed: number): number[][] {
  const random = seeded(seed);
  const rows: number[][] = [];
  for (let i = 0; i < n; i++) {
    let row = Array.from({ length: n }, () => random());
    for (let pass = 0; pass < 2; pass++) {
      for (const other of rows) {
        const along = row.reduce((s, x, k) => s + x * other[k]!, 0);
        row = row.map((x, k) => x - along * other[k]!);
      }
    }
    const norm = Math.sqrt(row.reduce((s, x) => s + x * x, 0));
    rows.push(row.map((x) => x / norm));
  }
  return rows;
}

/** U diag(s) V', m x n; U and V of different seeds. */
export function withValues(s: readonly number[], m: number, n: number, seed = 1): Sample {
  const [U, V] = [orthogonal(m, seed), orthogonal(n, seed + 1)];
  return sample([m, n], ([i, j]) => s.reduce((sum, x, k) => sum + x * U[k]![i!]! * V[k]![j!]!, 0));
}

/** The symmetric matrix of eigenvalues w. */
export function withEigenvalues(w: readonly number[], seed = 1): Sample {
  const V = orthogonal(w.length, seed);
  return sample([w.length, w.length], ([i, j]) => w.reduce((sum, x, k) => sum + x * V[k]![i!]! * V[k]![j!]!, 0));
}

/** Spectra on which textbook gradients divide by zero or by noise. */
export const degenerate: Readonly<Record<string, readonly number[]>> = {
  zero: [0, 0, 0, 0, 0],
  identity: [1, 1, 1, 1, 1],
  pairs: [1, 1, 2, 2, 3],
  halfZero: [0, 0, 1, 1, 1],
  signed: [-1, -1, 0, 0, 4],
  clusters: [1, 1 + 1e-9, 2, 2 + 1e-12, 3],
  nearly: [1, 1 + 1e-14, 1 + 1e-10, 2, 3],
};
