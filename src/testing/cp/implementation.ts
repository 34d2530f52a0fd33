/** CP decompositions of one's own, as the laws of rankwise/testing ask for them. */

import type { Real } from '../../dtype.ts';
import type { Dense } from '../dense.ts';
import { unitOf, wholeWith } from '../law.ts';
import type { Ask, Fitted, Gradients, Polyadic } from './laws.ts';

/**
 * An implementation of CP tensors T: factors [n_k, r] that hold the weights, in plain numbers. All functions are optional.
 */
export interface CpImpl<T> extends Partial<Omit<Polyadic<T>, 'unit' | 'decompose'>>, Partial<Omit<Gradients, 'unit'>> {
  /** Alternating least squares; what is asked for beyond the rank and the seed is named by the law. */
  readonly decompose?: (a: Dense, ask: Ask) => T;
  /** What decompose() found for its result: its relative error, that after each sweep, and what it warned of. */
  readonly error?: (x: T) => number;
  readonly history?: (x: T) => readonly number[];
  readonly warnings?: (x: T) => readonly string[];
}

/** The implementation as laws call it. */
export function wholeOf<T>(impl: CpImpl<T>, dtype: Real): Polyadic<T> & Gradients {
  const decompose = (a: Dense, ask: Ask): Fitted<T> => {
    const x = impl.decompose!(a, ask);
    const [history, warnings] = [impl.history?.(x) ?? [], impl.warnings?.(x) ?? []];
    return { x, error: impl.error?.(x) ?? Number.NaN, history, warnings };
  };
  return wholeWith<Polyadic<T> & Gradients>(impl, { unit: unitOf(dtype), decompose });
}
