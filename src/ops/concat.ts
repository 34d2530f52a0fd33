/** Joining tensors along a mode. */

import { sameDtype } from '../dtype.ts';
import { ShapeError } from '../errors.ts';
import { axisOf, showShape } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { copyInto } from './contiguous.ts';
import { apply, type Op } from './op.ts';
import { expandDims } from './reshape.ts';
import { split } from './slice.ts';

const concatOp: Op<number> = {
  name: 'concat',
  infer(inputs, axis) {
    const first = inputs[0]!;
    for (const x of inputs) {
      if (x.order !== first.order || x.shape.some((n, k) => k !== axis && n !== first.shape[k])) {
        const got = `${showShape(first.shape)} and ${showShape(x.shape)}`;
        throw new ShapeError('concat', `sizes are equal but for mode ${axis}`, got, 'reshape or slice an operand');
      }
    }
    const total = inputs.reduce((n, x) => n + x.shape[axis]!, 0);
    return { dtype: sameDtype('concat', inputs), shape: first.shape.map((n, k) => (k === axis ? total : n)) };
  },
  forward([y], inputs, axis, on) {
    let offset = 0;
    for (const x of inputs) {
      if (x.size > 0) copyInto(y!, y!.strides, offset, x, on);
      offset += x.shape[axis]! * y!.strides[axis]!;
    }
  },
  vjp: ([g], { inputs, attrs: axis }) =>
    split(
      g!,
      inputs.map((x) => x.shape[axis]!),
      axis,
    ),
};

/**
 * The tensors one behind the other along mode `axis`. Throws ShapeError for none, for other sizes that differ, DtypeError
 * where dtypes differ.
 */
export function concat(xs: readonly Tensor[], axis = 0): Tensor {
  return apply(concatOp, listed('concat', xs), axisOf('concat', axis, xs[0]!.order));
}

/** Tensors of one shape along a new mode before mode `axis`. Throws as concat(). */
export function stack(xs: readonly Tensor[], axis = 0): Tensor {
  const at = axisOf('stack', axis, listed('stack', xs)[0]!.order + 1);
  return concat(
    xs.map((x) => expandDims(x, at)),
    at,
  );
}

function listed(op: string, xs: readonly Tensor[]): readonly Tensor[] {
  if (xs.length === 0) throw new ShapeError(op, 'there is something to join', 'no tensors', 'pass at least one');
  return xs;
}
