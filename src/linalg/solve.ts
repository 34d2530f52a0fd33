/** Systems of plain matrices. */

import { sub } from '../ops/binary.ts';
import { det as detOf } from '../ops/linalg/det.ts';
import { lstsq as lstsqOf } from '../ops/linalg/lstsq.ts';
import { inRange } from '../ops/linalg/lu.ts';
import { pinv as pinvOf, type RankOptions } from '../ops/linalg/pinv.ts';
import { numberTimesPower, powerOfTwo, timesPowerOfTwo } from '../ops/linalg/scale.ts';
import { inv as invOf, solve as solveOf } from '../ops/linalg/solve.ts';
import { matmul } from '../ops/matmul.ts';
import { norm2 } from '../ops/statistics.ts';
import { item } from '../tensor/read.ts';
import { scope } from '../tensor/scope.ts';
import {
  type Matrix,
  type MatrixLike,
  matrixLike,
  precisionOf,
  rightSideOf,
  type SolutionLike,
  solutionLike,
  tensorOf,
  type Vector,
} from './matrix.ts';

/**
 * The x with A x = b for a square matrix A and a vector or matrix b, by LU factorization; like b in kind.
 *
 * ```ts
 * const x = solve([[2, 1], [1, 3]], [3, 5]); // [0.8, 1.4]
 * ```
 *
 * Throws SingularError, which names the pivot, where A is singular, ShapeError where the sizes do not fit, NonFiniteError
 * for NaN and Infinity and for a solution that overflows, DtypeError where one is a Float32Array and one a Float64Array.
 */
export function solve<B extends Matrix | Vector>(a: Matrix, b: B): SolutionLike<B> {
  const dtype = precisionOf('solve', a, b);
  return scope(() => solutionLike(b, solveOf(tensorOf('solve', a, dtype), rightSideOf('solve', b, dtype))));
}

/** What lstsq() finds. */
export interface Lstsq<B> {
  /** The solution, like b in kind. */
  readonly x: SolutionLike<B>;
  /** The Frobenius norm of A x - b. */
  readonly residual: number;
}

/**
 * The x that minimizes the norm of A x - b, and of those the shortest, for an m x n matrix A and a vector or matrix b of m
 * rows. Singular values of A up to eps times the largest count as zero; default max(m, n) ulp, as in NumPy.
 *
 * ```ts
 * const { x, residual } = lstsq([[1, 0], [1, 1], [1, 2]], [1, 3, 5]); // the line 1 + 2 t
 * ```
 *
 * Throws as solve(), but not for singular matrices, and RankError unless eps >= 0.
 */
export function lstsq<B extends Matrix | Vector>(a: Matrix, b: B, options: RankOptions = {}): Lstsq<B> {
  const dtype = precisionOf('lstsq', a, b);
  return scope(() => {
    const [A, y] = [tensorOf('lstsq', a, dtype), rightSideOf('lstsq', b, dtype)];
    const x = lstsqOf(A, y, options);
    const [near, side] = [inRange('lstsq', A), inRange('lstsq', y)];
    const off = powerOfTwo('lstsq', sub(matmul(near.x, timesPowerOfTwo(x, near.exponent - side.exponent)), side.x));
    return { x: solutionLike(b, x), residual: numberTimesPower(item(norm2(off.x)), off.exponent + side.exponent) };
  });
}

/** The inverse of a square matrix. Throws as solve(), which is better where the inverse is to be multiplied by something. */
export function inv<M extends Matrix>(a: M): MatrixLike<M> {
  return scope(() => matrixLike(a, invOf(tensorOf('inv', a, precisionOf('inv', a)))));
}

/**
 * The Moore-Penrose inverse, n x m, of an m x n matrix. Singular values up to eps times the largest count as zero; default
 * max(m, n) ulp, as NumPy's `rtol=None`. Throws ShapeError for what is no matrix, NonFiniteError for NaN and Infinity,
 * RankError unless eps >= 0.
 */
export function pinv<M extends Matrix>(a: M, options: RankOptions = {}): MatrixLike<M> {
  return scope(() => matrixLike(a, pinvOf(tensorOf('pinv', a, precisionOf('pinv', a)), options)));
}

/**
 * The determinant of a square matrix; 1 of the empty one. Throws ShapeError for what is no square matrix, NonFiniteError
 * for NaN and Infinity and for a determinant that overflows.
 */
export function det(a: Matrix): number {
  return scope(() => item(detOf(tensorOf('det', a, precisionOf('det', a)))));
}
