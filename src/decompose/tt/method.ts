/** How a dense tensor becomes a train: by full factorizations, or by random sketches. */

import { FormatError } from '../../errors.ts';
import { fold, key } from '../../random.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { DecomposeOptions } from '../options.ts';
import { randomTtSvd } from './random.ts';
import { type TrainSvd, type TrainSvdOptions, trainSvd } from './trainSvd.ts';

export interface TrainMethodOptions extends DecomposeOptions {
  /**
   * `svd` (the default) factorizes every unfolding; `random` finds its range from products with normal columns, which
   * takes less time where ranks are a small part of the unfoldings' sides. Both keep `eps` and report the error they
   * made.
   */
  readonly method?: 'svd' | 'random';
  /** Of `random`: columns of a sketch beyond the rank; default 10. */
  readonly oversample?: number;
  /**
   * Of `random`, where ranks are given: power steps, each a stronger filter against small singular values; default 1.
   */
  readonly iterations?: number;
}

/** The function that `options` choose. Throws FormatError for what is not understood. */
export function trainBy(
  op: string,
  { method = 'svd', oversample = 10, iterations = 1, seed = 0 }: TrainMethodOptions,
): (a: Tensor, options: TrainSvdOptions) => TrainSvd {
  checkCount(op, 'oversample', oversample, 1);
  checkCount(op, 'iterations', iterations, 0);
  if (method === 'svd') return (a, options) => trainSvd(op, a, options);
  if (method !== 'random') {
    throw new FormatError(op, "a method is 'svd' or 'random'", `'${String(method)}'`, 'choose one of them');
  }
  const from = fold(key(seed), 'tt.random');
  return (a, options) => randomTtSvd(op, a, { ...options, oversample, iterations, key: from });
}

function checkCount(op: string, name: string, count: number, least: number): void {
  if (Number.isSafeInteger(count) && count >= least) return;
  throw new FormatError(op, `${name} is a whole number >= ${least}`, String(count), 'correct it');
}
