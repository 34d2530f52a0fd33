/** The order in which the row kernels add: assembly/nn/lanes.ts in plain loops. */

import type { RealArray } from '../dtype.ts';
import type { Round } from './kernel.ts';

/** Elements in a 16-byte vector of the array's dtype. */
export function lanesOf(x: RealArray): number {
  return 16 / x.BYTES_PER_ELEMENT;
}

/**
 * Sum of term(0) ... term(n - 1), each already rounded. Whole blocks of 4 `lanes` go to 4 `lanes` running sums, which
 * are folded in halves to `lanes`; the terms behind the blocks join those; the lanes are folded in halves to one.
 */
export function laneSum(n: number, lanes: number, term: (i: number) => number, round: Round): number {
  const sums = new Float64Array(4 * lanes);
  const blocks = n - (n % sums.length);
  for (let i = 0; i < blocks; i++) sums[i % sums.length] = round(sums[i % sums.length]! + term(i));
  fold(sums, sums.length, lanes, round);
  for (let i = blocks; i < n; i++) sums[i % lanes] = round(sums[i % lanes]! + term(i));
  fold(sums, lanes, 1, round);
  return sums[0]!;
}

function fold(sums: Float64Array, from: number, to: number, round: Round): void {
  for (let half = from / 2; half >= to; half /= 2) {
    for (let l = 0; l < half; l++) sums[l] = round(sums[l]! + sums[l + half]!);
  }
}
