/** Tensor trains of one's own, as the laws of rankwise/testing ask for them. */

import type { Real } from '../../dtype.ts';
import type { Dense } from '../dense.ts';
import { unitOf, wholeWith } from '../law.ts';
import type { MoreTrains } from './arithmetic.ts';
import type { Cut, Trains } from './laws.ts';
import type { TrainMatrices } from './matrices.ts';

type Arithmetic<T> = Omit<MoreTrains<T>, 'unit' | 'decompose'>;
type Operators<T, M> = Omit<TrainMatrices<T, M>, keyof Trains<T>>;

/**
 * An implementation of trains T, and of TT-matrices M. Dense tensors and cores go in and out as plain numbers, cores as
 * [r, n, s] with outermost ranks 1, those of matrices as [r, m, n, s]. All functions are optional.
 */
export interface TrainImpl<T, M = unknown> extends Partial<Arithmetic<T>>, Partial<Operators<T, M>> {
  /** The train of a tensor: within `eps` of it relative to its norm, or with at most the ranks given. */
  readonly decompose?: (a: Dense, cut: Cut) => T;
  /** The relative error that decompose() found for its result. */
  readonly error?: (x: T) => number;
}

/** The implementation as laws call it. */
export function wholeOf<T, M>(impl: TrainImpl<T, M>, dtype: Real): MoreTrains<T> & TrainMatrices<T, M> {
  const decompose = (a: Dense, cut: Cut): { x: T; error: number } => {
    const x = impl.decompose!(a, cut);
    return { x, error: impl.error?.(x) ?? Number.NaN };
  };
  return wholeWith<MoreTrains<T> & TrainMatrices<T, M>>(impl, { unit: unitOf(dtype), decompose });
}
