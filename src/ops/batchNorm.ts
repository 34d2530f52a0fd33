/** Batch normalization by channel of [batch, channels, ...] (Ioffe & Szegedy 2015). */

import { realDtype } from '../dtype.ts';
import { ShapeError } from '../errors.ts';
import { batchNorm as normKernel } from '../kernels/batchNorm.ts';
import { batchNormApply as applyKernel } from '../kernels/batchNormApply.ts';
import { batchNormGrad as gradKernel } from '../kernels/batchNormGrad.ts';
import { sameShape, showShape, sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { add, mul, sub } from './binary.ts';
import { broadcastTo } from './broadcast.ts';
import { contiguous } from './contiguous.ts';
import { apply, applyAll, fused, type Op } from './op.ts';
import { mean, sum } from './reduce.ts';
import { reshape } from './reshape.ts';
import { rsqrt, square } from './unary.ts';

export interface BatchNormParams {
  /** Scale and shift of each channel, [channels]. */
  readonly gamma: Tensor;
  readonly beta: Tensor;
  /** Added to the variance. */
  readonly eps: number;
}

export interface BatchNormResult {
  readonly y: Tensor;
  /** Of this batch, [channels]; the variance is divided by n, not n - 1. */
  readonly mean: Tensor;
  readonly variance: Tensor;
}

interface Sizes {
  readonly outer: number;
  readonly channels: number;
  readonly inner: number;
}

function sizesOf(op: string, inputs: readonly Tensor[]): Sizes {
  const [x, ...rest] = inputs;
  const channels = x!.shape[1];
  if (channels === undefined || rest.some(({ shape }) => !sameShape(shape, [channels]))) {
    const got = inputs.map(({ shape }) => showShape(shape)).join(' ');
    throw new ShapeError(op, 'x is [batch, channels, ...] and the others [channels]', got, 'reshape an operand');
  }
  realDtype(op, inputs);
  return { outer: x!.shape[0]!, channels, inner: sizeOf(x!.shape.slice(2)) };
}

/** A value of each channel, to be repeated over x. */
function spread(channel: Tensor, x: Tensor): Tensor {
  return reshape(
    channel,
    x.shape.slice(1).map((n, k) => (k === 0 ? n : 1)),
  );
}

/** Sum over all but the channels. */
function byChannel(x: Tensor): Tensor {
  return sum(
    x,
    x.shape.map((_, k) => k).filter((k) => k !== 1),
  );
}

/** Inputs x, gamma, beta; results y, mean, variance and 1 / sqrt(variance + eps). */
const batchNormOp: Op<number> = {
  name: 'batchNorm',
  infer(inputs) {
    const { outer, channels, inner } = sizesOf('batchNorm', inputs);
    const { shape, dtype } = inputs[0]!;
    if (outer * inner === 0 && channels > 0) {
      throw new ShapeError('batchNorm', 'every channel has an element', showShape(shape), 'leave out empty batches');
    }
    const channel = { shape: [channels], dtype };
    return [{ shape, dtype }, channel, channel, channel];
  },
  forward([y, mean, variance, inv], [x, gamma, beta], eps, on) {
    on.run(normKernel, x!.dtype, {
      ...sizesOf('batchNorm', [x!]),
      eps,
      x: x!.operand(),
      gamma: gamma!.operand(),
      beta: beta!.operand(),
      y: y!.operand(),
      mean: mean!.operand(),
      variance: variance!.operand(),
      inv: inv!.operand(),
    });
  },
  vjp([g, gMean, gVariance], { inputs: [x, gamma], outs: [, mean, , inv] }) {
    const pulled = g ? applyAll(gradOp, [x!, contiguous(g), gamma!, mean!, inv!], undefined) : [];
    const share = mean!.size / x!.size;
    const toX = [
      pulled[0],
      gMean && broadcastTo(spread(mul(gMean, share), x!), x!.shape),
      gVariance && mul(sub(x!, spread(mean!, x!)), spread(mul(gVariance, 2 * share), x!)),
    ].filter((term): term is Tensor => Boolean(term));
    return [toX.length === 0 ? null : toX.reduce((a, b) => add(a, b)), pulled[1] ?? null, pulled[2] ?? null];
  },
  define([x, gamma, beta], eps) {
    const axes = x!.shape.map((_, k) => k).filter((k) => k !== 1);
    const center = mean(x!, axes);
    const away = sub(x!, spread(center, x!));
    const variance = mean(square(away), axes);
    const inv = rsqrt(add(variance, eps));
    const y = add(mul(away, spread(mul(inv, gamma!), x!)), spread(beta!, x!));
    return [y, center, variance, inv];
  },
};

/** Inputs x, g, gamma, mean, inv; results dx, dgamma, dbeta. */
const gradOp: Op = fused({
  name: 'batchNormGrad',
  infer: ([x, , gamma]) => [x!, gamma!, gamma!].map(({ shape, dtype }) => ({ shape, dtype })),
  forward([dx, dgamma, dbeta], [x, g, gamma, mean, inv], _, on) {
    on.run(gradKernel, x!.dtype, {
      ...sizesOf('batchNormGrad', [x!]),
      x: x!.operand(),
      g: g!.operand(),
      gamma: gamma!.operand(),
      mean: mean!.operand(),
      inv: inv!.operand(),
      dx: dx!.operand(),
      dgamma: dgamma!.operand(),
      dbeta: dbeta!.operand(),
    });
  },
});

/** Inputs x, gamma, beta, mean, variance. */
const applyOp: Op<number> = {
  name: 'batchNormApply',
  infer(inputs) {
    sizesOf('batchNormApply', inputs);
    const { shape, dtype } = inputs[0]!;
    return { shape, dtype };
  },
  forward([y], [x, gamma, beta, mean, variance], eps, on) {
    on.run(applyKernel, x!.dtype, {
      ...sizesOf('batchNormApply', [x!]),
      eps,
      x: x!.operand(),
      gamma: gamma!.operand(),
      beta: beta!.operand(),
      mean: mean!.operand(),
      variance: variance!.operand(),
      y: y!.operand(),
    });
  },
  vjp([g], { inputs: [x, gamma, , center, variance], attrs: eps, needs }) {
    const inv = rsqrt(add(variance!, eps));
    const scale = mul(gamma!, inv);
    const away = sub(x!, spread(center!, x!));
    const shift = byChannel(g!);
    const along = needs[1] || needs[4] ? byChannel(mul(g!, away)) : null;
    return [
      needs[0] ? mul(g!, spread(scale, x!)) : null,
      needs[1] ? mul(along!, inv) : null,
      needs[2] ? shift : null,
      needs[3] ? mul(mul(shift, scale), -1) : null,
      needs[4] ? mul(mul(along!, gamma!), mul(mul(inv, square(inv)), -0.5)) : null,
    ];
  },
};

/**
 * x [batch, channels, ...] with each channel brought to mean beta and standard deviation gamma, and the mean and variance
 * it had. Throws ShapeError where the shapes do not fit or the batch is empty.
 */
export function batchNorm(x: Tensor, { gamma, beta, eps }: BatchNormParams): BatchNormResult {
  const inputs = [x, gamma, beta].map((t) => contiguous(t));
  const [y, mean, variance] = applyAll(batchNormOp, inputs, eps);
  return { y: y!, mean: mean!, variance: variance! };
}

/** As batchNorm(), with means and variances given: (x - mean) gamma / sqrt(variance + eps) + beta. */
export function batchNormApply(
  x: Tensor,
  { gamma, beta, mean, variance, eps }: BatchNormParams & { readonly mean: Tensor; readonly variance: Tensor },
): Tensor {
  const inputs = [x, gamma, beta, mean, variance].map((t) => contiguous(t));
  return apply(applyOp, inputs, eps);
}
