/**
 * Batch normalization (Ioffe & Szegedy 2015): y = (x - mean) (gamma / sqrt(variance + eps)) + beta, mean and variance by
 * channel in two passes. Running averages are the caller's.
 */

import { channelCases, channelNumbers, channelPieces, channelSum, eachChannel, eachOffset } from './channels.ts';
import { defineKernel, type Kernel } from './kernel.ts';
import { numbers, unset } from './samples.ts';

const fields = {
  outer: 'int',
  channels: 'int',
  inner: 'int',
  eps: 'real',
  x: 'data',
  gamma: 'data',
  beta: 'data',
  y: 'data',
  mean: 'data',
  variance: 'data',
  inv: 'data',
} as const;

/**
 * x [outer, channels, inner] -> y, mean [channels], variance [channels] (over outer * inner, not one less) and
 * inv = 1 / sqrt(variance + eps). gamma and beta [channels] may be null: 1 and 0; so may be variance. y may be x.
 */
export const batchNorm: Kernel<typeof fields> = defineKernel({
  name: 'batchNorm',
  dtypes: ['f32', 'f64'],
  fields,
  tasks: channelPieces,
  reference(a, round) {
    const n = round(a.outer * a.inner);
    const sum = (c: number, term: (i: number) => number): number => channelSum(a, c, { like: a.x, term, round });
    eachChannel(a, (c) => {
      const mean = round(sum(c, (i) => a.x[i]!) / n);
      const square = (i: number): number => {
        const d = round(a.x[i]! - mean);
        return round(d * d);
      };
      const variance = round(sum(c, square) / n);
      const inv = round(1 / round(Math.sqrt(round(variance + round(a.eps)))));
      const scale = round(inv * (a.gamma[c] ?? 1));
      a.mean[c] = mean;
      if (a.variance.length > 0) a.variance[c] = variance;
      a.inv[c] = inv;
      eachOffset(a, c, (i) => {
        a.y[i] = round(round(round(a.x[i]! - mean) * scale) + (a.beta[c] ?? 0));
      });
    });
  },
  flops: (a) => 7 * a.outer * a.channels * a.inner,
  cases: channelCases,
  sample([outer, channels, inner, affine], random) {
    const sizes = { outer: outer!, channels: channels!, inner: inner!, eps: 1e-5 };
    const x = channelNumbers(sizes, random);
    const [gamma, beta] = affine ? [numbers(channels!, random), numbers(channels!, random)] : [null, null];
    const [mean, inv] = [unset(channels!), unset(channels!)];
    return { ...sizes, x, gamma, beta, y: unset(x.length), mean, variance: affine ? unset(channels!) : null, inv };
  },
});
