/**
 * A tensor cut along a mode into copies of its parts. Unlike split(), whose parts are views that each get a gradient of the
 * whole size, all parts together have one gradient: T steps of a sequence cost T, not T squared.
 */

import { ShapeError } from '../errors.ts';
import { axisOf } from '../shape.ts';
import { zeros } from '../tensor/create.ts';
import { Tensor } from '../tensor/tensor.ts';
import { concat } from './concat.ts';
import { copyInto } from './contiguous.ts';
import { applyAll, type Op } from './op.ts';

interface Cut {
  readonly axis: number;
  readonly parts: number;
}

const piecesOp: Op<Cut> = {
  name: 'pieces',
  infer: ([x], { axis, parts }) =>
    Array.from({ length: parts }, () => ({
      shape: x!.shape.map((n, k) => (k === axis ? n / parts : n)),
      dtype: x!.dtype,
    })),
  forward(outs, [x], { axis, parts }, on) {
    const step = (x!.shape[axis]! / parts) * x!.strides[axis]!;
    outs.forEach((y, p) => {
      if (y.size > 0) copyInto(y, y.strides, 0, new Tensor(x!.storage, y.shape, x!.strides, x!.offset + p * step), on);
    });
  },
  vjp: (gs, { outs, attrs }) => [
    concat(
      gs.map((g, p) => g ?? zeros(outs[p]!.shape, outs[p]!.dtype)),
      attrs.axis,
    ),
  ],
};

/** x in `parts` equal pieces along a mode, as copies. Throws ShapeError where they do not divide it. */
export function pieces(x: Tensor, parts: number, axis = 0): readonly Tensor[] {
  const k = axisOf('pieces', axis, x.order);
  const n = x.shape[k]!;
  if (!Number.isInteger(parts) || parts < 1 || n % parts !== 0) {
    throw new ShapeError('pieces', `parts divide mode ${k} of size ${n}`, `${parts} pieces`, 'correct their number');
  }
  return applyAll(piecesOp, [x], { axis: k, parts });
}
