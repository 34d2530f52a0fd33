/** mathjs, with 80 digits where numbers are big: what the engine's results should be. The only file that knows mathjs. */

import { all, type BigNumber, create } from 'mathjs';

export type Big = BigNumber;
export type Oracle = 'exp' | 'log' | 'tanh' | 'erf' | 'sin' | 'cos';

const math = create(all!, { number: 'BigNumber', precision: 80 });
/** The same in doubles. */
const plain = create(all!);
const ONE = math.bignumber(1);
const TWO = math.bignumber(2);
/** 2 / sqrt(pi). */
const ERF_SCALE = TWO.div(math.acos(math.bignumber(-1)).sqrt());

/** The product of two matrices of ordinary numbers. */
export function product(a: number[][], b: number[][]): number[][] {
  return math.multiply(a, b);
}

/** A number from its decimal text. */
export function big(text: string): Big {
  return math.bignumber(text);
}

/** 2^n. */
function powerOf2(n: number): Big {
  return TWO.pow(n);
}

/** The value of a finite double; its shortest decimal text is another number. */
export function exactly(x: number): Big {
  let n = 0;
  for (; !Number.isInteger(x); x *= 2) n--;
  return math.bignumber(BigInt(x).toString()).times(powerOf2(n));
}

/** 2 / sqrt(pi) e^(-x^2) times the sum of 2^n x^(2n+1) / (1 3 5 ... (2n+1)): the terms have one sign, nothing cancels. */
function erf(x: Big): Big {
  if (x.isZero()) return x;
  if (x.abs().gt(14)) return x.isNegative() ? ONE.neg() : ONE;
  const square = x.times(x);
  let term = x;
  let sum = x;
  for (let odd = 3; term.div(sum).abs().gt('1e-82'); odd += 2) {
    term = term.times(square).times(2).div(odd);
    sum = sum.plus(term);
  }
  return sum.times(ERF_SCALE).times(square.neg().exp());
}

/** The functions on numbers of 80 digits. */
export const oracle: Readonly<Record<Oracle, (x: Big) => Big>> = {
  exp: (x) => x.exp(),
  log: (x) => x.ln(),
  tanh: (x) => math.tanh(x),
  erf,
  sin: (x) => math.sin(x),
  cos: (x) => math.cos(x),
};

/** The first power of two out of range. */
function beyond(digits: 24 | 53): Big {
  return powerOf2(digits === 24 ? 128 : 1024);
}

/** The spacing of numbers with `digits` binary digits (24 or 53) at a value in range. */
function ulpAt(value: Big, digits: 24 | 53): Big {
  const size = value.abs();
  const least = digits === 24 ? -126 : -1022;
  const near = Math.floor(Math.log2(size.toNumber()));
  const n = powerOf2(near).gt(size) ? near - 1 : near;
  return powerOf2(Math.max(least, n) - digits + 1);
}

/** How far a result is from the value, in units in the last place. Infinity and all beyond count as the first power. */
export function ulps(got: number, value: Big, digits: 24 | 53): number {
  const end = beyond(digits);
  const meant = value.abs().lt(end) ? value : end.times(Math.sign(value.toNumber()));
  if (meant.isZero()) return got === 0 ? 0 : Infinity;
  const result = Math.abs(got) === Infinity ? end.times(Math.sign(got)) : exactly(got);
  return result.minus(meant).abs().div(ulpAt(meant, digits)).toNumber();
}

/** The inverse of a matrix of ordinary numbers. */
export function inverse(a: number[][]): number[][] {
  return plain.inv(a);
}

/** The determinant of a matrix of ordinary numbers. */
export function determinant(a: number[][]): number {
  return plain.det(a);
}

/** The eigenvalues of a symmetric matrix of ordinary numbers, ascending. */
export function eigenvaluesOf(a: number[][]): number[] {
  const { values } = plain.eigs(a);
  return (values as number[]).toSorted((x, y) => x - y);
}
