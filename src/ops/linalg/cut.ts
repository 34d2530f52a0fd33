/** How many singular values are kept: at most `rank`, and few enough that what is left out weighs at most `eps`. */

import { RankError, ShapeError } from '../../errors.ts';
import { chop } from './chop.ts';

export interface Cut {
  /** At most so many; a whole number >= 1. */
  readonly rank?: number;
  /** The rest weighs at most eps times the norm of all, in the Frobenius norm. */
  readonly eps?: number;
}

/** Throws RankError for ranks that are not whole numbers >= 1 and for eps that is negative, infinite or NaN. */
export function checkCut(op: string, { rank, eps }: Cut): void {
  if (rank !== undefined && !(Number.isSafeInteger(rank) && rank >= 1)) {
    throw new RankError(op, 'a rank is a whole number >= 1', String(rank), 'round it');
  }
  if (eps !== undefined && !(eps >= 0 && eps < Number.POSITIVE_INFINITY)) {
    throw new RankError(op, 'eps is a relative error >= 0', String(eps), 'use a small number such as 1e-6');
  }
}

/** Throws ShapeError where one eps would ask for a rank of each matrix of a batch. */
export function checkOneCut(op: string, { eps }: Cut, batch: number): void {
  if (eps === undefined || batch === 1) return;
  throw new ShapeError(op, 'eps chooses the rank of one matrix', `a batch of ${batch}`, 'give a rank');
}

/** The number of values of S, descending, to keep: the smallest that satisfies eps, at most `rank`. */
export function cutOf(S: ArrayLike<number>, { rank, eps }: Cut): number {
  const most = Math.min(S.length, rank ?? S.length);
  if (eps === undefined || S.length === 0 || S[0] === 0) return eps === undefined ? most : Math.min(most, 1);
  const relative = Float64Array.from(S, (s) => s / S[0]!);
  let square = 0;
  for (let i = S.length - 1; i >= 0; i--) square += relative[i]! * relative[i]!;
  return Math.min(most, chop(relative, eps * Math.sqrt(square)));
}
