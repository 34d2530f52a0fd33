/** Factorizations of plain matrices. */

import { cholesky as choleskyOf } from '../ops/linalg/cholesky.ts';
import { eigh as eighOf } from '../ops/linalg/eigh.ts';
import { lu as luOf } from '../ops/linalg/lu.ts';
import { type QrOptions, qr as qrOf } from '../ops/linalg/qr.ts';
import { type SvdOptions, svd as svdOf } from '../ops/linalg/svd.ts';
import { scope } from '../tensor/scope.ts';
import {
  type Matrix,
  type MatrixLike,
  matrixLike,
  type PlacesLike,
  placesLike,
  precisionOf,
  tensorOf,
  type VectorLike,
  vectorLike,
} from './matrix.ts';

/** A = U diag(S) Vt. */
export interface Svd<M extends Matrix> {
  /** m x k, orthonormal columns; the largest element of each, the first of equal ones, is positive. */
  readonly U: MatrixLike<M>;
  /** k singular values, descending and >= 0. */
  readonly S: VectorLike<M>;
  /** k x n, orthonormal rows. */
  readonly Vt: MatrixLike<M>;
}

/**
 * Singular value decomposition of an m x n matrix, k = min(m, n): the thin one, NumPy's `full_matrices=False`.
 * `rank` keeps the first singular values, `eps` the fewest whose rest weighs at most eps times the Frobenius norm of A.
 *
 * ```ts
 * const { U, S, Vt } = svd([[3, 0], [4, 5]]);
 * const best = svd(matrix(pixels, 480, 640), { rank: 20 });
 * ```
 *
 * Throws ShapeError for what is no matrix, NonFiniteError for NaN and Infinity, RankError for a rank or eps that is none.
 */
export function svd<M extends Matrix>(a: M, options: SvdOptions = {}): Svd<M> {
  return scope(() => {
    const { U, S, Vt } = svdOf(tensorOf('svd', a, precisionOf('svd', a)), options);
    return { U: matrixLike(a, U), S: vectorLike(a, S), Vt: matrixLike(a, Vt) };
  });
}

/**
 * QR factorization A = Q R of an m x n matrix, k = min(m, n): Q is m x k with orthonormal columns, R is k x n, upper
 * triangular, its diagonal >= 0. With `full`, Q is m x m and R is m x n. As NumPy's `reduced` and `complete`, but for the
 * signs. Throws as svd().
 */
export function qr<M extends Matrix>(
  a: M,
  options: QrOptions = {},
): { readonly Q: MatrixLike<M>; readonly R: MatrixLike<M> } {
  return scope(() => {
    const { Q, R } = qrOf(tensorOf('qr', a, precisionOf('qr', a)), options);
    return { Q: matrixLike(a, Q), R: matrixLike(a, R) };
  });
}

/**
 * Eigenvalues, ascending, and orthonormal eigenvectors, as columns, of a symmetric n x n matrix: A = V diag(w) V'. Only the
 * lower triangle is looked at. The largest element of each vector, the first of equal ones, is positive. Throws as svd(),
 * and ShapeError unless the matrix is square.
 *
 * ```ts
 * const { values, vectors } = eigh([[2, 1], [1, 2]]); // values: [1, 3]
 * ```
 */
export function eigh<M extends Matrix>(a: M): { readonly values: VectorLike<M>; readonly vectors: MatrixLike<M> } {
  return scope(() => {
    const { values, vectors } = eighOf(tensorOf('eigh', a, precisionOf('eigh', a)));
    return { values: vectorLike(a, values), vectors: matrixLike(a, vectors) };
  });
}

/**
 * The lower triangular L with a positive diagonal and A = L L', for a symmetric positive definite matrix, of which only the
 * lower triangle is looked at. Throws SingularError, which names the pivot, where A is not positive definite, and as eigh().
 */
export function cholesky<M extends Matrix>(a: M): MatrixLike<M> {
  return scope(() => matrixLike(a, choleskyOf(tensorOf('cholesky', a, precisionOf('cholesky', a)))));
}

/**
 * LU factorization with partial pivoting of an m x n matrix, k = min(m, n): row permutation[i] of A is row i of L U. L is
 * m x k with ones on its diagonal and no element larger than 1, U is k x n. Throws as svd().
 */
export function lu<M extends Matrix>(
  a: M,
): { readonly L: MatrixLike<M>; readonly U: MatrixLike<M>; readonly permutation: PlacesLike<M> } {
  return scope(() => {
    const { L, U, permutation } = luOf(tensorOf('lu', a, precisionOf('lu', a)));
    return { L: matrixLike(a, L), U: matrixLike(a, U), permutation: placesLike(a, permutation) };
  });
}
