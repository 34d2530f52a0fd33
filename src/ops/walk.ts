/** How an elementwise kernel walks its operands: as few modes as the strides allow. */

import { broadcastStrides, coalesce, isRowMajor, type Shape, sameShape } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

export interface Walk {
  readonly shape: Shape;
  /** Strides of each operand. */
  readonly strides: readonly Shape[];
}

const DENSE: Shape = [1];
const REPEATED: Shape = [0];

/** Modes for a dense result `y` and the operands that are repeated to its shape. */
export function walk(y: Tensor, operands: readonly Tensor[]): Walk {
  const flat = new Array<Shape>(operands.length);
  for (let k = 0; k < operands.length; k++) {
    const x = operands[k]!;
    if (sameShape(x.shape, y.shape) && isRowMajor(x.shape, x.strides)) flat[k] = DENSE;
    else if (x.size === 1) flat[k] = REPEATED;
    else return general(y, operands);
  }
  return { shape: [y.size], strides: flat };
}

function general(y: Tensor, operands: readonly Tensor[]): Walk {
  const strides = [y.strides, ...operands.map((x) => broadcastStrides(x.shape, x.strides, y.shape))];
  const merged = coalesce(y.shape, strides);
  return { shape: merged.shape, strides: merged.strides.slice(1) };
}
