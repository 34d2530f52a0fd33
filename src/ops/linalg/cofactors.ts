/**
 * The matrix of cofactors, det(A) A^-T where A is invertible, and its gradient: what the gradient of the determinant is,
 * for singular matrices, too. From A = U diag(s) V': its cofactors are det(U V) U diag(e) V', e_i the product of all s but
 * s_i, and nowhere is divided by a singular value or by a difference of two.
 */

import { eye, ones } from '../../tensor/create.ts';
import type { Real } from '../../dtype.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { add, mul, sub } from '../binary.ts';
import { custom, stopGradient } from '../grad.ts';
import { matmul } from '../matmul.ts';
import { sum } from '../reduce.ts';
import { expandDims } from '../reshape.ts';
import { slice } from '../slice.ts';
import { where } from '../where.ts';
import { slogdet } from './slogdet.ts';
import { svd, type Svd } from './svd.ts';
import { diagonalPart, transposed } from './triangles.ts';

/** [..., n, n] -> [..., n, n]. */
export function cofactors(a: Tensor): Tensor {
  const operation = {
    name: 'cofactors',
    forward: (x: Tensor): Tensor => {
      const found = svd(x);
      return mul(matmul(mul(found.U, expandDims(productsBut(found.S, 1), -2)), found.Vt), orientation(found));
    },
    vjp: (g: Tensor, [x]: readonly Tensor[]): Tensor[] => [pullBack(x!, g)],
  };
  return custom(operation, [a]);
}

/**
 * In the basis of U and V a change E of A changes the cofactors by -P_ij E_ji off the diagonal and sum_j P_ij E_jj on it,
 * P_ij the product of all s but s_i and s_j, P_ii = 0.
 */
function pullBack(a: Tensor, g: Tensor): Tensor {
  const found = svd(a);
  const { U, S, Vt } = found;
  const P = productsBut(S, 2);
  const H = matmul(matmul(transposed(U), g), transposed(Vt));
  const onDiagonal = matmul(P, expandDims(sum(diagonalPart(H), -1), -1));
  const identity = eye(S.shape.at(-1)!, S.dtype);
  const E = sub(mul(onDiagonal, identity), transposed(mul(P, H)));
  return mul(matmul(matmul(U, E), Vt), orientation(found));
}

/** det(U V), 1 or -1, [..., 1, 1]. */
function orientation({ U, Vt }: Svd): Tensor {
  const sign = mul(slogdet(stopGradient(U)).sign, slogdet(stopGradient(Vt)).sign);
  return expandDims(expandDims(sign, -1), -1);
}

/** The products of all s [..., n] but one, [..., n], or but two, [..., n, n] with zeros on the diagonal. */
function productsBut(s: Tensor, left: 1 | 2): Tensor {
  const n = s.shape.at(-1)!;
  const dtype = s.dtype as Real;
  const identity = eye(n, dtype);
  let product = left === 1 ? ones([n], dtype) : sub(ones([n, n], dtype), identity);
  for (let k = 0; k < n; k++) {
    const row = slice(identity, [k]);
    const isOut = left === 1 ? row : add(row, expandDims(row, -1));
    const factor = slice(s, [...new Array<null>(s.order - 1).fill(null), [k, k + 1]]);
    product = mul(product, where(isOut, 1, left === 1 ? factor : expandDims(factor, -1)));
  }
  return product;
}
