/** What the singular values of a plain matrix tell. */

import { ShapeError } from '../errors.ts';
import { inRange } from '../ops/linalg/lu.ts';
import { checkEps, defaultEps, type RankOptions } from '../ops/linalg/pinv.ts';
import { singularValues as valuesOf } from '../ops/linalg/svd.ts';
import { dataSync } from '../tensor/read.ts';
import { scope } from '../tensor/scope.ts';
import { type Matrix, precisionOf, tensorOf, type VectorLike, vectorLike } from './matrix.ts';

/** The min(m, n) singular values of an m x n matrix, descending. Throws as svd(). */
export function singularValues<M extends Matrix>(a: M): VectorLike<M> {
  return scope(() => vectorLike(a, valuesOf(tensorOf('singularValues', a, precisionOf('singularValues', a)))));
}

/** The singular values up to a power of two, and what may be left out beside the largest by default. */
function spectrum(op: string, a: Matrix): { readonly values: ArrayLike<number>; readonly eps: number } {
  return scope(() => {
    const { x } = inRange(op, tensorOf(op, a, precisionOf(op, a)));
    const eps = defaultEps(x.shape[0]!, x.shape[1]!, x.dtype as 'f32' | 'f64');
    return { values: dataSync(valuesOf(x)), eps };
  });
}

/**
 * The number of singular values above eps times the largest; default max(m, n) ulp, as NumPy's `matrix_rank`. Throws as
 * svd(), and RankError unless eps >= 0.
 *
 * ```ts
 * rank([[1, 2], [2, 4]]); // 1
 * ```
 */
export function rank(a: Matrix, options: RankOptions = {}): number {
  const { values, eps } = spectrum('rank', a);
  const relative = options.eps ?? eps;
  checkEps('rank', relative);
  let count = 0;
  while (count < values.length && values[count]! > relative * values[0]!) count++;
  return count;
}

/**
 * The largest singular value over the smallest, as NumPy's `cond` without `p`; Infinity where that is 0. Throws as svd(),
 * and ShapeError for a matrix without elements.
 */
export function cond(a: Matrix): number {
  const { values } = spectrum('cond', a);
  if (values.length === 0) throw new ShapeError('cond', 'the matrix has an element', 'none', 'leave it out');
  const least = values[values.length - 1]!;
  return least === 0 ? Number.POSITIVE_INFINITY : values[0]! / least;
}
