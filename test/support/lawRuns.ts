/**
 * How often a law of rankwise/testing is tried, and with which seed: 10 times in f64 and 5 in f32, as often as RANKWISE_RUNS
 * says. `npm run test:laws` makes that 200 and 100 with a seed of its own, which it prints; RANKWISE_SEED repeats one.
 */

import type { Real } from '../../src/dtype.ts';
import { runs } from './runs.ts';

export function lawRuns(dtype: Real): { readonly numRuns: number; readonly seed: number } {
  return { numRuns: runs(dtype === 'f64' ? 10 : 5), seed: Number(process.env.RANKWISE_SEED ?? 1) };
}
