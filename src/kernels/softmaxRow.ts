/** Rows of exponentials, shifted by their maximum: the order of assembly/nn/softmaxRow.ts. */

import type { RealArray } from '../dtype.ts';
import { exp, expf, log, logf } from '../math.ts';
import type { Round } from './kernel.ts';
import { laneSum, lanesOf } from './lanes.ts';

/** exp and log in the precision of an array. */
export function functionsOf(x: RealArray): {
  readonly exp: (x: number) => number;
  readonly log: (x: number) => number;
} {
  return x instanceof Float32Array ? { exp: expf, log: logf } : { exp, log };
}

/** The maximum of a row, the terms e^(x - top) and their sum. */
export function exponentials(x: RealArray, round: Round): { top: number; terms: number[]; sum: number } {
  let top = -Infinity;
  for (const value of x) top = Math.max(top, value);
  const { exp } = functionsOf(x);
  const terms = Array.from(x, (value) => exp(round(value - top)));
  return { top, terms, sum: laneSum(x.length, lanesOf(x), (j) => terms[j]!, round) };
}
