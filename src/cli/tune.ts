/** Tuning that is equal for all: each method and control tries the same multiples of its learning rate. */

import type { CompareRun } from '../page/compareData.ts';
import { type Entrant, type PlannedRun, plannedRun, without } from './comparePlan.ts';

/** Multiples of the learning rate, in the order in which trials take them. */
export const learningRates: readonly number[] = [1, 1 / 3, 3, 1 / 10, 10, 1 / 30, 30];

/** The seed of trials: no row of the table uses it. */
const TRIAL_SEED = 0;

/**
 * The entrant with the multiple of its learning rate that does best on the validation part after its last epoch, out of so
 * many trials; with one trial, itself. Undefined where it does not fit the task.
 */
export async function tuned(
  entrant: Entrant,
  trials: number,
  done: (run: PlannedRun) => Promise<CompareRun | undefined>,
): Promise<Entrant | undefined> {
  if (trials === 1) return entrant;
  let best: { readonly entrant: Entrant; readonly accuracy: number } | undefined;
  for (const multiple of learningRates.slice(0, trials)) {
    const trial = { ...entrant, args: [...without(entrant.args, ['--lr-scale']), '--lr-scale', String(multiple)] };
    const run = await done(plannedRun(trial, TRIAL_SEED));
    const accuracy = run?.epochs.at(-1)?.validationAccuracy;
    if (accuracy !== undefined && (best === undefined || accuracy > best.accuracy)) best = { entrant: trial, accuracy };
  }
  return best?.entrant;
}
