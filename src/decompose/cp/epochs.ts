/**
 * The outer loop of randomized sweeps: their error goes up and down, so it is judged by epochs, and the best one wins
 * (Larsen & Kolda 2022, section 5.3).
 */

import { dispose, scope } from '../../tensor/scope.ts';
import type { Components } from './components.ts';
import type { Problem } from './problem.ts';
import { errorAfter, type Fit, type SweepOptions } from './sweeps.ts';

/** Sweeps of an epoch. */
const EPOCH = 5;
/** Epochs without an improvement before the end. */
const PATIENCE = 3;

/** Fits components from a start, which it frees; `stop` is the least improvement of the error that counts. */
export function fitByEpochs(problem: Problem, start: Components, { sweeps, stop, stepAt, heard }: SweepOptions): Fit {
  const history: number[] = [];
  let best = { components: start, error: Number.POSITIVE_INFINITY };
  let now = start;
  let idle = 0;
  for (let sweep = 1; sweep <= sweeps; sweep++) {
    const swept = scope(() => problem.sweep(now, stepAt((history.at(-1) ?? Number.POSITIVE_INFINITY) * problem.norm)));
    if (now !== best.components) dispose(now);
    now = swept.components;
    const error = errorAfter(problem, swept);
    history.push(error);
    heard(error);
    if (sweep % EPOCH !== 0 && sweep !== sweeps) continue;
    idle = best.error - error >= stop ? 0 : idle + 1;
    if (error < best.error) {
      dispose(best.components);
      best = { components: now, error };
    }
    if (idle === PATIENCE) break;
  }
  if (now !== best.components) dispose(now);
  return { components: best.components, history, converged: idle === PATIENCE };
}
