/** Matrices on which factorizations go wrong, for the samples of kernel contracts. */

import type { Random } from './kernel.ts';

/**
 * Kinds of matrices. `low` has rank 2; `tiny` and `huge` lie near the ends of f32, where squares under- and overflow;
 * entries of `graded` fall by 2^-80 from corner to corner; `kahan` is triangular and close to singular; `gaps` has
 * columns of zeros.
 */
export const MatrixKind = {
  uniform: 0,
  zero: 1,
  ones: 2,
  eye: 3,
  low: 4,
  tiny: 5,
  huge: 6,
  graded: 7,
  kahan: 8,
  gaps: 9,
} as const;

/** Sine and cosine of 1.2, Kahan's angle. */
const SINE = 0.9320390859672263;
const COSINE = 0.3623577544766736;

/** 1, x, x^2, ... */
function powers(x: number, count: number): Float64Array {
  const list = new Float64Array(count).fill(1);
  for (let k = 1; k < count; k++) list[k] = list[k - 1]! * x;
  return list;
}

/** A row-major m x n matrix of a kind. */
export function matrixOf(kind: number, m: number, n: number, random: Random): Float64Array {
  const rows = Float64Array.from({ length: 2 * m }, random);
  const columns = Float64Array.from({ length: 2 * n }, random);
  const falls = powers(1 / (1 << Math.ceil(40 / Math.max(2, m, n))), m + n);
  const sines = powers(SINE, m);
  const entry = (i: number, j: number): number => {
    const x = random();
    switch (kind) {
      case MatrixKind.zero:
        return 0;
      case MatrixKind.ones:
        return 1;
      case MatrixKind.eye:
        return i === j ? 1 : 0;
      case MatrixKind.low:
        return rows[2 * i]! * columns[2 * j]! + rows[2 * i + 1]! * columns[2 * j + 1]!;
      case MatrixKind.tiny:
        return x * 4.7e-38;
      case MatrixKind.huge:
        return x * 1e36;
      case MatrixKind.graded:
        return x * falls[i + j]!;
      case MatrixKind.kahan:
        return j < i ? 0 : sines[i]! * (i === j ? 1 : -COSINE);
      case MatrixKind.gaps:
        return j % 3 === 1 ? 0 : x;
      default:
        return x;
    }
  };
  return Float64Array.from({ length: m * n }, (_, p) => entry(Math.floor(p / n), p % n));
}
