/**
 * Gradient of batchNorm: with h = (x - mean) inv and n = outer * inner, dbeta = sum g, dgamma = sum g h and
 * dx = gamma inv (g - dbeta / n - h dgamma / n).
 */

import { channelCases, channelNumbers, channelPieces, channelSum, eachChannel, eachOffset } from './channels.ts';
import { defineKernel, type Kernel } from './kernel.ts';
import { numbers, unset } from './samples.ts';

const fields = {
  outer: 'int',
  channels: 'int',
  inner: 'int',
  x: 'data',
  g: 'data',
  gamma: 'data',
  mean: 'data',
  inv: 'data',
  dx: 'data',
  dgamma: 'data',
  dbeta: 'data',
} as const;

/** x, g [outer, channels, inner], saved mean and inv -> dx, dgamma, dbeta. gamma, dgamma and dbeta may be null; dx may be g. */
export const batchNormGrad: Kernel<typeof fields> = defineKernel({
  name: 'batchNormGrad',
  dtypes: ['f32', 'f64'],
  fields,
  tasks: channelPieces,
  scratch: (_, elementBytes) => 2 * elementBytes,
  reference(a, round) {
    const n = round(a.outer * a.inner);
    const sum = (c: number, term: (i: number) => number): number => channelSum(a, c, { like: a.x, term, round });
    eachChannel(a, (c) => {
      const inv = a.inv[c]!;
      const h = (i: number): number => round(round(a.x[i]! - a.mean[c]!) * inv);
      const dbeta = sum(c, (i) => a.g[i]!);
      const dgamma = sum(c, (i) => round(a.g[i]! * h(i)));
      const [meanG, meanGH] = [round(dbeta / n), round(dgamma / n)];
      const scale = round(inv * (a.gamma[c] ?? 1));
      if (a.dbeta.length > 0) a.dbeta[c] = dbeta;
      if (a.dgamma.length > 0) a.dgamma[c] = dgamma;
      eachOffset(a, c, (i) => {
        a.dx[i] = round(round(round(a.g[i]! - meanG) - round(h(i) * meanGH)) * scale);
      });
    });
  },
  flops: (a) => 11 * a.outer * a.channels * a.inner,
  cases: channelCases,
  sample([outer, channels, inner, affine], random) {
    const sizes = { outer: outer!, channels: channels!, inner: inner! };
    const [x, g] = [channelNumbers(sizes, random), channelNumbers(sizes, random)];
    const [mean, inv] = [numbers(channels!, random), numbers(channels!, random).map(Math.abs)];
    const [dgamma, dbeta] = affine ? [unset(channels!), unset(channels!)] : [null, null];
    const gamma = affine ? numbers(channels!, random) : null;
    return { ...sizes, x, g, gamma, mean, inv, dx: affine ? unset(x.length) : g, dgamma, dbeta };
  },
});
