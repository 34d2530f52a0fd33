/** From options to the best fit of a problem: its starts, its steps, and how its sweeps are told of. */

import { fold, key } from '../../random.ts';
import { progressed } from '../options.ts';
import { type Best, bestOf } from './attempts.ts';
import type { Components } from './components.ts';
import { fitByEpochs } from './epochs.ts';
import { nonnegativeStep } from './hals.ts';
import type { CpOptions } from './options.ts';
import type { Problem } from './problem.ts';
import { givenStart, randomStart, type SpectralStart } from './start.ts';
import { leastSquares, type Step } from '../leastSquares.ts';
import { type Fit, fit, type SweepOptions, units } from './sweeps.ts';
import { warmed } from './warm.ts';
import type { Key } from '../../random.ts';

/** What is to be fitted. */
export interface Task {
  readonly problem: Problem;
  /** The rank of the first fit, and of the last. */
  readonly ranks: { readonly first: number; readonly last: number };
  /** The data of the problem is that of the caller times 2^-exponent. */
  readonly exponent: number;
  /** Leading singular vectors of the data. */
  readonly spectral: SpectralStart;
  /** The problem on random samples; its sweeps go by epochs. */
  readonly sampled?: (key: Key) => Problem;
}

const SWEEPS = 500;
const STOP = { f64: 1e-8, f32: 1e-6 } as const;
const STOP_RANDOM = 1e-4;

/** The best fit of all attempts. */
export function search({ problem, ranks, exponent, spectral, sampled }: Task, options: CpOptions): Best {
  const { eps, seed = 0, restarts = 1, init = 'svd', nonnegative = false, ridge = 0 } = options;
  const { sweeps = SWEEPS, lineSearch = false } = options;
  const { shape, dtype, known } = problem;
  const stop = options.stop ?? (sampled === undefined ? STOP[dtype] : STOP_RANDOM);
  const from = fold(key(seed), 'cp');
  const stepOf = (weight: number, error = Number.POSITIVE_INFINITY): Step =>
    nonnegative ? nonnegativeStep(weight) : leastSquares(weight, units[dtype], error);
  const of = restarts * sweeps * (1 + ranks.last - ranks.first);
  let told = 0;
  const heard = (error: number): void => progressed(options, { step: ++told, of, error });
  const begin = (r: number, attempt: number): Components => {
    const stream = fold(from, 'start', attempt);
    if (attempt > 0 || init === 'random') return randomStart(shape, r, dtype, stream, nonnegative);
    if (init === 'svd') return spectral(r, stream, nonnegative);
    return givenStart(init, shape, dtype, nonnegative, exponent);
  };
  const start = (r: number, attempt: number): Components => {
    const given = attempt === 0 && typeof init !== 'string';
    const first = begin(r, attempt);
    return known < 1 && !given ? warmed(problem, first, ridge, stepOf) : first;
  };
  const weight = ridge * known;
  const stepAt = (error: number): Step => stepOf(weight, error);
  const sweeping: SweepOptions = { sweeps, stop, stepAt, ridge: weight, lineSearch, nonnegative, heard };
  const once = (components: Components, attempt: number): Fit => {
    if (sampled === undefined) return fit(problem, components, sweeping);
    return fitByEpochs(sampled(fold(from, 'rows', attempt)), components, sweeping);
  };
  return bestOf({ ...ranks, eps, restarts, start, fit: once, key: from, nonnegative });
}
