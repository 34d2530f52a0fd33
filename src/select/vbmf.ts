/**
 * The rank of a noisy matrix by analytic empirical variational Bayes matrix factorization: Y = signal + noise of one
 * variance, the evidence bound solved in closed form (Nakajima, Sugiyama, Babacan & Tomioka, JMLR 14, 2013, theorem 2;
 * JMLR 16, 2015). O(length) for each of some 250 variances.
 */

import { RankError, ShapeError } from '../errors.ts';
import { exp, log } from '../math.ts';
import { minimize } from './brent.ts';
import { checkRange, type Spectrum, spectrumOf } from './spectrum.ts';

export interface VbmfOptions {
  /** Sizes of the matrix whose singular values are given. */
  readonly rows: number;
  readonly columns: number;
  /** The standard deviation of the noise in each entry, where it is known; otherwise it is estimated. */
  readonly noise?: number;
  /** The sum of squares of the singular values that are left out of `s`; 0 where it has all of them. */
  readonly residual?: number;
}

export interface Vbmf {
  /** Singular values above the threshold; 0 where all is noise. */
  readonly rank: number;
  /** The standard deviation of the noise in each entry, as given or estimated. */
  readonly noise: number;
  /** The `rank` singular values of the posterior mean, each below the one it came from. */
  readonly shrunk: Float64Array;
}

/** Variances at which the evidence is looked at before the best cell is searched. */
const GRID = 200;
/** The least variance, as a part of the mean square of the entries, where the data leave it open. */
const LEAST = Number.EPSILON * Number.EPSILON;

/**
 * Where to cut for a matrix of `short` by `long`, alpha = short / long: tau solves Phi(tau) + Phi(tau / alpha) = 0 with
 * Phi(z) = log(z + 1) / z - 1/2, and a singular value s counts where s^2 > long noise^2 x, x = (1 + tau)(1 + alpha /
 * tau).
 */
export function vbmfThreshold(alpha: number): { readonly tau: number; readonly x: number } {
  checkRange('vbmfThreshold', 'alpha', alpha, Number.MIN_VALUE, 1);
  const phi = (z: number): number => log(z + 1) / z - 0.5;
  // Phi falls; both arguments are on one side of its root 2.5129 at the ends.
  let [low, high] = [2.5 * alpha, 2.52];
  for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (phi(middle) + phi(middle / alpha) > 0) low = middle;
    else high = middle;
  }
  return { tau: low, x: (1 + low) * (1 + alpha / low) };
}

/**
 * The rank of a matrix [rows, columns] with singular values `s`, with noise known or unknown. `s` has min(rows,
 * columns) values, or fewer and their `residual`. A spectrum of zeros has rank 0 and no noise.
 * Throws ShapeError where the sizes do not fit, RankError for values that do not descend.
 */
export function vbmf(s: Spectrum, { rows, columns, noise, residual }: VbmfOptions): Vbmf {
  const values = spectrumOf('vbmf', s);
  const sizes = `${rows} x ${columns} with ${values.length} singular values`;
  if (!Number.isSafeInteger(rows) || !Number.isSafeInteger(columns) || rows < 1 || columns < 1) {
    throw new ShapeError('vbmf', 'a matrix has whole sizes >= 1', sizes, 'give rows and columns');
  }
  const [short, long] = [Math.min(rows, columns), Math.max(rows, columns)];
  if (values.length > short || (values.length < short && residual === undefined)) {
    throw new ShapeError('vbmf', 'there are min(rows, columns) values', sizes, 'give all, or the residual of the rest');
  }
  checkRange('vbmf', 'the residual', residual ?? 0, 0, Number.MAX_VALUE);
  if (noise !== undefined) checkRange('vbmf', 'the noise', noise, 0, Number.MAX_VALUE);
  const top = values[0] ?? 0;
  if (top === 0 && !residual) return { rank: 0, noise: noise ?? 0, shrunk: new Float64Array(0) };
  if (top === 0) {
    throw new RankError('vbmf', 'the residual is less than what is given', `${residual}`, 'give singular values');
  }
  const scaled = values.map((x) => x / top);
  const rest = (residual ?? 0) / top / top;
  const sigma = noise === undefined ? Math.sqrt(variance(scaled, rest, short, long)) : noise / top;
  const cut = sigma * Math.sqrt(long * vbmfThreshold(short / long).x);
  const above = scaled.filter((x) => x > cut);
  return { rank: above.length, noise: sigma * top, shrunk: above.map((x) => top * shrink(x, sigma, short, long)) };
}

/** The posterior mean of a singular value. */
function shrink(x: number, sigma: number, short: number, long: number): number {
  const part = (sigma / x) * (sigma / x);
  const b = 1 - (short + long) * part;
  return (x / 2) * (b + Math.sqrt(Math.max(0, b * b - 4 * short * part * long * part)));
}

/** The noise variance of the greatest evidence. */
function variance(s: Float64Array, rest: number, short: number, long: number): number {
  const alpha = short / long;
  const { x: threshold } = vbmfThreshold(alpha);
  const evidence = (v: number): number => bound(s, rest, v, { short, long, threshold });
  // At least this many singular values are noise.
  const first = Math.min(Math.ceil(short / (1 + alpha)) - 1, s.length);
  const [all, tail] = [0, first].map((from) => s.subarray(from).reduce((sum, x) => sum + x * x, rest));
  const high = all! / (short * long);
  const least = (s[first] ?? 0) * (s[first] ?? 0);
  const low = Math.max(least / (long * threshold), tail! / ((short - first) * long), LEAST * high);
  if (!(low < high)) return high;
  // Over the logarithm of the variance; the bound has several minima.
  const [from, width] = [log(low), log(high) - log(low)];
  const at = (k: number): number => (k <= 0 ? low : k >= GRID ? high : exp(from + (width * k) / GRID));
  let best = 0;
  let lowest = Number.POSITIVE_INFINITY;
  for (let k = 0; k <= GRID; k++) {
    const value = evidence(at(k));
    if (value < lowest) [best, lowest] = [k, value];
  }
  const found = minimize(evidence, at(best - 1), at(best + 1));
  return evidence(found) <= lowest ? found : at(best);
}

/** Minus the evidence at the noise variance v, up to a constant and a factor. */
function bound(
  s: Float64Array,
  rest: number,
  v: number,
  { short, long, threshold }: { readonly short: number; readonly long: number; readonly threshold: number },
): number {
  const alpha = short / long;
  let sum = rest / (long * v) + (short - s.length) * log(v);
  for (const value of s) {
    const x = (value * value) / (long * v);
    if (x > threshold) {
      const b = x - (1 + alpha);
      const tau = (b + Math.sqrt(Math.max(0, b * b - 4 * alpha))) / 2;
      sum += x - tau + log((tau + 1) / x) + alpha * log(tau / alpha + 1);
    } else {
      // Without the logarithm of a value that is 0 at every v.
      sum += x - log(value > 0 ? x : 1 / v);
    }
  }
  return sum;
}
