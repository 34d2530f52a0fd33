/**
 * One factor while the others are fixed: the minimum of |X_(n) - A K^T|^2 + ridge |A|^2 over A, from M = X_(n) K and
 * the gram G = K^T K. Rows of A are independent; with missing entries each row has a gram of its own.
 */

import { add, div, maximum, mul, sub } from '../ops/binary.ts';
import { einsum } from '../ops/einsum/einsum.ts';
import { choleskyShifted } from '../ops/linalg/cholesky.ts';
import { triangularSolve } from '../ops/linalg/triangularSolve.ts';
import { sum } from '../ops/reduce.ts';
import { expandDims, reshape } from '../ops/reshape.ts';
import { norm2 } from '../ops/statistics.ts';
import { swapAxes } from '../ops/transpose.ts';
import { square } from '../ops/unary.ts';
import { where } from '../ops/where.ts';
import { eye } from '../tensor/create.ts';
import { item } from '../tensor/read.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** The normal equations of a factor, of f64. */
export interface System {
  /** M, [n, r]. */
  readonly right: Tensor;
  /** G, [r, r], or [n, r, r]. */
  readonly gram: Tensor;
}

/** Replaces a factor A [n, r], which comes with its weights, by a better one. */
export type Step = (a: Tensor, system: System) => Tensor;

/** A G, with the gram of each row where they differ. */
export function timesGram(a: Tensor, gram: Tensor): Tensor {
  return einsum(gram.order === 2 ? 'ir,rq->iq' : 'ir,irq->iq', a, gram);
}

/** <A, M> + <A, M - A G>: |X_(n) - A K^T|^2 is |X|^2 less this, a difference that cancels where the fit is good. */
export function fitted(a: Tensor, { right, gram }: System): number {
  return item(sum(mul(a, sub(mul(right, 2), timesGram(a, gram)))));
}

/** The least damping, in units of rounding of the gram's trace. */
const DAMP = 32;

/**
 * Least squares by the normal equations. What is solved for is the change of A, damped a little: A + (M - A (G +
 * ridge)) (G + ridge + damp)^-1 minimizes the error plus damp times the squared change. So the error does not rise,
 * however dependent the columns are, and where A stays the damping has no part in it (Rockafellar 1976, the proximal
 * point algorithm). Rounding of M makes directions of eigenvalue w change the fit by up to rounding / (2 sqrt w):
 * `error`, the present |X - Y|, is the most it may, so the damping grows as the fit becomes exact. `unit` is the
 * rounding unit of the data.
 */
export function leastSquares(ridge: number, unit: number, error: number): Step {
  return (a, { right, gram }) => {
    const rowwise = gram.order === 3;
    const identity = eye(a.shape[1]!, 'f64');
    const ridged = ridge === 0 ? gram : add(gram, mul(identity, ridge));
    const trace = einsum(rowwise ? 'irr->i' : 'rr->', ridged);
    const axes = rowwise ? 1 : [0, 1];
    const rounding = mul(add(norm2(right, axes), mul(norm2(a, axes), trace)), unit);
    const noise = error > 0 ? square(div(rounding, error)) : 0;
    // Rows of which nothing is known have a gram of zeros, and stay.
    const damp = where(trace, maximum(mul(trace, DAMP * unit), noise), 1);
    const change = sub(right, timesGram(a, ridged));
    return add(a, solved(add(ridged, mul(identity, rowwise ? reshape(damp, [-1, 1, 1]) : damp)), change));
  };
}

/** B G^-1 for symmetric positive definite G. */
function solved(gram: Tensor, b: Tensor): Tensor {
  const { L } = choleskyShifted(gram);
  if (gram.order === 2) {
    const half = triangularSolve(L, swapAxes(b, 0, 1));
    return swapAxes(triangularSolve(L, half, { transpose: true }), 0, 1);
  }
  const half = triangularSolve(L, expandDims(b, -1));
  return reshape(triangularSolve(L, half, { transpose: true }), b.shape);
}

/** Ridges of the first sweeps of a fit with missing entries, as shares of the gram's diagonal. */
export const SHRINKING: readonly number[] = falling(0.3, 0.75, 20);

function falling(first: number, ratio: number, count: number): number[] {
  const values: number[] = [];
  for (let value = first; values.length < count; value *= ratio) values.push(value);
  return values;
}
