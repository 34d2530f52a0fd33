/**
 * The rank at the elbow of the error curve: the point farthest below the chord between its ends (Satopaa et al. 2011,
 * "kneedle", without smoothing); with logarithms it is the corner of an L-curve (Hansen 1992). O(length).
 */

import { FormatError } from '../errors.ts';
import { log } from '../math.ts';
import { checkRange, type Spectrum, scaled, spectrumOf, tails } from './spectrum.ts';

export interface ElbowOptions {
  /** Of the error axis; 'log' finds the corner where errors fall over many decades. Default 'linear'. */
  readonly scale?: 'linear' | 'log';
  /** Errors below this count as this on the logarithmic axis; default 2^-52. */
  readonly floor?: number;
}

/**
 * The curve is the relative error e_r = sqrt(sum_{i > r} s_i^2) / |s| over the rank r = 0..n, both axes scaled to [0,
 * 1]; on a logarithmic axis it ends at the first error below the floor, or at n - 1. The result is the r >= 1 that is
 * farthest below the chord from (0, e_0) to (n, e_n), the smallest of equal ones. 1 for zeros, 0 for an empty spectrum.
 */
export function elbow(s: Spectrum, { scale = 'linear', floor = Number.EPSILON }: ElbowOptions = {}): number {
  const values = scaled(spectrumOf('elbow', s));
  if (scale !== 'linear' && scale !== 'log') {
    throw new FormatError('elbow', "the scale is 'linear' or 'log'", String(scale), 'choose one of them');
  }
  checkRange('elbow', 'the floor', floor, Number.MIN_VALUE, 1);
  if (values.length === 0) return 0;
  const sums = tails(values);
  if (sums[0] === 0) return 1;
  // A curve that has reached the floor is over: a chord to points behind would bend with the number of zeros.
  const errors = [...sums].map((sum) => Math.sqrt(sum / sums[0]!));
  const over = errors.findIndex((e) => e <= floor);
  // At rank n nothing is discarded, and its error has no logarithm.
  const end = scale === 'log' ? Math.max(1, values.length - 1) : values.length;
  const last = over < 0 || over === values.length ? end : over;
  const height = (r: number): number => (scale === 'log' ? log(Math.max(errors[r]!, floor)) : errors[r]!);
  const fall = height(0) - height(last);
  let best = 1;
  let farthest = Number.NEGATIVE_INFINITY;
  for (let r = 1; r <= last; r++) {
    const below = (height(0) - height(r)) / fall - r / last;
    if (!(below > farthest)) continue;
    farthest = below;
    best = r;
  }
  return best;
}
