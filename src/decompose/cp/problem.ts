/**
 * What alternating least squares asks of the data: the normal equations of one factor after the other, and the error.
 */

import type { Real } from '../../dtype.ts';
import { mul } from '../../ops/binary.ts';
import { cast } from '../../ops/cast.ts';
import type { Shape } from '../../shape.ts';
import { scope } from '../../tensor/scope.ts';
import { mapBlocks, rowsOf } from '../blocks.ts';
import { fitted, type Step, type System } from '../leastSquares.ts';
import { type Components, withFactor } from './components.ts';

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

/** The normal equations of some rows of a factor, which are independent of the others. */
export type SystemOf = (from: number, to: number) => System;

/**
 * The components after a step in one mode, a block of rows at a time; with |X|^2 also |X - Y|^2 by the expansion, else
 * null.
 */
export function stepped(
  x: Components,
  mode: number,
  systemOf: SystemOf,
  step: Step,
  normSquared: number | null = null,
): Swept {
  return scope(() => {
    const old = x.factors[mode]!;
    const [n, r] = old.shape as [number, number];
    let squared = normSquared;
    const a = mapBlocks(n, r * r, (from, to) => {
      const system = systemOf(from, to);
      const rows = step(mul(cast(rowsOf(old, from, to), 'f64'), x.weights), system);
      if (squared !== null) squared -= fitted(rows, system);
      return cast(rows, old.dtype);
    });
    return { components: withFactor(x, mode, a), squared };
  });
}
