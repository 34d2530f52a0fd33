/** Batch and layer normalization. Running averages are leaves that no gradient trains. */

import { batchNorm as batchNormOp, batchNormApply } from '../ops/batchNorm.ts';
import { add, mul } from '../ops/binary.ts';
import { layerNorm as layerNormOp } from '../ops/layerNorm.ts';
import { stopGradient } from '../ops/grad.ts';
import { sizeOf } from '../shape.ts';
import { ones, zeros } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { profileRow } from './leaf.ts';
import { checkSizes, childPath, type Module, own } from './module.ts';

export interface BatchNormOptions {
  readonly channels: number;
  /** Added to the variance; default 1e-5. */
  readonly eps?: number;
  /** Weight of a new batch in the running averages; default 0.1. */
  readonly momentum?: number;
}

/** Normalizes each channel of [batch, channels, ...] (Ioffe & Szegedy 2015). */
export function batchNorm({ channels, eps = 1e-5, momentum = 0.1 }: BatchNormOptions): Module {
  checkSizes('batchNorm', { channels });
  const average = (before: Tensor, now: Tensor): Tensor => add(mul(before, 1 - momentum), mul(now, momentum));
  return {
    kind: 'batchNorm',
    buffers: ['mean', 'variance'],
    undecayed: ['gamma', 'beta'],
    init: () => ({
      gamma: ones([channels]),
      beta: zeros([channels]),
      mean: zeros([channels]),
      variance: ones([channels]),
    }),
    apply: (params, x, { training, path, updates }) => {
      const [gamma, beta, mean, variance] = ['gamma', 'beta', 'mean', 'variance'].map((name) => own(params, name));
      if (!training) return batchNormApply(x, { gamma: gamma!, beta: beta!, mean: mean!, variance: variance!, eps });
      const result = batchNormOp(x, { gamma: gamma!, beta: beta!, eps });
      updates.set(childPath(path, 'mean'), average(mean!, stopGradient(result.mean)));
      updates.set(childPath(path, 'variance'), average(variance!, stopGradient(result.variance)));
      return result.y;
    },
    outputShape: (input) => input,
    profile: (params, input, path) => [profileRow('batchNorm', params, path, input, 2 * sizeOf(input))],
  };
}

/** Normalizes the last mode (Ba et al. 2016). */
export function layerNorm({ size, eps = 1e-5 }: { readonly size: number; readonly eps?: number }): Module {
  checkSizes('layerNorm', { size });
  return {
    kind: 'layerNorm',
    undecayed: ['gamma', 'beta'],
    init: () => ({ gamma: ones([size]), beta: zeros([size]) }),
    apply: (params, x) => layerNormOp(x, { gamma: own(params, 'gamma'), beta: own(params, 'beta'), eps }),
    outputShape: (input) => input,
    profile: (params, input, path) => [profileRow('layerNorm', params, path, input, 8 * sizeOf(input))],
  };
}
