/** Where the greatest elements are. */

import { realDtype } from '../dtype.ts';
import { ShapeError } from '../errors.ts';
import { argmax as argmaxKernel } from '../kernels/argmax.ts';
import { axisOf, coalesce, showShape } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { contiguous } from './contiguous.ts';
import { apply, type Op } from './op.ts';

const argmaxOp: Op<number> = {
  name: 'argmax',
  infer([x], axis) {
    realDtype('argmax', [x!]);
    const shape = x!.shape.filter((_, k) => k !== axis);
    if (x!.shape[axis] === 0 && shape.every((n) => n > 0)) {
      throw new ShapeError('argmax', `mode ${axis} has an element`, showShape(x!.shape), 'leave out sizes of 0');
    }
    return { shape, dtype: 'i32' };
  },
  forward([y], [x], axis, on) {
    const [outer, inner] = [run(x!, 0, axis)!, run(x!, axis + 1, x!.order)!];
    on.run(argmaxKernel, x!.dtype, {
      outer: outer.size,
      axis: x!.shape[axis]!,
      inner: inner.size,
      outerStride: outer.stride,
      axisStride: x!.strides[axis]!,
      innerStride: inner.stride,
      x: x!.operand(),
      y: y!.operand(),
    });
  },
  vjp: () => [null],
};

/** Modes [from, to) of x as one, or null where one stride does not walk them. */
function run(x: Tensor, from: number, to: number): { size: number; stride: number } | null {
  const merged = coalesce(x.shape.slice(from, to), [x.strides.slice(from, to)]);
  if (merged.shape.length > 1) return null;
  return { size: merged.shape[0] ?? 1, stride: merged.strides[0]![0] ?? 0 };
}

/**
 * The index of the greatest element along a mode, as i32, without that mode; the first of equals, and NaN before all. No
 * gradient. Throws ShapeError where the mode is empty, DtypeError for integers.
 */
export function argmax(x: Tensor, axis = -1): Tensor {
  const k = axisOf('argmax', axis, x.order);
  const simple = run(x, 0, k) !== null && run(x, k + 1, x.order) !== null;
  return apply(argmaxOp, [simple ? x : contiguous(x)], k);
}
