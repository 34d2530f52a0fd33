/** What a method does to a run after a step, or at the end of an epoch. */

import type { Step } from './method.ts';

export type Change<S> = Omit<Step<S>, 'loss'>;

/** A step or a change, and what was done after it. */
export function joined<S, T extends Change<S>>(before: T, after: Change<S>): T {
  return {
    ...before,
    ...after,
    metrics: { ...before.metrics, ...after.metrics },
    events: [...before.events, ...after.events],
  };
}
