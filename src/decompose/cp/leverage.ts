/**
 * Rows of a Khatri-Rao product drawn by the leverage scores of its factors (Larsen & Kolda 2022, "Practical
 * leverage-based sampling for low-rank tensor decomposition", algorithms 3 and 4): the score of row (i_0, i_1, ...) is
 * at most the product of the rows' scores in the factors, which can be drawn mode by mode.
 */

import { add, mul } from '../../ops/binary.ts';
import { cast } from '../../ops/cast.ts';
import { choleskyShifted } from '../../ops/linalg/cholesky.ts';
import { triangularSolve } from '../../ops/linalg/triangularSolve.ts';
import { uniform } from '../../ops/random.ts';
import { sumSquares } from '../../ops/reduce.ts';
import { transpose } from '../../ops/transpose.ts';
import type { Key } from '../../random.ts';
import { eye } from '../../tensor/create.ts';
import { dataSync } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { mapBlocks, rowsOf } from '../blocks.ts';

/** Rows with the squares of the factors that make their sums of squares unbiased. */
export interface Rows {
  /** One index list a factor. */
  readonly indices: readonly Int32Array[];
  readonly squaredWeights: Float64Array;
}

/**
 * What is added to the diagonal of a gram of unit columns: columns that depend on others have no scores of their own.
 */
const SHIFT = 1e-12;

/** The probability of each row of a [n, r] by its leverage score, its norm in the metric of the inverse gram [r, r]. */
export function probabilities(a: Tensor, gram: Tensor): Float64Array {
  const [n, r] = a.shape as [number, number];
  const scores = scope(() => {
    const { L } = choleskyShifted(add(gram, mul(eye(r, 'f64'), SHIFT)));
    const squares = (from: number, to: number): Tensor =>
      sumSquares(triangularSolve(L, transpose(cast(rowsOf(a, from, to), 'f64'))), 0);
    return dataSync(mapBlocks(n, r, squares)) as Float64Array;
  });
  const total = scores.reduce((sum, x) => sum + x, 0);
  return scores.map((x) => x / total);
}

/** Candidates drawn for each row wanted, at most: where few rows are left to chance, most draws hit the others. */
const MOST_DRAWS = 4;

/** Certainty of less is rounding. */
const NOTHING = 1e-14;

/**
 * About `count` rows in ascending order: all whose probability is above 1 / count, with weight 1, and draws among the
 * others, each drawn row once. `p` has the probabilities of the rows of each factor.
 */
export function drawRows(p: readonly Float64Array[], count: number, key: Key): Rows {
  const threshold = 1 / count;
  const likely = likelyRows(p, threshold);
  const left = Math.max(0, 1 - likely.reduce((sum, { probability }) => sum + probability, 0));
  const wanted = Math.max(0, count - likely.length);
  const draws = left > NOTHING ? Math.ceil(Math.min(MOST_DRAWS * count, wanted / left)) : 0;
  const drawn = chance(p, draws, threshold, key);
  const places = Float64Array.from([...likely.map(({ place }) => place), ...drawn]).sort();
  const certain = new Set(likely.map(({ place }) => place));
  return merged(p, places, (place, times, probability) =>
    certain.has(place) ? 1 : (left * times) / (drawn.length * probability),
  );
}

/** Rows by their places in ascending order, equal ones merged. */
function merged(
  p: readonly Float64Array[],
  places: Float64Array,
  squaredWeight: (place: number, times: number, probability: number) => number,
): Rows {
  const sizes = p.map(({ length }) => length);
  const indices = p.map(() => new Int32Array(places.length));
  const squaredWeights = new Float64Array(places.length);
  let rows = 0;
  for (let from = 0, to = 0; from < places.length; from = to) {
    while (to < places.length && places[to] === places[from]) to++;
    let rest = places[from]!;
    let probability = 1;
    for (let k = sizes.length - 1; k >= 0; k--) {
      const i = rest % sizes[k]!;
      rest = (rest - i) / sizes[k]!;
      indices[k]![rows] = i;
      probability *= p[k]![i]!;
    }
    squaredWeights[rows++] = squaredWeight(places[from]!, to - from, probability);
  }
  return { indices: indices.map((index) => index.slice(0, rows)), squaredWeights: squaredWeights.slice(0, rows) };
}

interface Likely {
  /** The row number, the last index running fastest. */
  readonly place: number;
  readonly probability: number;
}

/** All rows above a threshold: fewer than 1 / threshold. A prefix below it has no row above it. */
function likelyRows(p: readonly Float64Array[], threshold: number): Likely[] {
  let prefixes: Likely[] = [{ place: 0, probability: 1 }];
  for (const each of p) {
    const candidates = Array.from(each, (probability, i) => ({ probability, i }))
      .filter(({ probability }) => probability > threshold)
      .sort((a, b) => b.probability - a.probability || a.i - b.i);
    const longer: Likely[] = [];
    for (const prefix of prefixes) {
      for (const { probability, i } of candidates) {
        const product = prefix.probability * probability;
        if (!(product > threshold)) break;
        longer.push({ place: prefix.place * each.length + i, probability: product });
      }
    }
    prefixes = longer;
  }
  return prefixes;
}

/** The places of independent draws, without those above a threshold. */
function chance(p: readonly Float64Array[], draws: number, threshold: number, key: Key): Float64Array {
  if (draws === 0) return new Float64Array(0);
  const order = p.length;
  const u = scope(() => dataSync(uniform(key, [draws, order], { dtype: 'f64' })));
  const ladders = p.map(cumulative);
  const places = new Float64Array(draws);
  let kept = 0;
  for (let d = 0; d < draws; d++) {
    let place = 0;
    let probability = 1;
    for (let k = 0; k < order; k++) {
      const i = step(ladders[k]!, u[d * order + k]!);
      place = place * p[k]!.length + i;
      probability *= p[k]![i]!;
    }
    if (probability > 0 && probability <= threshold) places[kept++] = place;
  }
  return places.slice(0, kept);
}

function cumulative(p: Float64Array): Float64Array {
  let sum = 0;
  return p.map((x) => {
    sum += x;
    return sum;
  });
}

/** The first index whose cumulative probability is above u times the total. */
function step(ladder: Float64Array, u: number): number {
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
