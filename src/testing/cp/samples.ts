/** Arbitrary factors of CP tensors in plain numbers, also collinear ones and such as have no best approximation. */

import fc from 'fast-check';
import type { Real } from '../../dtype.ts';
import { fold, key } from '../../random.ts';
import { type Dense, dense } from '../dense.ts';
import { printed, type ShapeOptions, seeds, shapes } from '../shapes.ts';
import { noise } from '../tt/samples.ts';

export interface CpOptions extends ShapeOptions {
  /** Least and greatest number of components; default 1 to 4. */
  readonly rank?: readonly [least: number, most: number];
  /** Default f64. */
  readonly dtype?: Real;
}

/** Random factors [n_k, rank] with elements in [-1, 1). */
export function factorsOf(modes: readonly number[], rank: number, seed: number, dtype: Real): Dense[] {
  return modes.map((n, k) => noise([n, rank], fold(key(seed), 'factor', k), dtype));
}

/** Factors [n_k, rank] of CP tensors, with elements in [-1, 1). */
export function cpFactors({
  rank: [least, most] = [1, 4],
  dtype = 'f64',
  ...options
}: CpOptions = {}): fc.Arbitrary<Dense[]> {
  return fc.tuple(shapes(options), fc.integer({ min: least, max: most }), seeds()).map(([modes, rank, seed]) => {
    return printed(
      factorsOf(modes, rank, seed, dtype),
      `factors of modes [${modes}], rank ${rank}, ${dtype} of seed ${seed}`,
    );
  });
}

/** Factors whose columns have cosines of about `cosine` with one another. */
export function collinear(modes: readonly number[], rank: number, cosine: number, seed: number): Dense[] {
  return modes.map((n, k) => {
    const common = noise([n], fold(key(seed), 'common', k), 'f64').values;
    const own = noise([n, rank], fold(key(seed), 'own', k), 'f64').values;
    const away = Math.sqrt(1 - cosine * cosine);
    return dense([n, rank], (at) => cosine * common[Math.floor(at / rank)]! + away * own[at]!);
  });
}

/** a a b + a b a + b a a: of rank 3, but the limit of tensors of rank 2 (De Silva & Lim 2008). */
export function borderRank(n: number, seed: number): Dense[] {
  return [0, 1, 2].map((k) => {
    const [a, b] = [0, 1].map((which) => noise([n], fold(key(seed), 'border', k, which), 'f64').values);
    return dense([n, 3], (at) => (2 - (at % 3) === k ? b! : a!)[Math.floor(at / 3)]!);
  });
}
