/** Plain dense matrices of the accuracy contract: row-major numbers in JavaScript memory, measured in f64. */

import type { Real } from '../dtype.ts';
import { doubleExp, powerOfTwo, scaled } from '../math/exp.ts';
import { binaryExponent } from '../math/precision.ts';

/** An m x n matrix, row by row. */
export interface Matrix {
  readonly m: number;
  readonly n: number;
  readonly values: ArrayLike<number>;
}

/** The unit of the ratios: the distance from 1 to the next number, LAPACK's "Precision". */
export const ulpOf: Readonly<Record<Real, number>> = { f32: powerOfTwo(-23), f64: powerOfTwo(-52) };

/** The smallest number above 0. */
export const leastOf: Readonly<Record<Real, number>> = { f32: powerOfTwo(-149), f64: Number.MIN_VALUE };

/** The smallest normal number. */
export const normalOf: Readonly<Record<Real, number>> = { f32: powerOfTwo(-126), f64: powerOfTwo(-1022) };

/** The greatest power of two. */
export const mostOf: Readonly<Record<Real, number>> = { f32: powerOfTwo(127), f64: powerOfTwo(1023) };

export function maxAbs(values: ArrayLike<number>): number {
  let top = 0;
  for (let k = 0; k < values.length; k++) {
    const size = Math.abs(values[k]!);
    // A NaN is the greatest of all.
    if (!(size <= top)) top = size;
    if (Number.isNaN(top)) return top;
  }
  return top;
}

/** x 2^e, exact unless the result leaves the normal numbers; |e| may exceed the exponents of a double. */
export function timesPower(x: number, e: number): number {
  return scaled(x, e, doubleExp);
}

/** The e that brings a matrix to max-abs near 1 when multiplied by 2^e; 0 for zero and non-finite matrices. */
export function leveling(values: ArrayLike<number>): number {
  const top = maxAbs(values);
  return top > 0 && top < Infinity ? -binaryExponent(top) : 0;
}

/** All values times 2^e, in f64. */
export function leveled(values: ArrayLike<number>, e: number): Float64Array {
  return Float64Array.from({ length: values.length }, (_, k) => timesPower(values[k]!, e));
}

/** The greatest column sum of |a|. */
export function normOne({ m, n, values }: Matrix): number {
  const sums = new Float64Array(n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) sums[j]! += Math.abs(values[i * n + j]!);
  return maxAbs(sums);
}

/** The Frobenius norm of numbers near 1. */
export function normF(values: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k]! * values[k]!;
  return Math.sqrt(sum);
}

export function transposed({ m, n, values }: Matrix): Matrix {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[j * m + i] = values[i * n + j]!;
  return { m: n, n: m, values: out };
}
