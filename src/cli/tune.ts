/**
 * Budgets that are equal for all: as many epochs as fit into the same time, and the same number of trials, in which each
 * method and control tries the same multiples of its learning rate.
 */

import type { CompareRun } from '../page/compareData.ts';
import { type Entrant, type PlannedRun, plannedRun, without } from './comparePlan.ts';

/** Multiples of the learning rate, in the order in which trials take them. */
export const learningRates: readonly number[] = [1, 1 / 3, 3, 1 / 10, 10, 1 / 30, 30];

/**
 * The entrant with as many epochs as it trains in so many seconds, judged by its first one in a run of its own. A method
 * that becomes faster on the way stays below the budget. Undefined where it does not fit the task.
 */
export async function timed(
  entrant: Entrant,
  seconds: number,
  done: (run: PlannedRun) => Promise<CompareRun | undefined>,
): Promise<Entrant | undefined> {
  const lasting = (epochs: number): Entrant => ({
    ...entrant,
    args: [...without(entrant.args, ['--epochs']), '--epochs', String(epochs)],
  });
  const first = await done(plannedRun(lasting(1), TRIAL_SEED));
  return first === undefined ? undefined : lasting(Math.max(1, Math.floor(seconds / first.epochSeconds)));
}

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
