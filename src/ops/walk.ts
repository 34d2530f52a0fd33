/** How an elementwise kernel walks its operands: as few modes as the strides allow. */

import { broadcastStrides, coalesce, type Shape } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

export interface Walk {
  readonly shape: Shape;
  /** Strides of each operand. */
  readonly strides: readonly Shape[];
}

/** Modes for a dense result `y` and the operands that are repeated to its shape. */
export function walk(y: Tensor, operands: readonly Tensor[]): Walk {
  const strides = [y.strides, ...operands.map((x) => broadcastStrides(x.shape, x.strides, y.shape))];
  const merged = coalesce(y.shape, strides);
  return { shape: merged.shape, strides: merged.strides.slice(1) };
}
