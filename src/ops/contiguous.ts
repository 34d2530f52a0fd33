/** Dense row-major copies, for those who cannot take strides. */

import type { Backend } from '../backend/backend.ts';
import { copy, planCopy } from '../kernels/copy.ts';
import type { Shape } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { apply, type Op } from './op.ts';

const contiguousOp: Op = {
  name: 'contiguous',
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  forward: ([y], [x], _, on) => copyInto(y!, y!.strides, 0, x!, on),
  vjp: (gs) => gs,
};

/** x itself where its elements lie dense and row-major, else a copy that does. */
export function contiguous(x: Tensor): Tensor {
  return x.isContiguous ? x : apply(contiguousOp, [x], undefined);
}

/** Copies the elements of x to `y`, where index i goes to offset + sum of i[k] strides[k]; those must differ. */
export function copyInto(y: Tensor, strides: Shape, offset: number, x: Tensor, on: Backend): void {
  const plan = planCopy(x.shape, x.strides, strides);
  on.run(copy, y.dtype, {
    order: plan.shape.length,
    ...plan,
    x: x.operand(),
    y: y.storage.operand(offset),
  });
}
