/** Diagonals of repeated labels: views. */

import { eye } from '../../tensor/create.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { apply, type Op } from '../op.ts';
import { pair, pairing } from './pair.ts';

/** The view of `x` where modes `first` and `second`, of one size, run together; it lies in the place of `first`. */
export function diagonal(x: Tensor, first: number, second: number): Tensor {
  return apply(diagonalOp, [x], { first, second });
}

const diagonalOp: Op<{ readonly first: number; readonly second: number }> = {
  name: 'diagonal',
  infer: ([x], { second }) => ({ shape: x.shape.filter((_, axis) => axis !== second), dtype: x.dtype }),
  view: (x, { first, second }) => {
    const strides = x.strides.map((step, axis) => (axis === first ? step + x.strides[second] : step));
    const rest = (_: number, axis: number): boolean => axis !== second;
    return new Tensor(x.storage, x.shape.filter(rest), strides.filter(rest), x.offset);
  },
  // The cotangent spread over the diagonal: its product with the identity.
  vjp: ([g], { inputs: [x], attrs: { first, second } }) => {
    const labels = x.shape.map((_, axis) => String(axis));
    const mine = labels.filter((_, axis) => axis !== second);
    const identity = eye(x.shape[first], x.dtype);
    return [pair(g!, identity, pairing(mine, [labels[first], labels[second]], labels))];
  },
};
