/** What a step looks at before it changes anything: a number that is not finite ends the run with the last good state. */

import { NonFiniteError } from '../errors.ts';

/** The value, if finite. `step` counts from 0 and is told from 1. Throws NonFiniteError. */
export function finite(what: string, value: number, step: number): number {
  if (Number.isFinite(value)) return value;
  const rule = `the ${what} of step ${step + 1} is finite`;
  throw new NonFiniteError('train', rule, String(value), 'lower the learning rate, or clip gradients');
}
