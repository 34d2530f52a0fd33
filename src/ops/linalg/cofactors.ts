/**
 * The matrix of cofactors, det(A) A^-T where A is invertible, and its gradient: what the gradient of the determinant is,
 * for singular matrices, too. From A = U diag(s) V': its cofactors are det(U V) U diag(e) V', e_i the product of all s but
 * s_i, and nowhere is divided by a singular value or by a difference of two.
 */

import { arrayOf, type Real } from '../../dtype.ts';
import { eye, ones, own } from '../../tensor/create.ts';
import { dataSync } from '../../tensor/read.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { add, mul, sub } from '../binary.ts';
import { custom, stopGradient } from '../grad.ts';
import { matmul } from '../matmul.ts';
import { sum } from '../reduce.ts';
import { expandDims, squeeze } from '../reshape.ts';
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
      const found = balanced(svd(x));
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
  const found = balanced(svd(a));
  const { U, S, Vt } = found;
  const P = productsBut(S, 2);
  const H = matmul(matmul(transposed(U), g), transposed(Vt));
  const onDiagonal = matmul(P, expandDims(sum(diagonalPart(H), -1), -1));
  const identity = eye(S.shape.at(-1)!, S.dtype);
  const E = sub(mul(onDiagonal, identity), transposed(mul(P, H)));
  return mul(matmul(matmul(U, E), Vt), orientation(found));
}

/**
 * The same decomposition with singular values in an order in which products stay near 1 as long as they can: in descending
 * order those of the first may overflow where that of all does not.
 */
function balanced({ U, S, Vt }: Svd): Svd {
  const n = S.shape.at(-1)!;
  const values = dataSync(S);
  const exchange = arrayOf(S.dtype, values.length * n);
  for (let t = 0; t < values.length; t += n) {
    const s = values.subarray(t, t + n);
    // Zeros come last, and say nothing about products without them.
    const zeros = s.indexOf(0);
    let [first, last, product] = [0, (zeros < 0 ? n : zeros) - 1, 1];
    for (let place = 0; place < n; place++) {
      const k = first > last ? place : product < 1 ? first++ : last--;
      exchange[(t + k) * n + place] = 1;
      product *= s[k]!;
    }
  }
  const P = own(exchange, [...S.shape, n]);
  const turned = matmul(expandDims(S, -2), P);
  return { U: matmul(U, P), S: squeeze(turned, [-2]), Vt: matmul(transposed(P), Vt) };
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
