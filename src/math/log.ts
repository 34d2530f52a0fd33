/**
 * ln x = k ln 2 + ln(1 + f): x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)); s = f / (2 + f) and
 * ln(1 + f) = f - (f^2 / 2 - s (f^2 / 2 + s^2 R(s^2))), the arrangement of fdlibm's e_log.c.
 * The same operations in the same order as assembly/simd/log.ts.
 */

import { binaryExponent, double, type Precision, series, significand, single } from './precision.ts';

interface Logarithm extends Precision {
  /** ln 2 = upper + lower; k * upper is exact. */
  readonly upper: number;
  readonly lower: number;
  /** Minimax for (2 artanh(s) - 2 s) / s^3 in s^2, lowest power first (scripts/minimax.ts). */
  readonly r: readonly number[];
}

const singleLog: Logarithm = {
  ...single,
  upper: 0.693145751953125,
  lower: 1.428606765330187e-6,
  r: [0.6666668653488159, 0.3998871445655823, 0.2958225607872009],
};

const doubleLog: Logarithm = {
  ...double,
  upper: 0.6931471803691238,
  lower: 1.9082149292705877e-10,
  r: [
    0.666666666666667, 0.39999999999898395, 0.28571428626421963, 0.22222211068998796, 0.1818289350695768,
    0.15331587149909162, 0.1461799626892497,
  ],
};

function logIn(x: number, f: Logarithm): number {
  if (x === 0) return -Infinity;
  if (x < 0) return NaN;
  if (!(x < Infinity)) return x;
  const { round } = f;
  const k = binaryExponent(x);
  const fraction = round(significand(x, k) - 1);
  const s = round(fraction / round(2 + fraction));
  const z = round(s * s);
  const half = round(round(0.5 * fraction) * fraction);
  const rest = round(z * series(f.r, z, round));
  const small = round(round(s * round(half + rest)) + round(k * f.lower));
  return round(round(k * f.upper) - round(round(half - small) - fraction));
}

/** ln((1 + s) / (1 - s)) / s - 2 from z = s^2, in double precision. */
export function logSeries(z: number): number {
  return z * series(doubleLog.r, z, double.round);
}

/** The natural logarithm, to 1 ulp; -Infinity at zero, NaN below. */
export function log(x: number): number {
  return logIn(x, doubleLog);
}

/** The natural logarithm in single precision, to 1 ulp; x is a single. */
export function logf(x: number): number {
  return logIn(x, singleLog);
}
