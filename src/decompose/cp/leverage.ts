/**
 * Rows of a Khatri-Rao product drawn by the leverage scores of its factors (Larsen & Kolda 2022, "Practical leverage-based
 * sampling for low-rank tensor decomposition", algorithms 3 and 4): the score of row (i_0, i_1, ...) is at most the
 * product of the rows' scores in the factors, which can be drawn mode by mode.
 */

import { cast } from '../../ops/cast.ts';
import { qr } from '../../ops/linalg/qr.ts';
import { uniform } from '../../ops/random.ts';
import { sumSquares } from '../../ops/reduce.ts';
import type { Key } from '../../random.ts';
import { dataSync } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** Rows with the squares of the factors that make their sums of squares unbiased. */
export interface Rows {
  /** One index list a factor. */
  readonly indices: readonly Int32Array[];
  readonly squaredWeights: Float64Array;
}

/** The probability of each row of a [n, r] by its leverage score, |q_i|^2 / r for a = Q R. */
export function probabilities(a: Tensor): Float64Array {
  const scores = scope(() => dataSync(sumSquares(qr(cast(a, 'f64')).Q, 1))) as Float64Array;
  const total = scores.reduce((sum, x) => sum + x, 0);
  return scores.map((x) => x / total);
}

/** Candidates drawn for each row wanted, at most: where few rows are left to chance, most draws hit the others. */
const MOST_DRAWS = 4;

/**
 * About `count` rows: all whose probability is above 1 / count, with weight 1, and draws among the others, each drawn row
 * once. `p` has the probabilities of the rows of each factor.
 */
export function drawRows(p: readonly Float64Array[], count: number, key: Key): Rows {
  const threshold = 1 / count;
  const likely = likelyRows(p, threshold);
  const certain = likely.reduce((sum, { probability }) => sum + probability, 0);
  const left = Math.max(0, 1 - certain);
  const wanted = Math.max(0, count - likely.length);
  const found = likely.map(({ row }) => ({ row, squaredWeight: 1 }));
  if (wanted > 0 && left > 1e-14) {
    const draws = Math.ceil(Math.min(MOST_DRAWS * count, wanted / left));
    const drawn = chance(p, draws, threshold, key);
    let hits = 0;
    for (const { times } of drawn.values()) hits += times;
    for (const { row, probability, times } of drawn.values()) {
      found.push({ row, squaredWeight: (left * times) / (hits * probability) });
    }
  }
  return {
    indices: p.map((_, k) => Int32Array.from(found, ({ row }) => row[k]!)),
    squaredWeights: Float64Array.from(found, ({ squaredWeight }) => squaredWeight),
  };
}

interface Row {
  readonly row: readonly number[];
  readonly probability: number;
}

/** All rows above a threshold: fewer than 1 / threshold. A prefix below it has no row above it. */
function likelyRows(p: readonly Float64Array[], threshold: number): Row[] {
  let prefixes: Row[] = [{ row: [], probability: 1 }];
  for (const each of p) {
    const candidates = Array.from(each, (probability, i) => ({ probability, i }))
      .filter(({ probability }) => probability > threshold)
      .sort((a, b) => b.probability - a.probability || a.i - b.i);
    const longer: Row[] = [];
    for (const prefix of prefixes) {
      for (const { probability, i } of candidates) {
        const product = prefix.probability * probability;
        if (!(product > threshold)) break;
        longer.push({ row: [...prefix.row, i], probability: product });
      }
    }
    prefixes = longer;
  }
  return prefixes;
}

/** Independent draws of rows at or below a threshold, equal ones merged. */
function chance(
  p: readonly Float64Array[],
  draws: number,
  threshold: number,
  key: Key,
): Map<number, Row & { times: number }> {
  const order = p.length;
  const u = scope(() => dataSync(uniform(key, [draws, order], { dtype: 'f64' })));
  const ladders = p.map(cumulative);
  const drawn = new Map<number, Row & { times: number }>();
  for (let d = 0; d < draws; d++) {
    const row = ladders.map((ladder, k) => place(ladder, u[d * order + k]!));
    const probability = row.reduce((product, i, k) => product * p[k]![i]!, 1);
    if (probability > threshold || probability === 0) continue;
    const at = row.reduce((flat, i, k) => flat * p[k]!.length + i, 0);
    const before = drawn.get(at);
    if (before === undefined) drawn.set(at, { row, probability, times: 1 });
    else before.times++;
  }
  return drawn;
}

function cumulative(p: Float64Array): Float64Array {
  let sum = 0;
  return p.map((x) => (sum += x));
}

/** The first index whose cumulative probability is above u times the total. */
function place(ladder: Float64Array, u: number): number {
  const target = u * ladder[ladder.length - 1]!;
  let low = 0;
  let high = ladder.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ladder[middle]! > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
