/**
 * The Khatri-Rao product: column by column the Kronecker product of matrices with equally many columns (Kolda & Bader
 * 2009, section 2.6). Under it the unfoldings of a CP tensor are matrix products.
 */

import { ShapeError } from '../../errors.ts';
import { einsum } from '../../ops/einsum/einsum.ts';
import { reshape } from '../../ops/reshape.ts';
import { showShape } from '../../shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/**
 * Matrices [n_k, r] to [n_0 n_1 ..., r]: row (i_0, i_1, ...), the last index running fastest, is the entrywise product
 * of the rows i_k. Differentiable. Throws ShapeError for none, for other orders and for unequal numbers of columns.
 */
export function khatriRao(...factors: readonly Tensor[]): Tensor {
  checkFactors('khatriRao', factors);
  return factors.reduce((a, b) => reshape(einsum('ir,jr->ijr', a, b), [a.shape[0]! * b.shape[0]!, a.shape[1]!]));
}

/** Throws ShapeError unless there are matrices, all with equally many columns. */
export function checkFactors(op: string, factors: readonly Tensor[]): void {
  const rule = 'factors are matrices [n, r] with one number of columns';
  if (factors.length === 0) throw new ShapeError(op, rule, 'none', 'give a factor for each mode');
  const columns = factors[0]!.shape[1];
  if (factors.every((x) => x.order === 2 && x.shape[1] === columns)) return;
  throw new ShapeError(op, rule, factors.map((x) => showShape(x.shape)).join(' and '), 'correct one factor');
}
