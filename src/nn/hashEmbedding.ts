/**
 * The hashing trick (Weinberger et al. 2009): an index chooses one of k rows by a keyed hash, so a table of any number of
 * categories stores k rows. With two hashes a row is the sum of two chosen rows, and fewer categories share both
 * (Svenstrup et al. 2017, without their weights).
 */

import { ShapeError } from '../errors.ts';
import type { Axis } from '../formats/format.ts';
import { denseWeight, type MakeWeight } from '../formats/make.ts';
import { rows } from '../formats/entries.ts';
import type { Weight } from '../formats/weight.ts';
import { sum } from '../ops/reduce.ts';
import { reshape } from '../ops/reshape.ts';
import { fold, key as keyOf, philox } from '../random.ts';
import { type Shape, sizeOf } from '../shape.ts';
import { own as owned } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { indicesOf } from './indices.ts';
import { profileRow } from './leaf.ts';
import { checkSizes, childPath, type Module, own } from './module.ts';

export interface HashEmbeddingOptions {
  /** Categories. */
  readonly count: number;
  /** Length of a row. */
  readonly size: number;
  /** Rows that are stored. */
  readonly buckets: number;
  /** Rows that are summed, 1 or 2; default 1. */
  readonly hashes?: number;
  /** What the hashes are drawn from; default 0. */
  readonly seed?: number;
  readonly weight?: MakeWeight;
  /** Standard deviation of the rows that come out; default 0.02. */
  readonly std?: number;
}

/** Indices [batch, ...] of i32 to rows [batch, ..., size]. Throws ShapeError for indices outside 0..count - 1. */
export function hashEmbedding(options: HashEmbeddingOptions): Module {
  const { count, size, buckets, hashes = 1, seed = 0, weight = denseWeight(), std = 0.02 } = options;
  checkSizes('hashEmbedding', { count, size, buckets });
  if (hashes !== 1 && hashes !== 2) {
    throw new ShapeError('hashEmbedding', 'there are 1 or 2 hashes', String(hashes), 'correct the option');
  }
  const axes: readonly Axis[] = [
    { size: buckets, role: 'out' },
    { size, role: 'in' },
  ];
  const outputShape = (input: Shape): Shape => [...input, size];
  return {
    kind: 'hashEmbedding',
    weights: { weight: axes },
    init: (key, path) => ({
      weight: weight({
        axes,
        std: std / Math.sqrt(hashes),
        key: fold(key, 'weight'),
        path: childPath(path, 'weight'),
      }) as Tensor,
    }),
    apply: (params, index) => {
      const chosen = bucketsOf(indicesOf('hashEmbedding', index, count), buckets, hashes, seed);
      const found = rows(own<Weight>(params, 'weight'), owned(chosen, [chosen.length]));
      const summed = hashes === 1 ? found : sum(reshape(found, [index.size, hashes, size]), 1);
      return reshape(summed, [...index.shape, size]);
    },
    outputShape,
    profile: (params, input, path) => {
      const output = outputShape(input);
      return [profileRow('hashEmbedding', params, path, output, (hashes - 1) * sizeOf(output))];
    },
  };
}

/** The rows that each index chooses, `hashes` of them one after another: words of a philox block keyed by the seed. */
export function bucketsOf(index: Int32Array, buckets: number, hashes: number, seed: number): Int32Array {
  const { lo, hi } = fold(keyOf(seed), 'hash');
  const chosen = new Int32Array(index.length * hashes);
  index.forEach((i, b) => {
    const words = philox([i, 0, 0, 0], lo, hi);
    for (let h = 0; h < hashes; h++) chosen[b * hashes + h] = Math.floor(((words[h]! >>> 0) / 4294967296) * buckets);
  });
  return chosen;
}
