/** What alternating least squares asks of the data: the normal equations of one factor after the other, and the error. */

import { mul } from '../../ops/binary.ts';
import { cast } from '../../ops/cast.ts';
import type { Real } from '../../dtype.ts';
import type { Shape } from '../../shape.ts';
import { scope } from '../../tensor/scope.ts';
import { type Components, withFactor } from './components.ts';
import { type Step, squaredError, type System } from '../leastSquares.ts';

/** A sweep's result. */
export interface Swept {
  readonly components: Components;
  /** |X - Y|^2 by the expansion, which cancels where the fit is good; null where the data has none. */
  readonly squared: number | null;
}

export interface Problem {
  readonly shape: Shape;
  readonly dtype: Real;
  /** |X| over the known entries. */
  readonly norm: number;
  /** The share of entries that are known. */
  readonly known: number;
  /** Replaces each factor once, in the order of the modes. */
  sweep(start: Components, step: Step): Swept;
  /** |X - Y| over the known entries, from the differences themselves. */
  residual(x: Components): number;
}

/** The components after a step in one mode; with `normSquared`, the squared error by the expansion. */
export function stepped(x: Components, mode: number, system: System, step: Step, normSquared?: number): Swept {
  return scope(() => {
    const a = step(mul(cast(x.factors[mode]!, 'f64'), x.weights), system);
    const squared = normSquared === undefined ? null : squaredError(normSquared, a, system);
    return { components: withFactor(x, mode, a), squared };
  });
}
