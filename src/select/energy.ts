/** Ranks by what the discarded singular values weigh: a share of the energy, or a relative error. O(length). */

import { chop } from '../ops/linalg/chop.ts';
import { checkRange, type Spectrum, scaled, spectrumOf, tails } from './spectrum.ts';

/**
 * The smallest r >= 1 whose first singular values hold at least `fraction` of the sum of squares; 1 keeps all that are
 * not 0. An empty spectrum gives 0. Throws FormatError unless 0 <= fraction <= 1.
 */
export function energy(s: Spectrum, fraction: number): number {
  const values = scaled(spectrumOf('energy', s));
  checkRange('energy', 'the fraction', fraction, 0, 1);
  if (values.length === 0) return 0;
  const sums = tails(values);
  const limit = (1 - fraction) * sums[0]!;
  let r = 1;
  while (r < values.length && sums[r]! > limit) r++;
  return r;
}

/**
 * The smallest r >= 1 whose discarded tail is at most eps times the norm of all: the relative Frobenius error of a
 * truncated singular value decomposition. Throws FormatError for eps < 0 and NaN.
 */
export function relative(s: Spectrum, eps: number): number {
  const values = scaled(spectrumOf('relative', s));
  checkRange('relative', 'eps', eps, 0, Number.MAX_VALUE);
  return chop(values, eps * Math.sqrt(tails(values)[0]!));
}
