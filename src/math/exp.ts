/**
 * e^x = 2^n (1 + r + r^2 P(r)) with x = n ln 2 + r, |r| <= ln 2 / 2, ln 2 in two parts (Cody & Waite).
 * The same operations in the same order as assembly/simd/exp.ts.
 */

import { double, type Precision, series, shiftExponent, single } from './precision.ts';

/** What e^x needs in one format. */
export interface Exponential extends Precision {
  readonly log2e: number;
  /** ln 2 = upper + lower; n * upper is exact for every n that occurs. */
  readonly upper: number;
  readonly lower: number;
  /** Beyond these the result is infinite, or zero. */
  readonly most: number;
  readonly least: number;
  /** P, lowest power first: 1/2, then minimax for (e^r - 1 - r - r^2 / 2) / r^3 (scripts/minimax.ts). */
  readonly p: readonly number[];
}

export const singleExp: Exponential = {
  ...single,
  log2e: 1.4426950216293335,
  upper: 0.693145751953125,
  lower: 1.428606765330187e-6,
  most: 89,
  least: -104,
  p: [0.5, 0.16666539013385773, 0.04166726768016815, 0.008367076516151428, 0.0013861000770702958],
};

export const doubleExp: Exponential = {
  ...double,
  log2e: Math.LOG2E,
  upper: 0.6931471803691238,
  lower: 1.9082149292705877e-10,
  most: 710,
  least: -746,
  p: [
    0.5, 0.16666666666666674, 0.041666666666666435, 0.008333333333322576, 0.0013888888889030781, 0.0001984126988477414,
    2.480158701543835e-5, 2.7557244947486673e-6, 2.755754425200215e-7, 2.5108919590757872e-8, 2.0830776780315875e-9,
  ],
};

/** The n of the reduction: x / ln 2 rounded to an integer, NaN for NaN. */
export function exponentOf(x: number, f: Exponential): number {
  const { round } = f;
  return round(round(round(x * f.log2e) + f.shift) - f.shift);
}

/** r = x - n ln 2. */
export function reduced(x: number, n: number, f: Exponential): number {
  const { round } = f;
  return round(round(x - round(n * f.upper)) - round(n * f.lower));
}

/** e^r - 1 - r, and what rounding took from r. */
export function seriesOf(r: number, x: number, n: number, f: Exponential): number {
  const { round } = f;
  const lost = round(round(round(x - round(n * f.upper)) - r) - round(n * f.lower));
  return round(lost + round(round(r * r) * series(f.p, r, round)));
}

/** 2^n for n in the range of normal numbers; 1 for NaN. */
export function powerOfTwo(n: number): number {
  return shiftExponent(1, n | 0);
}

/** y 2^n in two steps: 2^n itself may be no normal number. */
export function scaled(y: number, n: number, f: Exponential): number {
  const half = n >> 1;
  return f.round(f.round(y * powerOfTwo(half)) * powerOfTwo(n - half));
}

function expIn(x: number, f: Exponential): number {
  const { round } = f;
  const clamped = Math.min(Math.max(x, f.least), f.most);
  const n = exponentOf(clamped, f);
  const r = reduced(clamped, n, f);
  return scaled(round(1 + round(r + seriesOf(r, clamped, n, f))), n, f);
}

/** e^x, to 1 ulp. */
export function exp(x: number): number {
  return expIn(x, doubleExp);
}

/** e^x in single precision, to 1 ulp; x is a single. */
export function expf(x: number): number {
  return expIn(x, singleExp);
}

/** 1 / (1 + e^-x). */
export function sigmoid(x: number): number {
  return 1 / (1 + exp(-x));
}

/** 1 / (1 + e^-x) in single precision; x is a single. */
export function sigmoidf(x: number): number {
  return Math.fround(1 / Math.fround(1 + expf(-x)));
}
