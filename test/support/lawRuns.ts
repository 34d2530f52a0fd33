/**
 * How often a law of rankwise/testing is tried, and with which seed. `npm run test:laws` sets RANKWISE_RUNS to 20 and draws
 * a seed, which it prints; RANKWISE_SEED repeats one.
 */

import type { Real } from '../../src/dtype.ts';
import { runs } from './runs.ts';

/** 10 tries in f64 and 5 in f32, 20 times as many in `npm run test:laws`; fewer where a try costs more. */
export function lawRuns(dtype: Real, cost = 1): { readonly numRuns: number; readonly seed: number } {
  return { numRuns: runs((dtype === 'f64' ? 10 : 5) / cost), seed: Number(process.env.RANKWISE_SEED ?? 1) };
}

/** Whether a law is tried now: one of which a try takes seconds waits for `npm run test:laws`. */
export function isTried(cost: number): boolean {
  return cost <= 50 || runs(1) > 1;
}
