/**
 * tanh x from m = e^(2|x|) - 1: (m/2) (1 - m / (m + 2)) where m < 2, so that the leading term is exact, else
 * 1 - 2 / (m + 2). One division serves both. The same operations in the same order as assembly/simd/tanh.ts.
 */

import { doubleExp, type Exponential, exponentOf, powerOfTwo, reduced, seriesOf, singleExp } from './exp.ts';
import { copySign } from './precision.ts';

function tanhIn(x: number, f: Exponential, most: number): number {
  const { round } = f;
  const twice = 2 * Math.min(Math.abs(x), most);
  const n = exponentOf(twice, f);
  const power = powerOfTwo(n);
  const r = reduced(twice, n, f);
  const base = round(power - 1);
  const step = round(power * r);
  const lead = round(base + step);
  const lost = round(round(base - lead) + step);
  const m = round(lead + round(round(power * seriesOf(r, twice, n, f)) + lost));
  const near = m < 2;
  const ratio = round((near ? m : 2) / round(m + 2));
  const front = near ? 0.5 * m : 1;
  return copySign(round(front - round(front * ratio)), x);
}

/** tanh x, to 2 ulp. */
export function tanh(x: number): number {
  return tanhIn(x, doubleExp, 22);
}

/** tanh x in single precision, to 2 ulp; x is a single. */
export function tanhf(x: number): number {
  return tanhIn(x, singleExp, 10);
}
