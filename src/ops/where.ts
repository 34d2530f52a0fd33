/** Choosing between two operands, element by element. */

import { realDtype } from '../dtype.ts';
import { select } from '../kernels/select.ts';
import { broadcastShape } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { sumTo } from './broadcast.ts';
import { apply, type Op } from './op.ts';
import { operands, scalar } from './scalar.ts';
import { walk } from './walk.ts';

const whereOp: Op = {
  name: 'where',
  infer([c, a, b]) {
    const shape = broadcastShape('where', c!.shape, broadcastShape('where', a!.shape, b!.shape));
    return { dtype: realDtype('where', [c!, a!, b!]), shape };
  },
  forward([y], [c, a, b], _, on) {
    const { shape, strides } = walk(y!, [c!, a!, b!]);
    on.run(select, y!.dtype, {
      order: shape.length,
      shape,
      cStrides: strides[0]!,
      aStrides: strides[1]!,
      bStrides: strides[2]!,
      c: c!.operand(),
      a: a!.operand(),
      b: b!.operand(),
      y: y!.operand(),
    });
  },
  vjp([g], { inputs: [c, a, b], needs }) {
    return [
      null,
      needs[1] ? sumTo(where(c!, g!, 0), a!.shape) : null,
      needs[2] ? sumTo(where(c!, 0, g!), b!.shape) : null,
    ];
  },
};

/**
 * a where c is not 0, else b; the three are repeated to one shape. No gradient flows to c. Throws ShapeError where they do
 * not broadcast, DtypeError where dtypes differ.
 */
export function where(c: Tensor, a: Tensor | number, b: Tensor | number): Tensor {
  const [x, y] =
    typeof a === 'number' && typeof b === 'number' ? [scalar(a, c.dtype), scalar(b, c.dtype)] : operands(a, b);
  return apply(whereOp, [c, x, y], undefined);
}
