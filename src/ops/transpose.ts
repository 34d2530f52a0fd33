/** Permuting modes: a view. */

import { ShapeError } from '../errors.ts';
import { axisOf, showShape } from '../shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { apply, type Op } from './op.ts';

const transposeOp: Op<readonly number[]> = {
  name: 'transpose',
  infer: ([x], axes) => ({ shape: axes.map((k) => x!.shape[k]!), dtype: x!.dtype }),
  view: (x, axes) =>
    new Tensor(
      x.storage,
      axes.map((k) => x.shape[k]!),
      axes.map((k) => x.strides[k]!),
      x.offset,
    ),
  vjp: ([g], { attrs }) => {
    const inverse = new Array<number>(attrs.length);
    for (const [k, axis] of attrs.entries()) inverse[axis] = k;
    return [transpose(g!, inverse)];
  },
};

/**
 * A view whose mode k is mode axes[k] of x; without `axes`, the modes in reverse. Throws ShapeError unless `axes` names
 * each mode once.
 */
export function transpose(x: Tensor, axes: readonly number[] = x.shape.map((_, k) => x.order - 1 - k)): Tensor {
  const order = axes.map((axis) => axisOf('transpose', axis, x.order));
  if (order.length !== x.order || new Set(order).size !== x.order) {
    throw new ShapeError('transpose', `axes name each of ${x.order} modes once`, showShape(axes), 'correct the axes');
  }
  if (order.every((axis, k) => axis === k)) return x;
  return apply(transposeOp, [x], order);
}

/** A view with two modes exchanged. */
export function swapAxes(x: Tensor, a: number, b: number): Tensor {
  const [i, j] = [axisOf('swapAxes', a, x.order), axisOf('swapAxes', b, x.order)];
  return transpose(
    x,
    x.shape.map((_, k) => (k === i ? j : k === j ? i : k)),
  );
}
