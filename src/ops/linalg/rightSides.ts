/** Right-hand sides of systems: a vector, a matrix, or batches that broadcast against those of the matrix. */

import { realDtype } from '../../dtype.ts';
import { ShapeError } from '../../errors.ts';
import { broadcastShape, showShape, sizeOf } from '../../shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { broadcastTo } from '../broadcast.ts';
import { expandDims, reshape, squeeze } from '../reshape.ts';
import { transpose } from '../transpose.ts';
import { matricesOf } from './matrices.ts';

/** Operands with equal leading modes. */
export interface System {
  readonly a: Tensor;
  readonly b: Tensor;
  /** A solution of the aligned system in the modes of the right-hand side as it was given. */
  restore(x: Tensor): Tensor;
}

/**
 * a [..., m, n] and b [..., m, k] with their leading modes broadcast; b [m] is one column. Where only b has leading modes,
 * its matrices stand side by side and `a` is factorized once. Throws ShapeError where the sizes do not fit, DtypeError
 * where dtypes differ.
 */
export function aligned(op: string, a: Tensor, b: Tensor): System {
  const { m } = matricesOf(op, a);
  realDtype(op, [a, b]);
  const isVector = b.order === 1;
  if (b.order === 0 || b.shape[isVector ? 0 : b.order - 2] !== m) {
    const got = `${showShape(a.shape)} and ${showShape(b.shape)}`;
    throw new ShapeError(op, 'the right-hand side is [rows of the matrix] or [..., rows, columns]', got, 'reshape it');
  }
  if (isVector) {
    const { a: one, b: column, restore } = aligned(op, a, expandDims(b, -1));
    return { a: one, b: column, restore: (x) => squeeze(restore(x), [-1]) };
  }
  const lead = broadcastShape(op, a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (a.order === 2 && lead.length > 0) return sideBySide(a, b);
  return {
    a: broadcastTo(a, [...lead, ...a.shape.slice(-2)]),
    b: broadcastTo(b, [...lead, ...b.shape.slice(-2)]),
    restore: (x) => x,
  };
}

/** b [..., m, k] as one matrix [m, ... k]. */
function sideBySide(a: Tensor, b: Tensor): System {
  const lead = b.shape.slice(0, -2);
  const k = b.shape.at(-1)!;
  const axes = lead.map((_, axis) => axis);
  return {
    a,
    b: reshape(transpose(b, [lead.length, ...axes, lead.length + 1]), [b.shape.at(-2)!, sizeOf(lead) * k]),
    restore: (x) =>
      transpose(reshape(x, [x.shape[0]!, ...lead, k]), [...axes.map((axis) => axis + 1), 0, lead.length + 1]),
  };
}
