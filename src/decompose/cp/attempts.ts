/** Fits from several starts, and of growing rank where an error is asked for instead of a rank. */

import { concat } from '../../ops/concat.ts';
import { fold, type Key } from '../../random.ts';
import { zeros } from '../../tensor/create.ts';
import { dispose, scope } from '../../tensor/scope.ts';
import { type Components, gramsOf } from './components.ts';
import { randomStart } from './start.ts';
import type { Fit } from './sweeps.ts';

export interface Attempts {
  /** The rank of the first fit, and of the last: one rank, or with `eps` growing ones. */
  readonly first: number;
  readonly last: number;
  /** The relative error at which a fit is good enough. */
  readonly eps: number | undefined;
  /** Number of starts. */
  readonly restarts: number;
  /** Where attempt `k` starts. */
  readonly start: (rank: number, attempt: number) => Components;
  /** Fits components from a start, which it frees. */
  readonly fit: (start: Components, attempt: number) => Fit;
  readonly key: Key;
  readonly nonnegative: boolean;
}

export interface Best extends Fit {
  /** The relative error in the end of each attempt. */
  readonly errors: readonly number[];
}

/** The best of the attempts: the smallest rank that reaches eps, then the least error, then the earliest. */
export function bestOf(attempts: Attempts): Best {
  const errors: number[] = [];
  let best: Fit | null = null;
  for (let k = 0; k < attempts.restarts; k++) {
    const found = attempt(attempts, k);
    errors.push(found.history.at(-1)!);
    const isBetter: boolean = best === null || precedes(found, best, attempts.eps);
    const worse: Fit | null = isBetter ? best : found;
    if (worse !== null) dispose(worse.components);
    if (isBetter) best = found;
  }
  return { ...best!, errors };
}

function precedes(a: Fit, b: Fit, eps: number | undefined): boolean {
  const rankOf = ({ components }: Fit): number => components.weights.shape[0]!;
  if (eps !== undefined && rankOf(a) !== rankOf(b)) return rankOf(a) < rankOf(b);
  return a.history.at(-1)! < b.history.at(-1)!;
}

function attempt({ first, last, eps, start, fit, key, nonnegative }: Attempts, k: number): Fit {
  let found = fit(start(first, k), k);
  if (eps === undefined) return found;
  const history = [...found.history];
  for (let r = first + 1; r <= last && found.history.at(-1)! > eps; r++) {
    const { components } = found;
    const more = scope(() => grown(components, fold(key, 'grow', k, r), nonnegative));
    dispose(components);
    found = fit(more, k);
    history.push(...found.history);
  }
  return { ...found, history, converged: found.history.at(-1)! <= eps };
}

/** One component more, a random one of weight 0: the tensor stays, and so no error rises. */
function grown(x: Components, key: Key, nonnegative: boolean): Components {
  const shape = x.factors.map((a) => a.shape[0]!);
  const dtype = x.factors[0]!.dtype as 'f32' | 'f64';
  const extra = randomStart(shape, 1, dtype, key, nonnegative);
  const factors = x.factors.map((a, k) => concat([a, extra.factors[k]!], 1));
  return { factors, weights: concat([x.weights, zeros([1], 'f64')]), grams: gramsOf(factors) };
}
