/**
 * sin and cos: x = n pi/2 + r with pi/2 in four parts (Cody & Waite), r kept with its rounding error, and one polynomial
 * for each of sin r and cos r on |r| <= pi/4. The same operations in the same order as assembly/simd/trig.ts.
 *
 * For |x| <= 2^20 the reduction loses nothing. Beyond, the result is that of an argument off by about x 2^-52; from 2^50
 * on, where neighbours of x are a quarter apart, it is that of 0. Singles are computed as doubles and rounded.
 */

import { double, lowerWord, series } from './precision.ts';

const { round, shift } = double;
const LIMIT = 1125899906842624;
const TWO_OVER_PI = 0.6366197723675814;
/** pi/2 = A + B + C + D; A, B and C have 33 bits, so that n A is exact for n < 2^20. */
const A = 1.5707963267341256;
const B = 6.077100506303966e-11;
const C = 2.0222662487111665e-21;
const D = 8.4784276603689e-32;

/** Minimax for (sin r - r) / r^3 and (cos r - 1 + r^2 / 2) / r^4 in r^2, lowest power first (scripts/minimax.ts). */
const SIN: readonly number[] = [
  -0.16666666666666666, 0.008333333333330938, -0.00019841269836742018, 2.7557316093809166e-6, -2.5051129997937044e-8,
  1.5917994805290356e-10,
];
const COS: readonly number[] = [
  0.041666666666666664, -0.001388888888888739, 2.480158729875516e-5, -2.7557317266182887e-7, 2.0876145098600315e-9,
  -1.138254736356691e-11,
];

/** sin(x + turns pi/2). */
function sine(x: number, turns: number): number {
  const y = Math.abs(x) < LIMIT ? x : x * 0;
  const t = y * TWO_OVER_PI + shift;
  const n = t - shift;
  const quadrant = lowerWord(t) + turns;
  const a = y - n * A;
  const b = a - n * B;
  const c = b - n * C;
  const rest = a - b - n * B + (b - c - n * C) - n * D;
  const r = c + rest;
  const tail = c - r + rest;
  const z = r * r;
  const half = 0.5 * z;
  const w = 1 - half;
  const wave =
    (quadrant & 1) === 0
      ? r + (r * z * series(SIN, z, round) + tail * w)
      : w + (1 - w - half + (z * z * series(COS, z, round) - r * tail));
  return (quadrant & 2) === 0 ? wave : -wave;
}

/** sin x, to 2 ulp for |x| <= 2^20; NaN for infinite x. */
export function sin(x: number): number {
  return x === 0 ? x : sine(x, 0);
}

/** cos x, to 2 ulp for |x| <= 2^20; NaN for infinite x. */
export function cos(x: number): number {
  return sine(x, 1);
}

/** sin x in single precision, correctly rounded but for rare ties; x is a single. */
export function sinf(x: number): number {
  return Math.fround(sin(x));
}

/** cos x in single precision, correctly rounded but for rare ties; x is a single. */
export function cosf(x: number): number {
  return Math.fround(cos(x));
}
