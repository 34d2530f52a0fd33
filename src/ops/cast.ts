/** Changing the element type. */

import { type Dtype, dtypes, isReal } from '../dtype.ts';
import { DtypeError } from '../errors.ts';
import { cast as castKernel } from '../kernels/cast.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { contiguous } from './contiguous.ts';
import { apply, type Op } from './op.ts';

const castOp: Op<Dtype> = {
  name: 'cast',
  infer: ([x], dtype) => ({ shape: x!.shape, dtype }),
  forward([y], [x], dtype, on) {
    on.run(castKernel, dtype, {
      from: dtypes.indexOf(x!.dtype),
      n: x!.size,
      x: x!.operand(),
      y: y!.operand(),
    });
  },
  vjp: ([g], { inputs, attrs }) => [isReal(attrs) ? cast(g!, inputs[0]!.dtype) : null],
};

/**
 * x in another dtype. f32 rounds; integers truncate towards zero and saturate, and NaN becomes 0. The gradient flows
 * between f32 and f64. Throws DtypeError for an unknown dtype.
 */
export function cast(x: Tensor, dtype: Dtype): Tensor {
  if (!dtypes.includes(dtype)) {
    throw new DtypeError('cast', `a dtype is one of ${dtypes.join(', ')}`, `'${String(dtype)}'`, 'choose one of them');
  }
  return x.dtype === dtype ? x : apply(castOp, [contiguous(x)], dtype);
}
