/**
 * The two number formats of the functions: every operation is rounded by `round`, and `shift` (1.5 * 2^(digits - 1))
 * added and taken away again rounds to the nearest integer. Bits of a double are reached through one scratch word.
 */

export interface Precision {
  /** Rounds to the format: Math.fround, or the identity. */
  readonly round: (x: number) => number;
  readonly shift: number;
}

export const single: Precision = { round: (x) => Math.fround(x), shift: 12582912 };
export const double: Precision = { round: (x) => x, shift: 6755399441055744 };

const scratch = new Float64Array(1);
const words = new Int32Array(scratch.buffer);

/** The upper 32 bits of a double: sign, exponent and 20 bits of the fraction. */
export function upperWord(x: number): number {
  scratch[0] = x;
  return words[1]!;
}

/** The lower 32 bits of a double. */
export function lowerWord(x: number): number {
  scratch[0] = x;
  return words[0]!;
}

/** x * 2^n by adding to the exponent; x and the result are normal. */
export function shiftExponent(x: number, n: number): number {
  scratch[0] = x;
  words[1] = words[1]! + (n << 20);
  return scratch[0];
}

/** The upper word of sqrt(1/2). */
const SQRT_HALF = 0x3fe6a09e;
const NORMAL = 2.2250738585072014e-308;
/** Makes a subnormal normal. */
const LIFT = 18014398509481984;
const LIFT_EXPONENT = 54;

/** The k with x = 2^k m, m in [sqrt(1/2), sqrt(2)), for finite x > 0. */
export function binaryExponent(x: number): number {
  if (x < NORMAL) return binaryExponent(x * LIFT) - LIFT_EXPONENT;
  return (upperWord(x) - SQRT_HALF) >> 20;
}

/** The m that belongs to binaryExponent(x) = k. */
export function significand(x: number, k: number): number {
  return x < NORMAL ? shiftExponent(x * LIFT, -k - LIFT_EXPONENT) : shiftExponent(x, -k);
}

/** c[0] + c[1] x + ...: even and odd powers apart, each by Horner's rule in x^2, so that two chains run side by side. */
export function series(c: readonly number[], x: number, round: Precision['round']): number {
  const square = round(x * x);
  const last = c.length - 1;
  const one = chain(c, last, square, round);
  const other = chain(c, last - 1, square, round);
  return last % 2 === 0 ? round(round(other * x) + one) : round(round(one * x) + other);
}

function chain(c: readonly number[], from: number, square: number, round: Precision['round']): number {
  let p = c[from]!;
  for (let i = from - 2; i >= 0; i -= 2) p = round(round(p * square) + c[i]!);
  return p;
}

/** |magnitude| with the sign of `sign`; its zero has one too. */
export function copySign(magnitude: number, sign: number): number {
  return sign < 0 || 1 / sign < 0 ? -magnitude : magnitude;
}
