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

/**
 * a a b + a b a + b a a with the same angle between a and b in every mode, of tangent 2: of rank 3, but the limit of
 * tensors of rank 2 (De Silva & Lim 2008). Nearly parallel vectors would make it nearly of rank 1; of orthogonal ones the
 * singular vectors are not unique, and starts from them stay where they are.
 */
export function borderRank(n: number, seed: number): Dense[] {
  return [0, 1, 2].map((k) => {
    const [a, b] = [0, 1].map((which) => noise([n], fold(key(seed), 'border', k, which), 'f64').values);
    const [dot, square] = [b!, a!].map((x) => x.reduce((sum, v, i) => sum + v * a![i]!, 0));
    const across = b!.map((v, i) => v - (dot! / square!) * a![i]!);
    const stretch = Math.sqrt(square! / across.reduce((sum, v) => sum + v * v, 0));
    return dense([n, 3], (at) =>
      2 - (at % 3) === k
        ? stretch * across[Math.floor(at / 3)]! + 0.5 * a![Math.floor(at / 3)]!
        : a![Math.floor(at / 3)]!,
    );
  });
}
