/** Parts of matrices on one side of the diagonal. */

import type { Real } from '../../dtype.ts';
import { own } from '../../tensor/create.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { swapAxes } from '../transpose.ts';
import { where } from '../where.ts';

/** A view with the last two modes exchanged: every matrix transposed. */
export function transposed(x: Tensor): Tensor {
  return swapAxes(x, -2, -1);
}

/** 1 where j - i is in [from, to], else 0. */
function band(m: number, n: number, from: number, to: number, dtype: Real): Tensor {
  const values = dtype === 'f32' ? new Float32Array(m * n) : new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    const last = Math.min(n - 1, i + to);
    for (let j = Math.max(0, i + from); j <= last; j++) values[i * n + j] = 1;
  }
  return own(values, [m, n]);
}

function within(x: Tensor, from: number, to: number): Tensor {
  return where(band(x.shape.at(-2)!, x.shape.at(-1)!, from, to, x.dtype as Real), x, 0);
}

/** x [..., m, n] with zeros above the diagonal, and on it where `strict`. */
export function lowerPart(x: Tensor, strict = false): Tensor {
  return within(x, -x.shape.at(-2)!, strict ? -1 : 0);
}

/** x [..., m, n] with zeros below the diagonal, and on it where `strict`. */
export function upperPart(x: Tensor, strict = false): Tensor {
  return within(x, strict ? 1 : 0, x.shape.at(-1)!);
}

/** x [..., m, n] with zeros off the diagonal. */
export function diagonalPart(x: Tensor): Tensor {
  return within(x, 0, 0);
}
