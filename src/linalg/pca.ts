/** Principal components of the rows of a plain matrix. */

import { ShapeError } from '../errors.ts';
import { div, mul, sub } from '../ops/binary.ts';
import { checkFinite } from '../ops/linalg/matrices.ts';
import { powerOfTwo, timesPowerOfTwo } from '../ops/linalg/scale.ts';
import { type SvdOptions, svdFor } from '../ops/linalg/svd.ts';
import { argmax } from '../ops/argmax.ts';
import { takeAlong } from '../ops/gather.ts';
import { mean, sumSquares } from '../ops/reduce.ts';
import { expandDims } from '../ops/reshape.ts';
import { abs, sign, square } from '../ops/unary.ts';
import { where } from '../ops/where.ts';
import { scope } from '../tensor/scope.ts';
import {
  type Matrix,
  type MatrixLike,
  matrixLike,
  precisionOf,
  tensorOf,
  type VectorLike,
  vectorLike,
} from './matrix.ts';

/** Row i of A is mean + scores[i] times components, up to what is left out. */
export interface Pca<M extends Matrix> {
  /** The mean of the rows, n. */
  readonly mean: VectorLike<M>;
  /** k x n, orthonormal rows, the direction of the largest variance first; the largest element of each is positive. */
  readonly components: MatrixLike<M>;
  /** m x k, the rows of A less their mean in terms of the components. */
  readonly scores: MatrixLike<M>;
  /** The variances along the components, k, descending; of a sample: divided by m - 1. */
  readonly variances: VectorLike<M>;
  /** Their shares of the variance of all of A, k; 0 where A has none. */
  readonly ratios: VectorLike<M>;
}

const ofVariances = { rule: 'the variances are in the range of their dtype', remedy: 'scale the matrix' };

/**
 * Principal component analysis of an m x n matrix of m observations, by the singular values of A less its mean. `rank`
 * keeps the first components, `eps` the fewest whose rest weighs at most eps of the norm.
 *
 * ```ts
 * const { components, variances } = pca([[1, 1], [2, 2.1], [3, 2.9]], { rank: 1 });
 * ```
 *
 * Throws ShapeError for fewer than two rows, and as svd().
 */
export function pca<M extends Matrix>(a: M, options: SvdOptions = {}): Pca<M> {
  return scope(() => {
    const A = tensorOf('pca', a, precisionOf('pca', a));
    const m = A.shape[0]!;
    if (m < 2) throw new ShapeError('pca', 'there are two rows or more', String(m), 'add observations');
    // Near 1, so that neither sums nor squares leave the range.
    const { x, exponent } = powerOfTwo('pca', A);
    const center = mean(x, 0);
    const away = sub(x, center);
    const { U, S, Vt } = svdFor('pca', away, options);
    const signs = sign(takeAlong(Vt, argmax(abs(Vt), 1)));
    const all = sumSquares(away);
    const squares = square(S);
    const variances = timesPowerOfTwo(div(squares, m - 1), 2 * exponent);
    checkFinite('pca', variances, ofVariances);
    return {
      mean: vectorLike(a, timesPowerOfTwo(center, exponent)),
      components: matrixLike(a, mul(Vt, expandDims(signs, -1))),
      scores: matrixLike(a, mul(U, mul(timesPowerOfTwo(S, exponent), signs))),
      variances: vectorLike(a, variances),
      ratios: vectorLike(a, where(all, div(squares, where(all, all, 1)), 0)),
    };
  });
}
