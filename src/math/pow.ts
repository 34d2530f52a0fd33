/**
 * x^y = e^(y ln x) with y ln x in two doubles (Dekker), so that a large y does not magnify a rounding. For the host alone:
 * schedules, bias corrections, scales. Special values are those of ECMAScript's Math.pow.
 */

import { doubleExp, exponentOf, reduced, scaled, seriesOf } from './exp.ts';
import { logSeries } from './log.ts';
import { binaryExponent, significand } from './precision.ts';

const UPPER = 0.6931471803691238;
const LOWER = 1.9082149292705877e-10;
/** e^800 and e^-800 have left the range of doubles. */
const RANGE = 800;
const SPLIT = 134217729;

/** a b - p for p = a b rounded (Veltkamp & Dekker). */
function productError(a: number, b: number, p: number): number {
  const s = SPLIT * a;
  const a1 = s - (s - a);
  const a2 = a - a1;
  const t = SPLIT * b;
  const b1 = t - (t - b);
  const b2 = b - b1;
  return a2 * b2 - (p - a1 * b1 - a2 * b1 - a1 * b2);
}

/** e^(p + small): as exp, but only the last sum is rounded to a full ulp. */
function expOfSum(p: number, small: number): number {
  const n = exponentOf(p, doubleExp);
  const r = reduced(p, n, doubleExp);
  const rest = seriesOf(r, p, n, doubleExp);
  const lead = 1 + r;
  return scaled(lead + (1 - lead + r + (rest + small * (lead + rest))), n, doubleExp);
}

/** e^(y ln x) for finite x > 0. */
function positivePower(x: number, y: number): number {
  if (x === 1) return 1;
  const k = binaryExponent(x);
  const f = significand(x, k) - 1;
  const d = 2 + f;
  const s = f / d;
  const q = s * d;
  const sError = (f - q - productError(s, d, q) - s * (2 - d + f)) / d;
  const lead = k * UPPER + 2 * s;
  const z = s * s;
  const rest = k * UPPER - lead + 2 * s + (2 * (sError + z * sError) + s * logSeries(z) + k * LOWER);
  const upper = lead + rest;
  const lower = lead - upper + rest;
  const p = y * upper;
  if (!(Math.abs(p) < RANGE)) return p > 0 ? Infinity : 0;
  return expOfSum(p, productError(y, upper, p) + y * lower);
}

/** x^y: exact where it is a small power of a whole number, to 2 ulp for |y ln x| < 50, to 40 ulp at the ends of the range. */
export function pow(x: number, y: number): number {
  if (y === 0) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  const size = Math.abs(x);
  if (y === Infinity || y === -Infinity) {
    if (size === 1) return NaN;
    return size > 1 === y > 0 ? Infinity : 0;
  }
  const whole = Math.floor(y) === y;
  const odd = whole && Math.floor(y / 2) * 2 !== y;
  const negative = x < 0 || (x === 0 && 1 / x < 0);
  if (x < 0 && !whole && size < Infinity) return NaN;
  const value = size === 0 || size === Infinity ? ((size === 0) === y > 0 ? 0 : Infinity) : positivePower(size, y);
  return negative && odd ? -value : value;
}
