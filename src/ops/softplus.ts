/** log(1 + e^x) = max(x, 0) + log(1 + e^-|x|). */

import type { Tensor } from '../tensor/tensor.ts';
import { add, div, equal, mul, sub } from './binary.ts';
import { custom } from './grad.ts';
import { abs, exp, log, neg, relu, sigmoid } from './unary.ts';
import { where } from './where.ts';

/** log(1 + e^x), accurate and finite for all finite x; its gradient is sigmoid(x). */
export function softplus(x: Tensor): Tensor {
  return custom(
    {
      name: 'softplus',
      forward: (x) => add(relu(x), log1p(exp(neg(abs(x))))),
      vjp: (g, [x]) => [mul(g, sigmoid(x!))],
    },
    [x],
  );
}

/** log(1 + u) for u >= 0: the rounding of 1 + u is undone (Kahan), so that small u keep their digits. */
function log1p(u: Tensor): Tensor {
  const w = add(u, 1);
  return where(equal(w, 1), u, mul(log(w), div(u, sub(w, 1))));
}
