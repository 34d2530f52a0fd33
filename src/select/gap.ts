/** The rank at the largest relative gap between neighbouring singular values. O(length). */

import { checkRange, type Spectrum, spectrumOf } from './spectrum.ts';

export interface GapOptions {
  /** Values at most this part of the largest count as 0; default: length times 2^-52, what rounding leaves. */
  readonly floor?: number;
  /** A gap is a ratio above this; default 1. */
  readonly least?: number;
}

/**
 * The r that maximizes s_r / max(s_{r+1}, floor s_1) over values above the floor; the smallest of equal ones. Where no
 * ratio is above `least`, there is no gap, and r counts the values above the floor. At least 1; 0 for an empty
 * spectrum.
 */
export function gap(s: Spectrum, { floor, least = 1 }: GapOptions = {}): number {
  const values = spectrumOf('gap', s);
  const part = floor ?? values.length * Number.EPSILON;
  checkRange('gap', 'the floor', part, 0, 1);
  checkRange('gap', 'the least gap', least, 1, Number.MAX_VALUE);
  if (values.length === 0) return 0;
  const bottom = part * values[0]!;
  const count = values.findIndex((x) => x <= bottom);
  const above = Math.max(1, count < 0 ? values.length : count);
  let best = above;
  let widest = least;
  for (let r = 1; r <= above && r < values.length; r++) {
    const ratio = values[r - 1]! / Math.max(values[r]!, bottom);
    if (!(ratio > widest)) continue;
    widest = ratio;
    best = r;
  }
  return best;
}
