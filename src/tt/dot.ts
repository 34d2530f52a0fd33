/**
 * The inner product of two trains, from the first core to the last: P_k = sum_i A_k(i)' P_{k-1} B_k(i). The scale of P is
 * kept apart as a power of two, so that hundreds of cores neither overflow nor vanish. O(d n r^3).
 */

import type { Factored } from '../formats/network.ts';
import { powerOfTwo, numberTimesPower } from '../ops/linalg/scale.ts';
import { matmul } from '../ops/matmul.ts';
import { reshape } from '../ops/reshape.ts';
import { swapAxes } from '../ops/transpose.ts';
import { item } from '../tensor/read.ts';
import { scope, unrecorded } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { twoTrains } from './train.ts';

/**
 * The sum over all entries of a times b; the formats' inner() is the same with a gradient. Infinity where the number is
 * out of range. Throws ShapeError where the modes differ, NonFiniteError for cores with NaN or Infinity.
 */
export function dot(a: Factored, b: Factored): number {
  const [left, right] = twoTrains('dot', a, b);
  return unrecorded(() =>
    scope(() => {
      let exponent = 0;
      let product: Tensor | null = null;
      for (let k = 0; k < left.cores.length; k++) {
        const A = powerOfTwo('dot', left.cores[k]!);
        const B = powerOfTwo('dot', right.cores[k]!);
        const next = powerOfTwo('dot', step(product, A.x, B.x));
        product = next.x;
        exponent += A.exponent + B.exponent + next.exponent;
      }
      return numberTimesPower(item(product!), exponent);
    }),
  );
}

/** P [r, q] with cores A [r, n, s] and B [q, n, t]: [s, t]. */
function step(P: Tensor | null, A: Tensor, B: Tensor): Tensor {
  const [q, n, t] = B.shape as [number, number, number];
  const carried = P === null ? B : reshape(matmul(P, reshape(B, [q, n * t])), [P.shape[0]!, n, t]);
  const [r, , s] = A.shape as [number, number, number];
  return matmul(swapAxes(reshape(A, [r * n, s]), 0, 1), reshape(carried, [r * n, t]));
}
