/** Batch normalization with given means and variances: y = (x - mean) (gamma / sqrt(variance + eps)) + beta. */

import { channelCases, channelNumbers, channelPieces, eachChannel, eachOffset } from './channels.ts';
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
  mean: 'data',
  variance: 'data',
  y: 'data',
} as const;

/** x [outer, channels, inner], the others [channels] -> y. gamma and beta may be null: 1 and 0. y may be x. */
export const batchNormApply: Kernel<typeof fields> = defineKernel({
  name: 'batchNormApply',
  dtypes: ['f32', 'f64'],
  fields,
  tasks: channelPieces,
  reference(a, round) {
    eachChannel(a, (c) => {
      const inv = round(1 / round(Math.sqrt(round(a.variance[c]! + round(a.eps)))));
      const scale = round(inv * (a.gamma[c] ?? 1));
      eachOffset(a, c, (i) => {
        a.y[i] = round(round(round(a.x[i]! - a.mean[c]!) * scale) + (a.beta[c] ?? 0));
      });
    });
  },
  flops: (a) => 3 * a.outer * a.channels * a.inner,
  cases: channelCases,
  sample([outer, channels, inner, affine], random) {
    const sizes = { outer: outer!, channels: channels!, inner: inner!, eps: 1e-5 };
    const x = channelNumbers(sizes, random);
    const [gamma, beta] = affine ? [numbers(channels!, random), numbers(channels!, random)] : [null, null];
    const mean = numbers(channels!, random);
    return { ...sizes, x, gamma, beta, mean, variance: numbers(channels!, random).map(Math.abs), y: unset(x.length) };
  },
});
