/** Cuts of a network's ranks as transactions: what raises the loss of a probe is undone, and tried lower the next time. */

import { Factored, ranksOf, sizesOf } from '../formats/network.ts';
import { eachNode, withNodes } from '../formats/store.ts';
import { childPath, type Params } from '../nn/module.ts';
import { concat } from '../ops/concat.ts';
import type { Optimizer, RankChange } from '../optim/optimizer.ts';
import { stateKey } from '../optim/step.ts';
import { scope } from '../tensor/scope.ts';
import { entriesByBond } from './bayesBonds.ts';
import {
  type ByBond,
  type Deviations,
  deviationPath,
  deviationsOf,
  meansOf,
  type Place,
  placesOf,
  updatedVariances,
  withDeviations,
} from './bayesPosterior.ts';
import type { Prior } from './bayesPrior.ts';
import { cut, survivors } from './bayesPrune.ts';
import type { DescentState } from './descent.ts';
import { trainedLeaves } from './leaves.ts';
import type { Batch, Task, TrainEvent } from './method.ts';
import { withSites } from './sites.ts';
import { transact } from './transact.ts';

/** Files do not hold empty records: without low-rank weights nothing but descent's own state is there. */
export type BayesState = DescentState & {
  /** Prior variances of weights by bond. */
  readonly variances?: Readonly<Record<string, ByBond>>;
  /** Entries that each component governed at the first ranks. */
  readonly entries?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Thresholds of weights where a cut at the common one was undone. */
  readonly thresholds?: Readonly<Record<string, number>>;
};

export interface PruneRequest {
  readonly task: Task;
  readonly params: Params;
  readonly state: BayesState;
  readonly optimizer: Optimizer;
  readonly keep: readonly string[];
  readonly threshold: number;
  readonly tolerance: number;
  readonly prior: Prior;
}

interface Outcome {
  readonly params: Params;
  readonly state: BayesState;
  readonly events: readonly TrainEvent[];
}

/**
 * The variances that decide about a cut. Those of a posterior fall slowly where nothing is learned, since deviations
 * follow them; what the means alone would have tells such components apart by orders of magnitude.
 */
function decisive(prior: Prior, params: Params, state: BayesState, place: Place): ByBond {
  const { path, node } = place;
  if (deviationsOf(params, place) === undefined) return state.variances![stateKey(path)]!;
  return updatedVariances(prior, node, { entries: entriesByBond(node.net, sizesOf(node)), damping: 1 });
}

/** Examples that a cut is probed with. */
const PROBE = 1000;

/** Cuts weight by weight. Each whose cut is undone has a tenth of its threshold from then on. */
export function pruned(request: PruneRequest): Outcome {
  const { task, keep, threshold, tolerance, prior } = request;
  let now: Outcome = { params: request.params, state: request.state, events: [] };
  let batch: Batch | undefined;
  for (const place of placesOf(task.model, request.params, keep)) {
    const { path } = place;
    const name = stateKey(path);
    const at = now.state.thresholds?.[name] ?? threshold;
    const kept = survivors(decisive(prior, now.params, now.state, place), at);
    if (Object.keys(kept).length === 0) continue;
    batch ??= probeOf(task);
    const { params, state } = now;
    const change = (): Outcome => changed({ ...request, params, state }, path, kept, at);
    const result = transact({ task, batch, params, state, view: meansOf, change, tolerance });
    const events = result.events.map((event) => ({ ...event, path }));
    const thresholds = { ...state.thresholds, [name]: at / 10 };
    const left = result.isCommitted ? result.state : { ...result.state, thresholds };
    now = { params: result.params, state: left, events: [...now.events, ...events] };
  }
  return now;
}

/** The first training examples, as one batch. */
function probeOf(task: Task): Batch {
  const found: Batch[] = [];
  let count = 0;
  for (const batch of task.data()) {
    found.push(batch);
    count += batch.x.shape[0]!;
    if (count >= PROBE) break;
  }
  if (found.length === 1) return found[0]!;
  return { ...found[0]!, x: concat(found.map(({ x }) => x)), y: concat(found.map(({ y }) => y)) };
}

/** Parameters and state with a weight of lower ranks. */
function changed(
  { task, params, state, optimizer, keep }: PruneRequest,
  path: string,
  kept: Readonly<Record<string, readonly number[]>>,
  threshold: number,
): Outcome {
  const places = placesOf(task.model, params, keep);
  const place = places.find((one) => one.path === path)!;
  const name = stateKey(path);
  const cutHere = cut(
    { node: place.node, variances: state.variances![name]!, deviations: deviationsOf(params, place) },
    kept,
  );
  const means = withSites(meansOf(params), new Map([[path, cutHere.node]]));
  const next =
    cutHere.deviations === undefined
      ? means
      : withDeviations(means, deviationsWith(params, places, path, cutHere.deviations));
  const change: RankChange = new Map(
    Object.entries(cutHere.changes).flatMap(([part, axes]) => [
      [childPath(path, part), axes] as const,
      [deviationPath(path, part), axes] as const,
    ]),
  );
  const [from, to] = [ranksOf(place.node), ranksOf(cutHere.node)];
  const moves = Object.keys(kept).map((bond) => `${bond} from ${from[bond]} to ${to[bond]}`);
  const message = `${path}: ${moves.join(', ')}: variances of at most ${threshold}`;
  return {
    params: next,
    state: {
      ...state,
      variances: { ...state.variances, [name]: cutHere.variances },
      optimizer: optimizer.reshape(state.optimizer, trainedLeaves(task.model, next), change),
    },
    events: [{ kind: 'rank', message, path, from, to }],
  };
}

function deviationsWith(
  params: Params,
  places: readonly Place[],
  path: string,
  here: Deviations,
): Map<string, Deviations> {
  return new Map(places.map((place) => [place.path, place.path === path ? here : deviationsOf(params, place)!]));
}

/** The means without the components that the next cut would take. */
export function trimmed(params: Params, state: BayesState, threshold: number, prior: Prior): Params {
  return scope(() => {
    const nodes = new Map<string, Factored>();
    const means = meansOf(params);
    eachNode(means, (node, path) => {
      const variances = state.variances?.[stateKey(path)];
      if (!(node instanceof Factored) || variances === undefined) return;
      const at = state.thresholds?.[stateKey(path)] ?? threshold;
      const kept = survivors(decisive(prior, params, state, { path, node }), at);
      if (Object.keys(kept).length > 0) nodes.set(path, cut({ node, variances, deviations: undefined }, kept).node);
    });
    return nodes.size === 0 ? means : (withNodes(means, nodes) as Params);
  });
}
