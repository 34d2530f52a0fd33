/** Trouble of the kernels that factorize, told by the operation that ran them: pivots that are zero, or not positive. */

import { trouble } from '../../backend/current.ts';
import type { Trouble } from '../../backend/backend.ts';
import { ConvergenceError, SingularError } from '../../errors.ts';
import { Status } from '../../kernels/kernel.ts';
import { showShape } from '../../shape.ts';
import { sync } from '../../tensor/read.ts';
import type { Matrices } from './matrices.ts';

/** Runs kernels and returns the first trouble they met, or null. What others met before is thrown before they run. */
export function watch(run: () => void): Trouble | null {
  sync();
  run();
  return trouble();
}

/** What a caller must hold to and may do instead, where a pivot is not as it must be. */
export interface PivotRule {
  readonly rule: string;
  readonly pivot: string;
  readonly remedy: string;
}

/** Throws SingularError that names matrix and pivot, or ConvergenceError; nothing where there was no trouble. */
export function refusePivot(op: string, met: Trouble | null, { batch, n, lead }: Matrices, told: PivotRule): void {
  if (met === null) return;
  if (met.code !== Status.pivot) {
    throw new ConvergenceError(op, 'the iteration converges', `${met.detail} sweeps`, 'report the matrix');
  }
  const [matrix, place] = [Math.floor(met.detail / n), met.detail % n];
  const which = batch === 1 ? '' : ` of matrix ${matrix} in a batch ${showShape(lead)}`;
  throw new SingularError(op, told.rule, `${told.pivot} at ${place}${which}`, told.remedy);
}
