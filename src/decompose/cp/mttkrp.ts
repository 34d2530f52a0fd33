/**
 * The matricized tensor times Khatri-Rao product, M = X_(n) (A_0 (x) ... (x) A_N-1 without A_n), columnwise (Kolda &
 * Bader 2009, section 3.4): the right-hand side of the least squares for a factor. 2 r size(X) operations.
 */

import { ShapeError } from '../../errors.ts';
import { broadcastTo } from '../../ops/broadcast.ts';
import { einsum } from '../../ops/einsum/einsum.ts';
import { reshape } from '../../ops/reshape.ts';
import { axisOf, showShape, sizeOf } from '../../shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { checkFactors, khatriRao } from './khatriRao.ts';

/**
 * x [n_0, ..., n_N-1] times the Khatri-Rao product of all `factors` [n_k, r] but that of `mode`: [n_mode, r]. Of the
 * factor of `mode` only the shape matters. Differentiable. Throws ShapeError where the factors do not fit, DtypeError
 * for mixed dtypes.
 */
export function mttkrp(x: Tensor, factors: readonly Tensor[], mode: number): Tensor {
  checkFactors('mttkrp', factors);
  const at = axisOf('mttkrp', mode, x.order);
  if (factors.length !== x.order || !factors.every((a, k) => a.shape[0] === x.shape[k])) {
    const got = `${factors.map((a) => showShape(a.shape)).join(' and ')} for ${showShape(x.shape)}`;
    throw new ShapeError('mttkrp', 'there is a factor [n, r] for each mode', got, 'correct the factors');
  }
  const [n, r] = [x.shape[at]!, factors[0]!.shape[1]!];
  const [before, after] = [factors.slice(0, at), factors.slice(at + 1)];
  const [above, below] = [sizeOf(x.shape.slice(0, at)), sizeOf(x.shape.slice(at + 1))];
  if (x.order === 1) return broadcastTo(reshape(x, [n, 1]), [n, r]);
  if (before.length === 0) return einsum('ij,jr->ir', reshape(x, [n, below]), khatriRao(...after));
  if (after.length === 0) return einsum('ij,ir->jr', reshape(x, [above, n]), khatriRao(...before));
  // The longer side is summed over first, as a product of matrices; the rest is smaller by its length.
  if (above > below) {
    const node = einsum('ij,ir->jr', reshape(x, [above, n * below]), khatriRao(...before));
    return einsum('ijr,jr->ir', reshape(node, [n, below, r]), khatriRao(...after));
  }
  const node = einsum('ij,jr->ir', reshape(x, [above * n, below]), khatriRao(...after));
  return einsum('ijr,ir->jr', reshape(node, [above, n, r]), khatriRao(...before));
}
