/** Tucker decompositions of one's own, as the laws of rankwise/testing ask for them. */

import type { Real } from '../../dtype.ts';
import type { Factored } from '../../formats/network.ts';
import type { Dense } from '../dense.ts';
import { unitOf, wholeWith } from '../law.ts';
import type { Conversions, TuckerCut, TuckerParts, Tuckers } from './laws.ts';

type By = (a: Dense, cut: Omit<TuckerCut, 'method'>) => TuckerParts;

/**
 * Decompositions of dense tensors to a core and factors [n_k, r_k] in plain numbers, and conversions between low-rank
 * tensors T of any format. All functions are optional.
 */
export interface TuckerImpl<T = unknown> {
  /** Higher-order SVD: the leading left singular vectors of every unfolding. */
  readonly hosvd?: By;
  /** Sequentially truncated: each mode is cut before the next is looked at. */
  readonly sthosvd?: By;
  /** Higher-order orthogonal iteration from the HOSVD; its `history` begins with the error of that. */
  readonly hooi?: By;
  /** a with every fibre of a mode multiplied by u [m, n]. */
  readonly modeProduct?: (a: Dense, u: Dense, mode: number) => Dense;
  /** One of rankwise's tensors in the implementation's own form. */
  readonly from?: (x: Factored) => T;
  readonly full?: (x: T) => Dense;
  /** The same tensor as 'tucker' or 'tt'. */
  readonly convert?: (x: T, format: string) => T;
}

/** What laws call. */
export type Everything = Tuckers & Conversions<unknown> & { from(x: Factored): unknown };

/** The implementation as laws call it. */
export function wholeOf(impl: TuckerImpl, dtype: Real): Everything {
  const decompose = (a: Dense, { method, ...cut }: TuckerCut): TuckerParts => impl[method]!(a, cut);
  return wholeWith<Everything>(impl, { unit: unitOf(dtype), decompose });
}
