/** Norms and moments along some modes, made of reductions. Axes and `keepDims` as in sum(). */

import type { Tensor } from '../tensor/tensor.ts';
import { add, div, equal, less, mul, sub } from './binary.ts';
import { custom, stopGradient } from './grad.ts';
import { type Axes, max, mean, sum, sumSquares } from './reduce.ts';
import { squeeze } from './reshape.ts';
import { abs, exp, log, sqrt, square } from './unary.ts';
import { where } from './where.ts';

/** Euclidean norm; its gradient at 0 is taken to be 0. */
export function norm2(x: Tensor, axes?: Axes, keepDims = false): Tensor {
  const norm = custom(
    {
      name: 'norm2',
      forward: (x) => sqrt(sumSquares(x, axes, true)),
      vjp: (g, [x], y) => [mul(x!, div(g, add(y, equal(y, 0))))],
    },
    [x],
  );
  return keepDims ? norm : squeeze(norm, axes);
}

/** Mean square distance from the mean (divided by n, not n - 1). */
export function variance(x: Tensor, axes?: Axes, keepDims = false): Tensor {
  return mean(square(sub(x, mean(x, axes, true))), axes, keepDims);
}

/** log(sum(exp(x))) without overflow. Throws ShapeError for no elements. */
export function logSumExp(x: Tensor, axes?: Axes, keepDims = false): Tensor {
  const top = stopGradient(max(x, axes, true));
  // An infinite maximum would make Inf - Inf.
  const shift = where(less(abs(top), Number.POSITIVE_INFINITY), top, 0);
  const y = add(log(sum(exp(sub(x, shift)), axes, true)), shift);
  return keepDims ? y : squeeze(y, axes);
}
