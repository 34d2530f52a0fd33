/** Layer normalization over the last mode (Ba et al. 2016). */

import { realDtype } from '../dtype.ts';
import { ShapeError } from '../errors.ts';
import { layerNorm as normKernel } from '../kernels/layerNorm.ts';
import { layerNormAffineGrad as affineKernel } from '../kernels/layerNormAffineGrad.ts';
import { layerNormGrad as gradKernel } from '../kernels/layerNormGrad.ts';
import { sameShape, showShape, sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { add, mul, sub } from './binary.ts';
import { contiguous } from './contiguous.ts';
import { apply, applyAll, fused, type Op, type Spec } from './op.ts';
import { mean } from './reduce.ts';
import { rsqrt, square } from './unary.ts';

export interface LayerNormParams {
  /** Scale and shift of each place in a row, [size]. */
  readonly gamma: Tensor;
  readonly beta: Tensor;
  /** Added to the variance. */
  readonly eps: number;
}

function sizesOf(x: Tensor): { rows: number; columns: number } {
  return { rows: sizeOf(x.shape.slice(0, -1)), columns: x.shape.at(-1)! };
}

const specOf = ({ shape, dtype }: Tensor): Spec => ({ shape, dtype });

/** Inputs x, gamma, beta; results y, and of each row the mean and 1 / sqrt(variance + eps). */
const layerNormOp: Op<number> = {
  name: 'layerNorm',
  infer([x, gamma, beta]) {
    const dtype = realDtype('layerNorm', [x!, gamma!, beta!]);
    const last = x!.shape.slice(-1);
    if (x!.order === 0 || !sameShape(gamma!.shape, last) || !sameShape(beta!.shape, last)) {
      const got = [x!, gamma!, beta!].map(({ shape }) => showShape(shape)).join(' ');
      throw new ShapeError('layerNorm', 'x is [..., size], gamma and beta are [size]', got, 'reshape an operand');
    }
    if (last[0] === 0 && sizesOf(x!).rows > 0) {
      throw new ShapeError('layerNorm', 'rows have an element', showShape(x!.shape), 'leave out sizes of 0');
    }
    const row = { shape: x!.shape.slice(0, -1), dtype };
    return [specOf(x!), row, row];
  },
  forward([y, mean, inv], [x, gamma, beta], eps, on) {
    on.run(normKernel, x!.dtype, {
      ...sizesOf(x!),
      eps,
      x: x!.operand(),
      gamma: gamma!.operand(),
      beta: beta!.operand(),
      y: y!.operand(),
      mean: mean!.operand(),
      inv: inv!.operand(),
    });
  },
  vjp([g], { inputs: [x, gamma], outs: [, mean, inv], needs }) {
    const saved = [x!, contiguous(g!), gamma!, mean!, inv!];
    const [dgamma, dbeta] = needs[1] || needs[2] ? applyAll(affineOp, saved, undefined) : [];
    return [needs[0] ? apply(gradOp, saved, undefined) : null, dgamma ?? null, dbeta ?? null];
  },
  define([x, gamma, beta], eps) {
    const center = mean(x!, -1, true);
    const away = sub(x!, center);
    const inv = rsqrt(add(mean(square(away), -1, true), eps));
    return [add(mul(mul(away, inv), gamma!), beta!), center, inv];
  },
};

/** Inputs x, g, gamma, mean, inv; result dx. */
const gradOp: Op = fused({
  name: 'layerNormGrad',
  infer: ([x]) => specOf(x!),
  forward([dx], [x, g, gamma, mean, inv], _, on) {
    on.run(gradKernel, x!.dtype, {
      ...sizesOf(x!),
      x: x!.operand(),
      g: g!.operand(),
      gamma: gamma!.operand(),
      mean: mean!.operand(),
      inv: inv!.operand(),
      dx: dx!.operand(),
    });
  },
});

/** Inputs x, g, gamma, mean, inv; results dgamma, dbeta. */
const affineOp: Op = fused({
  name: 'layerNormAffineGrad',
  infer: ([, , gamma]) => [specOf(gamma!), specOf(gamma!)],
  forward([dgamma, dbeta], [x, g, , mean, inv], _, on) {
    on.run(affineKernel, x!.dtype, {
      ...sizesOf(x!),
      x: x!.operand(),
      g: g!.operand(),
      mean: mean!.operand(),
      inv: inv!.operand(),
      dgamma: dgamma!.operand(),
      dbeta: dbeta!.operand(),
    });
  },
});

/**
 * Each row of x [..., size] brought to mean 0 and variance 1, times gamma plus beta. Throws ShapeError where the shapes do
 * not fit or rows are empty.
 */
export function layerNorm(x: Tensor, { gamma, beta, eps }: LayerNormParams): Tensor {
  const inputs = [x, gamma, beta].map((t) => contiguous(t));
  return applyAll(layerNormOp, inputs, eps)[0]!;
}
