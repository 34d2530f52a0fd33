/** Powers with a fixed exponent. */

import { realDtype } from '../dtype.ts';
import { ones } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { mul } from './binary.ts';
import { custom } from './grad.ts';
import { exp, log, reciprocal, rsqrt, sqrt, square } from './unary.ts';

/** Whole exponents up to this one are products. */
const MOST_FACTORS = 64;

/**
 * x^p. Whole p up to 64 are products, so that x^0 = 1 for all x, and halves are roots; for others x is positive or 0, a negative x gives NaN, and the
 * relative error grows like |p log x|.
 */
export function pow(x: Tensor, p: number): Tensor {
  if (p === 0.5) return sqrt(x);
  if (p === -0.5) return rsqrt(x);
  if (Number.isInteger(p) && Math.abs(p) <= MOST_FACTORS) return p < 0 ? reciprocal(product(x, -p)) : product(x, p);
  return custom(
    {
      name: 'pow',
      forward: (x) => exp(mul(log(x), p)),
      vjp: (g, [x]) => [mul(g, mul(pow(x!, p - 1), p))],
    },
    [x],
  );
}

/** x to a whole power >= 0. */
function product(x: Tensor, n: number): Tensor {
  if (n === 0) return ones(x.shape, realDtype('pow', [x]));
  if (n === 1) return x;
  const root = square(product(x, n >> 1));
  return n % 2 === 0 ? root : mul(root, x);
}
