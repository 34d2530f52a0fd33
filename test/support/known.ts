/** Known entries of tensors in plain numbers. */

import type { Samples } from '../../src/decompose/samples.ts';
import type { Real } from '../../src/dtype.ts';
import type { Dense } from '../laws/cpDense.ts';
import { seeded } from './random.ts';

export interface Known extends Samples {
  readonly indices: Int32Array;
  readonly values: Float64Array | Float32Array;
}

/** A share of the entries of a tensor. */
export function sampled({ shape, values }: Dense, share: number, seed: number, dtype: Real = 'f64'): Known {
  const random = seeded(seed);
  const chosen = [...values.keys()].filter(() => (random() + 1) / 2 < share);
  const indices = Int32Array.from(
    chosen.flatMap((place) => {
      const index: number[] = [];
      for (let k = shape.length - 1, rest = place; k >= 0; k--) {
        index.unshift(rest % shape[k]!);
        rest = Math.floor(rest / shape[k]!);
      }
      return index;
    }),
  );
  const numbers = chosen.map((place) => values[place]!);
  return { indices, values: dtype === 'f64' ? Float64Array.from(numbers) : Float32Array.from(numbers), shape };
}
