/** The Moore-Penrose inverse by singular values. About 20 m n k operations, k = min(m, n). */

import { type Real, ulps } from '../../dtype.ts';
import { RankError } from '../../errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { add, div, less, mul, sub } from '../binary.ts';
import { custom } from '../grad.ts';
import { matmul } from '../matmul.ts';
import { expandDims } from '../reshape.ts';
import { slice } from '../slice.ts';
import { where } from '../where.ts';
import { checkFinite, matricesOf, ofSolutions } from './matrices.ts';
import { moderate, timesPowerOfTwo } from './scale.ts';
import { svd } from './svd.ts';
import { transposed } from './triangles.ts';

export interface RankOptions {
  /** Singular values up to eps times the largest count as zero. Default: max(m, n) ulp, as in NumPy. */
  readonly eps?: number;
}

/** Throws RankError unless eps is a number >= 0. */
export function checkEps(op: string, eps: number): void {
  if (eps >= 0 && eps < Number.POSITIVE_INFINITY) return;
  throw new RankError(op, 'eps is a relative size >= 0', String(eps), 'use a small number such as 1e-12');
}

/** max(m, n) ulp. */
export function defaultEps(m: number, n: number, dtype: Real): number {
  return Math.max(m, n) * ulps[dtype];
}

/** 1 / s [..., k], and 0 for those that are at most eps times the largest. */
export function inverted(s: Tensor, eps: number): Tensor {
  if (s.shape.at(-1) === 0) return s;
  const largest = slice(s, [...new Array<null>(s.order - 1).fill(null), [0, 1]]);
  const isLarge = less(mul(largest, eps), s);
  return where(isLarge, div(1, where(isLarge, s, 1)), 0);
}

/**
 * P [..., n, m] with A P A = A, P A P = P, and A P and P A symmetric, for each matrix of a [..., m, n]; 0 for A = 0.
 * The gradient is that of matrices of the same rank (Golub & Pereyra 1973): where eps drops singular values they stay
 * dropped. Throws ShapeError for orders below 2, NonFiniteError for NaN and Infinity and for an inverse
 * that overflows, RankError unless eps >= 0.
 */
export function pinv(a: Tensor, { eps }: RankOptions = {}): Tensor {
  const { m, n, dtype } = matricesOf('pinv', a);
  const cut = eps ?? defaultEps(m, n, dtype);
  checkEps('pinv', cut);
  const { x: near, exponent } = moderate('pinv', a);
  const operation = {
    name: 'pinv',
    forward(x: Tensor): Tensor {
      const { U, S, Vt } = svd(x);
      return matmul(mul(transposed(Vt), expandDims(inverted(S, cut), -2)), transposed(U));
    },
    vjp: (g: Tensor, [x]: readonly Tensor[], P: Tensor): Tensor[] => [pinvGrad(x!, P, g)],
  };
  const P = timesPowerOfTwo(custom(operation, [near]), -exponent);
  checkFinite('pinv', P, ofSolutions);
  return P;
}

/**
 * With dP = -P dA P + P P' dA' (I - A P) + (I - P A) dA' P' P: the cotangent of A from that of P, without a square of the
 * longer side.
 */
function pinvGrad(a: Tensor, P: Tensor, g: Tensor): Tensor {
  const [Pt, gt] = [transposed(P), transposed(g)];
  const [m, n] = [a.shape.at(-2)!, a.shape.at(-1)!];
  const first = matmul(matmul(Pt, g), Pt);
  const second = n <= m ? matmul(gt, matmul(P, Pt)) : matmul(matmul(gt, P), Pt);
  const third = n <= m ? matmul(Pt, matmul(P, gt)) : matmul(matmul(Pt, P), gt);
  const left = sub(second, matmul(a, matmul(P, second)));
  const right = sub(third, matmul(matmul(third, P), a));
  return sub(add(left, right), first);
}
