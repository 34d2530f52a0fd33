/** Repeating along modes of size 1, and its transpose: summing over them. */

import { ShapeError } from '../errors.ts';
import { broadcastStrides, checkShape, MAX_ELEMENTS, type Shape, sameShape, showShape, sizeOf } from '../shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { apply, type Op } from './op.ts';
import { sum } from './reduce.ts';
import { reshape } from './reshape.ts';

const broadcastOp: Op<Shape> = {
  name: 'broadcastTo',
  infer: ([x], shape) => ({ shape, dtype: x!.dtype }),
  view: (x, shape) => new Tensor(x.storage, shape, broadcastStrides(x.shape, x.strides, shape), x.offset),
  vjp: ([g], { inputs }) => [sumTo(g!, inputs[0]!.shape)],
};

/** A view of x repeated to `shape`. Throws ShapeError unless sizes are equal or 1 in x, aligned at the last mode. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  checkShape('broadcastTo', shape);
  const lead = shape.length - x.order;
  if (lead < 0 || x.shape.some((n, k) => n !== 1 && n !== shape[k + lead])) {
    const got = `${showShape(x.shape)} to ${showShape(shape)}`;
    throw new ShapeError('broadcastTo', 'sizes are equal or 1, aligned at the last mode', got, 'reshape it first');
  }
  // The one view that has more elements than its storage.
  if (sizeOf(shape) > MAX_ELEMENTS) {
    const got = `${sizeOf(shape)} in ${showShape(shape)}`;
    throw new ShapeError('broadcastTo', `a tensor has at most ${MAX_ELEMENTS} elements`, got, 'repeat it less often');
  }
  return apply(broadcastOp, [x], [...shape]);
}

/** Sums x over the modes along which a tensor of `shape` was repeated to the shape of x. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.order - shape.length;
  const axes = x.shape.map((_, k) => k).filter((k) => k < lead || shape[k - lead] !== x.shape[k]);
  return reshape(sum(x, axes), shape);
}
