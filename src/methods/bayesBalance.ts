/**
 * Giving the parts of a weight equal root mean squares, by factors whose product is 1: the full tensor stays as it is.
 * Priors of single parts see scales that the full tensor does not determine. Left alone, the large parts of a train
 * shrink and the small ones grow without end, so that all components of one bond fall below a threshold, and none of
 * another.
 */

import { Factored } from '../formats/network.ts';
import { exp, log } from '../math.ts';
import type { Params } from '../nn/module.ts';
import { childPath } from '../nn/module.ts';
import { add, mul } from '../ops/binary.ts';
import { sumSquares } from '../ops/reduce.ts';
import type { AxisChange, Optimizer } from '../optim/optimizer.ts';
import { stateKey } from '../optim/step.ts';
import { eye } from '../tensor/create.ts';
import { item } from '../tensor/read.ts';
import type { Tensor } from '../tensor/tensor.ts';
import {
  type ByBond,
  type Deviations,
  deviationsOf,
  meansOf,
  type Place,
  placesOf,
  withDeviations,
} from './bayesPosterior.ts';
import type { BayesState } from './bayesRanks.ts';
import { trainedLeaves } from './leaves.ts';
import type { Task } from './method.ts';
import { withSites } from './sites.ts';

/** What each part is to be multiplied with; undefined where a part is zero. Host reads. */
export function balance(node: Factored): Record<string, number> | undefined {
  const logs = Object.entries(node.parts).map(([part, x]) => [part, log(item(sumSquares(x)) / x.size) / 2] as const);
  const mean = logs.reduce((total, [, x]) => total + x, 0) / logs.length;
  if (!Number.isFinite(mean)) return undefined;
  return Object.fromEntries(logs.map(([part, x]) => [part, exp(mean - x)]));
}

/**
 * Parameters and state with balanced weights, whose variances are found anew. Averages of gradients are divided by the
 * factors, since the gradients are.
 */
export function balanced<S extends BayesState>(
  task: Task,
  { params, state }: { readonly params: Params; readonly state: S },
  optimizer: Optimizer,
  keep: readonly string[],
  variancesOf: (params: Params, place: Place) => ByBond,
): { readonly params: Params; readonly state: S } {
  const nodes = new Map<string, Factored>();
  const deviations = new Map<string, Deviations>();
  const change = new Map<string, readonly AxisChange[]>();
  for (const place of placesOf(task.model, params, keep)) {
    const { path, node } = place;
    const factors = balance(node);
    const before = deviationsOf(params, place);
    if (before !== undefined) deviations.set(path, before);
    if (factors === undefined) continue;
    const parts = Object.entries(node.parts).map(([part, x]) => [part, mul(x, factors[part]!)] as const);
    nodes.set(path, new Factored(node.format, node.net, node.axes, Object.fromEntries(parts)));
    if (before !== undefined) deviations.set(path, moved(before, factors));
    for (const [part, x] of Object.entries(node.parts))
      change.set(childPath(path, part), [scaling(x, 1 / factors[part]!)]);
  }
  const means = withSites(meansOf(params), nodes);
  const next = deviations.size === 0 ? means : withDeviations(means, deviations);
  const variances = placesOf(task.model, next, keep).map((place) => [stateKey(place.path), variancesOf(next, place)]);
  const moments = optimizer.reshape(state.optimizer, trainedLeaves(task.model, next), change);
  return { params: next, state: { ...state, variances: Object.fromEntries(variances), optimizer: moments } };
}

/** Logarithms of deviations of parts that were multiplied. */
function moved(deviations: Deviations, factors: Readonly<Record<string, number>>): Deviations {
  return Object.fromEntries(Object.entries(deviations).map(([part, rho]) => [part, add(rho, log(factors[part]!))]));
}

/** A change of a part by one factor, along its shortest axis. */
function scaling({ shape, dtype }: Tensor, factor: number): AxisChange {
  const n = Math.min(...shape);
  return { axis: shape.indexOf(n), from: n, to: n, matrix: mul(eye(n, dtype), factor) };
}
