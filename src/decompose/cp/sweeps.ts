/**
 * Alternating least squares: sweeps over the modes until the error stands (Kolda & Bader 2009, figure 3.3), with an
 * extrapolation between sweeps if asked for (Bro 1998, "Multi-way analysis in the food industry", section 4.4).
 */

import { pow } from '../../math.ts';
import { maximum } from '../../ops/binary.ts';
import { sumSquares } from '../../ops/reduce.ts';
import { item } from '../../tensor/read.ts';
import { dispose, scope } from '../../tensor/scope.ts';
import { type Components, componentsOf, onLine } from './components.ts';
import type { Problem, Swept } from './problem.ts';
import type { Step } from '../leastSquares.ts';

export interface SweepOptions {
  /** Most sweeps. */
  readonly sweeps: number;
  /** Ends after a sweep that changes the relative error by less. */
  readonly stop: number;
  /** The step of a sweep that begins with a given |X - Y|. */
  readonly stepAt: (error: number) => Step;
  readonly ridge: number;
  readonly lineSearch: boolean;
  readonly nonnegative: boolean;
  /** Hears the relative error after each sweep; may throw. */
  readonly heard: (error: number) => void;
}

export interface Fit {
  readonly components: Components;
  /** Relative errors after each sweep. */
  readonly history: number[];
  readonly converged: boolean;
}

/** The rounding unit of a dtype. */
export const units = { f32: 5.9604644775390625e-8, f64: 1.1102230246251565e-16 } as const;

/** |X - Y| / |X| after a sweep: by the expansion where that is good to all digits that matter, else directly. */
export function errorAfter(problem: Problem, { components, squared }: Swept): number {
  if (squared === null) return problem.residual(components) / problem.norm;
  // Components that cancel make the terms of the expansion greater than |X|^2, and so their rounding.
  const magnitude = problem.norm * problem.norm + scope(() => item(sumSquares(components.weights)));
  const trusted = squared > magnitude * pow(units[problem.dtype], 2 / 7);
  return (trusted ? Math.sqrt(squared) : problem.residual(components)) / problem.norm;
}

/** Fits components from a start, which it frees. */
export function fit(problem: Problem, start: Components, options: SweepOptions): Fit {
  const { sweeps, stop, stepAt, heard } = options;
  const history: number[] = [];
  let before: Components | null = null;
  let now = start;
  let error = Number.POSITIVE_INFINITY;
  const ahead = options.lineSearch ? extrapolation(problem, options) : null;
  for (let sweep = 1; sweep <= sweeps; sweep++) {
    const swept = scope(() => problem.sweep(now, stepAt(error * problem.norm)));
    if (before !== null) dispose(before);
    before = ahead === null ? null : now;
    if (ahead === null) dispose(now);
    now = swept.components;
    let next = errorAfter(problem, swept);
    const standing = Math.abs(error - next) < stop || next <= 8 * units[problem.dtype];
    const leap = standing || before === null ? null : (ahead?.(before, now, next, sweep) ?? null);
    if (leap !== null) {
      dispose(before);
      before = now;
      now = leap.components;
      next = leap.error;
    }
    error = next;
    history.push(error);
    heard(error);
    if (standing) return { components: now, history, converged: true };
  }
  return { components: now, history, converged: false };
}

type Leap = (
  from: Components,
  to: Components,
  error: number,
  sweep: number,
) => { components: Components; error: number } | null;

/** Sweeps before the first leap: the first ones change direction. */
const CALM = 4;

/**
 * Goes on along the line of the last sweep to sweep^(1 / root), where the objective falls there; after a failure less
 * far.
 */
function extrapolation(problem: Problem, { ridge, nonnegative }: SweepOptions): Leap {
  let root = 3;
  const objective = (x: Components, error: number): number => {
    const size = error * problem.norm;
    return size * size + ridge * problem.known * item(sumSquares(x.weights));
  };
  return (from, to, error, sweep) => {
    if (sweep < CALM) return null;
    const components = scope(() => {
      const factors = onLine(from, to, pow(sweep, 1 / root));
      return componentsOf(nonnegative ? factors.map((a) => maximum(a, 0)) : factors, problem.dtype);
    });
    const reached = problem.residual(components) / problem.norm;
    const better = scope(() => objective(components, reached) < objective(to, error));
    if (better) return { components, error: reached };
    root++;
    dispose(components);
    return null;
  };
}
