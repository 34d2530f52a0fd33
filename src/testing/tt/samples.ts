/** Arbitrary trains of cores in plain numbers, and gauges between them. */

import fc from 'fast-check';
import { uniforms } from '../../accuracy/draw.ts';
import type { Real } from '../../dtype.ts';
import { pow } from '../../math.ts';
import { fold, type Key, key } from '../../random.ts';
import { showShape, sizeOf } from '../../shape.ts';
import { type Dense, dense } from '../dense.ts';
import { printed, type ShapeOptions, seeds, shapes } from '../shapes.ts';
import { modesOfCores, ranksOfCores } from './cores.ts';
import { type Gauge, rankBounds } from './laws.ts';

export interface TrainOptions extends ShapeOptions {
  /** Least and greatest rank; default 1 to 4. Ranks may exceed what the modes can fill unless `feasible`. */
  readonly rank?: readonly [least: number, most: number];
  /** Whether no rank exceeds the product of the modes on either side; default false. */
  readonly feasible?: boolean;
  /** Default f64. */
  readonly dtype?: Real;
}

/** Numbers in [-1, 1), as the dtype holds them. */
export function noise(shape: readonly number[], from: Key, dtype: Real): Dense {
  const drawn = uniforms(from, sizeOf(shape));
  const round = dtype === 'f32' ? Math.fround : (x: number) => x;
  return dense(shape, (k) => round(2 * drawn[k]! - 1));
}

/** A dense tensor of such numbers. */
export function noises({ dtype = 'f64', ...options }: ShapeOptions & { readonly dtype?: Real }): fc.Arbitrary<Dense> {
  return fc.tuple(shapes(options), seeds()).map(([shape, seed]) => {
    return printed(noise(shape, key(seed), dtype), `a tensor ${showShape(shape)} ${dtype} of seed ${seed}`);
  });
}

/** A list of 16 ranks: bond k takes number k mod 16. */
const rankLists = (least: number, most: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: least, max: most }), { minLength: 16, maxLength: 16, size: 'max' });

function drawn(modes: readonly number[], ranks: readonly number[], from: Key, dtype: Real): Dense[] {
  return modes.map((n, k) => noise([ranks[k - 1] ?? 1, n, ranks[k] ?? 1], fold(from, k), dtype));
}

function told(cores: readonly Dense[], dtype: Real, seed: number): Dense[] {
  const text = `a train of modes [${modesOfCores(cores)}] and ranks [${ranksOfCores(cores)}] ${dtype} of seed ${seed}`;
  return printed([...cores], text);
}

/** Cores [r, n, s] of a train, outermost ranks 1 included, with elements in [-1, 1). */
export function trains({
  rank: [least, most] = [1, 4],
  feasible = false,
  dtype = 'f64',
  ...options
}: TrainOptions = {}): fc.Arbitrary<Dense[]> {
  return fc.tuple(shapes(options), rankLists(least, most), seeds()).map(([modes, list, seed]) => {
    const wanted = rankBounds(modes).map((bound, k) => (feasible ? Math.min(bound, list[k % 16]!) : list[k % 16]!));
    return told(drawn(modes, wanted, key(seed), dtype), dtype, seed);
  });
}

/** Two trains of the same modes, with ranks of their own. */
export function trainPairs(options: TrainOptions = {}): fc.Arbitrary<readonly [Dense[], Dense[]]> {
  const { rank: [least, most] = [1, 4], dtype = 'f64' } = options;
  return fc.tuple(trains(options), rankLists(least, most), seeds()).map(([a, list, seed]) => {
    const modes = modesOfCores(a);
    const ranks = modes.slice(1).map((_, k) => list[k % 16]!);
    return [a, told(drawn(modes, ranks, fold(key(seed), 'second'), dtype), dtype, seed)];
  });
}

/**
 * A matrix G for each rank with its inverse: a reflection, times diag(1 ... condition) where the condition is above 1; all
 * in f64, so that what f32 rounds is the product with a core.
 */
export function gaugeOf(ranks: readonly number[], seed: number, condition = 1): Gauge {
  const pairs = ranks.map((r, k) => {
    const v = noise([r], fold(key(seed), 'gauge', k), 'f64').values.map((x) => x + 0.1);
    const square = v.reduce((sum, x) => sum + x * x, 0);
    const H = (i: number, j: number): number => (i === j ? 1 : 0) - (2 * v[i]! * v[j]!) / square;
    const stretch = (i: number): number => (r === 1 ? 1 : pow(condition, i / (r - 1)));
    const at = (f: (i: number, j: number) => number): Dense => dense([r, r], (n) => f(Math.floor(n / r), n % r));
    return { G: at((i, j) => H(i, j) * stretch(j)), inverse: at((i, j) => H(j, i) / stretch(i)) };
  });
  return { pairs, condition };
}
