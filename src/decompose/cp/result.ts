/** The tensor that a fit has found, with its report. */

import { cp } from '../../formats/cp.ts';
import type { Layout } from '../../formats/format.ts';
import { RankError } from '../../errors.ts';
import { Factored } from '../../formats/network.ts';
import { timesPowerOfTwo } from '../../ops/linalg/scale.ts';
import { ones, zeros } from '../../tensor/create.ts';
import { dataSync } from '../../tensor/read.ts';
import { dispose } from '../../tensor/scope.ts';
import { Decomposed, type Report } from '../decomposed.ts';
import { rankCaps } from '../modes.ts';
import type { Best } from './attempts.ts';
import { canonical, namedParts, shared } from './canonical.ts';
import type { Components } from './components.ts';
import type { CpOptions } from './options.ts';
import type { Problem } from './problem.ts';
import { degeneracies } from './warnings.ts';

/**
 * The first rank to fit, and the last: that asked for, or that of a given start; with eps from 1, or from that of the
 * start, to the greatest. Throws RankError.
 */
export function ranksOf(layout: Layout, { rank, eps, init }: CpOptions): { first: number; last: number } {
  const most = rankCaps(cp, layout, rank).r!;
  if (!(init instanceof Factored && init.format === cp.name))
    return { first: eps === undefined ? most : 1, last: most };
  const own = Object.values(init.parts)[0]!.shape[1]!;
  if (eps === undefined && rank !== undefined && own !== rank && own !== most) {
    throw new RankError('cp', 'init has the rank asked for', `${own} for rank ${most}`, 'change one of them');
  }
  return { first: own, last: eps === undefined ? own : Math.max(own, most) };
}

/** The zero tensor of a layout. */
export function zeroTensor({ shape, dtype }: Problem, layout: Layout): Decomposed {
  const parts = shape.map((n) => zeros([n, 1], dtype));
  return new Decomposed(new Factored(cp.name, layout.net, layout.axes, namedParts(parts)), { error: 0 });
}

/**
 * The best fit in canonical order, weights shared evenly, times 2^exponent. Its error is measured on these very
 * factors; `more` adds to the report what they show besides.
 */
export function packed(
  problem: Problem,
  layout: Layout,
  exponent: number,
  { components, history, converged, errors }: Best,
  options: CpOptions,
  more: (x: Components) => Partial<Report> = () => ({}),
): Decomposed {
  const warnings = degeneracies(components, problem.norm);
  const { weights, factors } = canonical(components.factors, dataSync(components.weights));
  dispose(components);
  const even = shared(factors, dataSync(weights));
  dispose(factors);
  const rank = weights.shape[0]!;
  const plain: Components = { factors: even, weights: ones([rank], 'f64'), grams: [] };
  if (options.eps !== undefined && !converged) warnings.push(`rank ${rank} does not come within eps ${options.eps}`);
  const also = more(plain);
  const last = even.length - 1;
  const parts = even.map((part, k) => (k === last ? timesPowerOfTwo(part, exponent) : part));
  return new Decomposed(new Factored(cp.name, layout.net, layout.axes, namedParts(parts)), {
    error: problem.residual(plain) / problem.norm,
    history,
    converged,
    ...(errors.length > 1 ? { restarts: errors } : {}),
    ...also,
    warnings: [...warnings, ...(also.warnings ?? [])],
  });
}
