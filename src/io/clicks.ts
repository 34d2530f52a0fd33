/**
 * A generated click log, and never anything else: numbers, small categories, and five categories of millions whose truth is
 * a planted low-rank interaction. Row i of table t has the vector e_t(i) = f1[i1] f2[i2] f3[i3], a product of three factors
 * by the digits of i (canonical polyadic rank 4, hence tensor-train ranks of 4); the log-odds of a click are
 * b + sum of effects + sum over pairs of <e_s, e_t>. Indices follow Zipf's law. Every number comes from a philox key of its
 * own, so any part of the log has the same bits everywhere.
 */

import type { Column } from '../columns.ts';
import { FormatError } from '../errors.ts';
import { exp, log, pow, sigmoid } from '../math.ts';
import { fold, type Key, key, philox } from '../random.ts';
import { type Dataset, makeDataset, type Optimum, type Split } from './dataset.ts';

/** Rows of the tables and their digits: those of the five largest of the Criteo log (Hawkins, Liu & Zhang 2022). */
const TABLES: readonly (readonly [count: number, radices: readonly [number, number, number]])[] = [
  [10_131_227, [200, 220, 250]],
  [2_202_608, [125, 130, 136]],
  [8_351_593, [200, 200, 209]],
  [5_461_306, [166, 175, 188]],
  [7_046_547, [200, 200, 200]],
];
const SMALL: readonly (readonly [name: string, count: number])[] = [
  ['hour', 24],
  ['device', 7],
  ['country', 60],
];
const NUMBERS = 6;
const RANK = 4;
/** Zipf's exponent. */
const SKEW = 1.05;
/** The end of each table in Zipf's law. */
const LAST = TABLES.map(([count]) => pow(count + 1, 1 - SKEW));
/** Steps of the scramble that keeps frequent rows from being neighbours; a prime larger than any table. */
const STEP = 15_485_863;
const MOST_ROWS = 1 << 24;
const TEST = 0.2;
const BIAS = -2;
/** Factors vary around a mean that is not 0: each digit alone says something, and the whole can be found from samples. */
const MEAN = 0.8;
const SPREAD = 0.3;
/** What each table's vector counts by itself. */
const ALONE = 1.5;

/** The examples unless another number is asked for. */
export const CLICKS = 200_000;

/** The log with `rows` examples, a fifth of them for testing. Throws FormatError for fewer than 10 or more than 2^24. */
export function clicks(rows: number = CLICKS, seed = 0): Dataset {
  if (!Number.isInteger(rows) || rows < 10 || rows > MOST_ROWS) {
    throw new FormatError('clicks', `there are 10 to ${MOST_ROWS} rows`, String(rows), 'choose another number');
  }
  const from = fold(key(seed), 'clicks');
  const tests = Math.round(TEST * rows);
  const truth = truthOf(from);
  const train = logOf(truth, from, 0, rows - tests);
  const test = logOf(truth, from, rows - tests, tests);
  return makeDataset({
    name: `generated-clicks:${rows}`,
    about: 'generated: a click log with a planted interaction of rank 4 between five tables of 33 million rows',
    shape: [columns.length],
    classes: 2,
    classNames: ['none', 'click'],
    columns,
    optimum: test.optimum,
    train: train.split,
    test: test.split,
  });
}

const columns: readonly Column[] = [
  ...Array.from({ length: NUMBERS }, (_, k): Column => ({ name: `number${k + 1}`, kind: 'number' })),
  ...SMALL.map(([name, count]): Column => ({ name, kind: 'index', count })),
  ...TABLES.map(([count, fold], k): Column => ({ name: `table${k + 1}`, kind: 'index', count, fold })),
];

interface Truth {
  /** For each table, for each digit, [radix, RANK] factors. */
  readonly factors: readonly (readonly Float64Array[])[];
  readonly effects: readonly Float64Array[];
  /** [NUMBERS, 1 + RANK]: the effect of each number, and the vector it adds to the interaction. */
  readonly numbers: Float64Array;
}

function truthOf(from: Key): Truth {
  const drawn = (count: number, mean: number, std: number, ...path: (string | number)[]): Float64Array => {
    const at = fold(from, ...path);
    return Float64Array.from({ length: count }, (_, k) => mean + std * bell(philox([k, 0, 0, 0], at.lo, at.hi)));
  };
  return {
    factors: TABLES.map(([, radices], t) => radices.map((n, k) => drawn(n * RANK, MEAN, SPREAD, 'factor', t, k))),
    effects: SMALL.map(([name, count]) => drawn(count, 0, 0.4, 'effect', name)),
    numbers: drawn(NUMBERS * (1 + RANK), 0, 0.25, 'numbers'),
  };
}

function logOf(truth: Truth, from: Key, begin: number, count: number): { split: Split; optimum: Optimum } {
  const width = columns.length;
  const images = new Float32Array(count * width);
  const labels = new Int32Array(count);
  const rows = fold(from, 'row');
  let [loss, right] = [0, 0];
  for (let n = 0; n < count; n++) {
    const { lo, hi } = fold(rows, begin + n);
    const row = images.subarray(n * width, (n + 1) * width);
    drawRow(row, lo, hi);
    const odds = logOdds(truth, row);
    const p = sigmoid(odds);
    labels[n] = uniform(philox([0, 1, 0, 0], lo, hi)[0]) < p ? 1 : 0;
    // Far out a probability is 1 while its complement is not yet 0.
    loss += Math.max(odds, 0) + log(1 + exp(-Math.abs(odds))) - p * odds;
    right += Math.max(p, 1 - p);
  }
  return { split: { count, images, labels }, optimum: { loss: loss / count, accuracy: right / count } };
}

/** The features of one example, from the words of its key. */
function drawRow(row: Float32Array, lo: number, hi: number): void {
  for (let k = 0; k < NUMBERS; k++) row[k] = bell(philox([k, 2, 0, 0], lo, hi));
  const words = [...philox([0, 3, 0, 0], lo, hi), ...philox([1, 3, 0, 0], lo, hi)];
  SMALL.forEach(([, count], k) => (row[NUMBERS + k] = Math.floor(uniform(words[k]!) * count)));
  TABLES.forEach(([count], t) => {
    const place = zipf(uniform(words[SMALL.length + t]!), count, LAST[t]!);
    row[NUMBERS + SMALL.length + t] = (place * STEP + t) % count;
  });
}

function logOdds({ factors, effects, numbers }: Truth, row: Float32Array): number {
  let odds = BIAS;
  const sum = new Float64Array(RANK);
  const squares = new Float64Array(RANK);
  const add = (r: number, value: number): void => {
    sum[r]! += value;
    squares[r]! += value * value;
  };
  for (let r = 0; r < RANK; r++) {
    let vector = ALONE;
    for (let k = 0; k < NUMBERS; k++) vector += row[k]! * numbers[k * (1 + RANK) + 1 + r]!;
    add(r, vector);
  }
  for (let k = 0; k < NUMBERS; k++) odds += row[k]! * numbers[k * (1 + RANK)]!;
  SMALL.forEach((_, k) => (odds += effects[k]![row[NUMBERS + k]!]!));
  TABLES.forEach(([, [, second, third]], t) => {
    const i = row[NUMBERS + SMALL.length + t]!;
    const digits = [Math.floor(i / (second * third)), Math.floor(i / third) % second, i % third];
    for (let r = 0; r < RANK; r++) {
      add(
        r,
        digits.reduce((product, digit, k) => product * factors[t]![k]![digit * RANK + r]!, 1) - MEAN * MEAN * MEAN,
      );
    }
  });
  // The pairs together are half of the square of the sum without the squares (Rendle 2010).
  for (let r = 0; r < RANK; r++) odds += 0.5 * (sum[r]! * sum[r]! - squares[r]!);
  return odds;
}

/** A word as a number in (0, 1). */
function uniform(word: number): number {
  return ((word >>> 0) + 0.5) / 4294967296;
}

/** Nearly normal, mean 0 and deviation 1: a sum of four uniform numbers. */
function bell(words: readonly [number, number, number, number]): number {
  return words.reduce((sum, word) => sum + uniform(word) - 0.5, 0) * Math.sqrt(3);
}

/** A place 0..count - 1 whose frequency falls as a power of it: the inverse of the distribution of x^-SKEW on [1, count + 1). */
function zipf(u: number, count: number, last: number): number {
  return Math.min(count - 1, Math.floor(pow(1 - u * (1 - last), 1 / (1 - SKEW))) - 1);
}
