/** Softmax along a mode and its logarithm. */

import { realDtype } from '../dtype.ts';
import { ShapeError } from '../errors.ts';
import { Softmax, softmax as softmaxKernel } from '../kernels/softmax.ts';
import { softmaxGrad } from '../kernels/softmaxGrad.ts';
import { axisOf, showShape, sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { div, sub } from './binary.ts';
import { contiguous } from './contiguous.ts';
import { stopGradient } from './grad.ts';
import { apply, fused, type Op } from './op.ts';
import { max, sum } from './reduce.ts';
import { logSumExp } from './statistics.ts';
import { swapAxes } from './transpose.ts';
import { exp } from './unary.ts';

/** Rows are those of the last mode. */
export function rowsOf(x: Tensor): { rows: number; columns: number } {
  return { rows: sizeOf(x.shape.slice(0, -1)), columns: x.shape.at(-1)! };
}

/** Attributes are one of Softmax. */
const softmaxOp: Op<number> = {
  name: 'softmax',
  infer: ([x]) => ({ shape: x!.shape, dtype: realDtype('softmax', [x!]) }),
  forward([y], [x], code, on) {
    on.run(softmaxKernel, x!.dtype, { code, ...rowsOf(x!), x: x!.operand(), y: y!.operand() });
  },
  vjp: ([g], { outs, attrs }) => [apply(gradOp, [outs[0]!, contiguous(g!)], attrs)],
  define([x], code) {
    if (code === Softmax.logarithm) return sub(x!, logSumExp(x!, -1, true));
    const terms = exp(sub(x!, stopGradient(max(x!, -1, true))));
    return div(terms, sum(terms, -1, true));
  },
};

/** Inputs y and g. */
const gradOp: Op<number> = fused({
  name: 'softmaxGrad',
  infer: ([y]) => ({ shape: y!.shape, dtype: y!.dtype }),
  forward([dx], [y, g], code, on) {
    on.run(softmaxGrad, y!.dtype, { code, ...rowsOf(y!), y: y!.operand(), g: g!.operand(), dx: dx!.operand() });
  },
});

function along(op: string, x: Tensor, axis: number, code: number): Tensor {
  const k = axisOf(op, axis, x.order);
  if (x.shape[k] === 0 && x.shape.every((n, j) => n > 0 || j === k)) {
    throw new ShapeError(op, `mode ${k} has an element`, showShape(x.shape), 'leave out sizes of 0');
  }
  const last = contiguous(swapAxes(x, k, -1));
  return swapAxes(apply(softmaxOp, [last], code), k, -1);
}

/** e^x / sum e^x along a mode, without overflow. Throws ShapeError where the mode is empty. */
export function softmax(x: Tensor, axis = -1): Tensor {
  return along('softmax', x, axis, Softmax.plain);
}

/** log softmax(x): x - log sum e^x along a mode. Throws as softmax(). */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return along('logSoftmax', x, axis, Softmax.logarithm);
}
