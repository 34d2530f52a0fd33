/**
 * The public names of `rankwise/linalg`: dense linear algebra on plain arrays, at once and without anything to free.
 *
 * A matrix is a list of rows, `[[1, 2], [3, 4]]`, or a typed array with its sizes, `matrix(data, 2, 2)`; what comes in as
 * one comes out as one. Nested arrays are computed in double precision, typed arrays in their own.
 */

export {
  ConvergenceError,
  DtypeError,
  FormatError,
  NonFiniteError,
  OutOfMemoryError,
  RankError,
  ShapeError,
  SingularError,
} from './errors.ts';
export { cholesky, eigh, lu, qr, type Svd, svd } from './linalg/factor.ts';
export {
  type DenseMatrix,
  type Matrix,
  type MatrixLike,
  matrix,
  type PlacesLike,
  type Reals,
  type Rows,
  type SolutionLike,
  type Vector,
  type VectorLike,
} from './linalg/matrix.ts';
export { type Pca, pca } from './linalg/pca.ts';
export { det, inv, type Lstsq, lstsq, pinv, solve } from './linalg/solve.ts';
export { cond, rank, singularValues } from './linalg/spectrum.ts';
export type { RankOptions } from './ops/linalg/pinv.ts';
export type { QrOptions } from './ops/linalg/qr.ts';
export type { SvdMethod, SvdOptions } from './ops/linalg/svd.ts';
