/**
 * The way into a fit with missing entries: sweeps under a ridge that shrinks. Where few entries are known the error
 * alone has many bad minima, in which single entries grow without bound; the ridge keeps the first sweeps among small
 * components (a continuation method: Allgower & Georg 1990).
 */

import { dispose, scope } from '../../tensor/scope.ts';
import type { Components } from './components.ts';
import type { Problem } from './problem.ts';
import { SHRINKING, type Step } from '../leastSquares.ts';

/** A start after some sweeps; it frees the given one. `stepOf` makes the step of a ridge. */
export function warmed(
  problem: Problem,
  start: Components,
  ridge: number,
  stepOf: (ridge: number) => Step,
): Components {
  let now = start;
  for (const warm of SHRINKING) {
    if (warm <= ridge) break;
    const before = now;
    now = scope(() => problem.sweep(before, stepOf(warm * problem.known))).components;
    dispose(before);
  }
  return now;
}
