/**
 * A window is a regular part of a tensor: mode k of the window runs along mode k of the tensor from begin[k] in steps.
 * Reading one is a view; its transpose lays a tensor into a larger one that holds `fill` elsewhere.
 */

import { fill } from '../kernels/fill.ts';
import { rowMajor, type Shape } from '../shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { copyInto } from './contiguous.ts';
import { apply, type Op } from './op.ts';

export interface Window {
  readonly begin: readonly number[];
  readonly step: readonly number[];
  readonly shape: Shape;
}

interface Inset {
  readonly at: Window;
  /** The shape of the result. */
  readonly shape: Shape;
  readonly fill: number;
}

const windowOp: Op<Window> = {
  name: 'window',
  infer: ([x], { shape }) => ({ shape, dtype: x!.dtype }),
  view(x, { begin, step, shape }) {
    // An empty window may begin behind the end of the storage.
    const inside = shape.every((n) => n > 0);
    const offset = inside ? begin.reduce((at, b, k) => at + b * x.strides[k]!, x.offset) : x.offset;
    return new Tensor(
      x.storage,
      shape,
      x.strides.map((s, k) => s * step[k]!),
      offset,
    );
  },
  vjp: ([g], { inputs, attrs }) => [inset(g!, { at: attrs, shape: inputs[0]!.shape, fill: 0 })],
};

const insetOp: Op<Inset> = {
  name: 'inset',
  infer: ([x], { shape }) => ({ shape, dtype: x!.dtype }),
  forward([y], [x], { at, fill: value }, on) {
    const { begin, step } = at;
    on.run(fill, y!.dtype, { n: y!.size, value, y: y!.operand() });
    const strides = rowMajor(y!.shape);
    const offset = begin.reduce((sum, b, k) => sum + b * strides[k]!, 0);
    if (x!.size > 0) {
      copyInto(
        y!,
        strides.map((s, k) => s * step[k]!),
        offset,
        x!,
        on,
      );
    }
  },
  vjp: ([g], { attrs }) => [window(g!, attrs.at)],
};

/** The part of x that lies in a window, as a view. */
export function window(x: Tensor, at: Window): Tensor {
  return apply(windowOp, [x], at);
}

/** A tensor of shape `to.shape` that holds x in the window `to.at` and `to.fill` elsewhere. */
export function inset(x: Tensor, to: Inset): Tensor {
  return apply(insetOp, [x], to);
}
