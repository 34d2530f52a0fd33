/**
 * The cut of all weights after a step, as a transaction. The truncation error is within tau by construction; where a rank
 * falls below what it was before the bases were widened, the loss of a few examples is compared before and after, and where that grows
 * too much, no rank falls in this step: the cut is made at the ranks before.
 */

import { ranksOf } from '../formats/network.ts';
import type { Params } from '../nn/module.ts';
import { slice } from '../ops/slice.ts';
import type { AxisChange, Optimizer } from '../optim/optimizer.ts';
import { stateKey } from '../optim/step.ts';
import { type CutRules, cut, isMatrix, type Ranks, ranksWithin, type Spectrum, spectraAt } from './dlrtCut.ts';
import type { DlrtState, Told } from './dlrtRanks.ts';
import { type Place, placesOf } from './dlrtTree.ts';
import { velocityAfter } from './dlrtVelocity.ts';
import { trainedLeaves } from './leaves.ts';
import type { Batch, Task, TrainEvent } from './method.ts';
import { withSites } from './sites.ts';
import { transact } from './transact.ts';

export interface CutOptions extends Pick<CutRules, 'tau' | 'absolute'> {
  readonly optimizer: Optimizer;
  readonly minRank: number;
  readonly maxRank: number;
  readonly adaptive: boolean;
  /** That of the optimizer, where bases are to have a velocity; else 0. */
  readonly momentum: number;
  readonly probe: number;
  readonly tolerance: number;
  readonly keep: readonly string[];
}

export interface CutRequest {
  readonly rules: CutOptions;
  readonly task: Task;
  readonly batch: Batch;
  /** Ranks before bases were widened. */
  readonly before: Told;
  readonly params: Params;
  readonly state: DlrtState;
}

export interface CutDone {
  readonly params: Params;
  readonly state: DlrtState;
  readonly events: readonly TrainEvent[];
}

/** A weight on its way to new ranks. */
interface Proposal extends Place {
  readonly spectra: ReadonlyMap<string, Spectrum>;
  readonly before: Ranks;
  readonly ranks: Ranks;
}

/** Truncates all weights; state of the optimizer goes with the bases. */
export function cutAll(request: CutRequest): CutDone {
  const { rules, task, batch, before, params, state } = request;
  const proposals = placesOf('dlrt', task.model, params, rules.keep).map((place): Proposal => {
    const spectra = spectraAt(place.node, place.rooted);
    const old = before[stateKey(place.path)] ?? ranksOf(place.node);
    return { ...place, spectra, before: old, ranks: ranksFor(rules, place, spectra, old) };
  });
  const falls = proposals.some(({ before: old, ranks }) =>
    Object.keys(ranks).some((bond) => ranks[bond]! < old[bond]!),
  );
  const change = (which: readonly Proposal[]): CutDone => ({ ...changed(request, which), events: [] });
  if (!falls || rules.probe === 0) return change(proposals);
  const done = transact({
    task,
    batch: firstOf(batch, rules.probe),
    params,
    state,
    change: () => change(proposals),
    tolerance: rules.tolerance,
  });
  if (done.isCommitted) return done;
  const kept = proposals.map((proposal) => ({ ...proposal, ranks: atLeast(proposal) }));
  return { ...change(kept), events: done.events };
}

function ranksFor(rules: CutOptions, place: Place, spectra: Proposal['spectra'], before: Ranks): Ranks {
  const { tau, absolute, minRank, maxRank, adaptive } = rules;
  const cuts = spectra.size - (isMatrix(place.node, place.rooted.center) ? 1 : 0);
  return ranksWithin(spectra, cuts, {
    tau,
    absolute,
    least: (bond) => (adaptive ? Math.min(minRank, place.rooted.bounds[bond]!) : before[bond]!),
    most: (bond) => (adaptive ? maxRank || Number.POSITIVE_INFINITY : before[bond]!),
  });
}

/** The ranks of a proposal, but none below what it was. */
function atLeast({ spectra, before, ranks }: Proposal): Ranks {
  return Object.fromEntries(
    Object.entries(ranks).map(([bond, r]) => [
      bond,
      Math.min(spectra.get(bond)!.values.length, Math.max(r, before[bond]!)),
    ]),
  );
}

function firstOf({ x, y, ...rest }: Batch, count: number): Batch {
  const most: [number, number] = [0, Math.min(count, x.shape[0]!)];
  return { ...rest, x: slice(x, [most]), y: slice(y, [most]) };
}

function changed({ rules, task, params, state }: CutRequest, proposals: readonly Proposal[]): Omit<CutDone, 'events'> {
  const cuts = proposals.map(({ path, node, rooted, spectra, ranks }) => {
    const center = `${path}.${rooted.center}`;
    const done = cut(node, rooted, spectra, ranks);
    const average = rules.momentum > 0 ? state.optimizer[stateKey(center)]?.slots?.momentum : undefined;
    const velocity = average === undefined ? {} : velocityAfter(node, done, rooted, average);
    return { path, center, velocity, ...done };
  });
  const next = withSites(params, new Map(cuts.map(({ path, node }) => [path, node])));
  const moves = new Map<string, readonly AxisChange[]>(cuts.map(({ center, change }) => [center, change]));
  const leaves = trainedLeaves(task.model, next);
  const held = new Map([...leaves].filter(([path]) => stateKey(path) in state.optimizer));
  const optimizer = rules.optimizer.reshape(state.optimizer, held, moves);
  if (rules.momentum === 0) return { params: next, state: { ...state, optimizer } };
  const velocity = Object.fromEntries(cuts.map(({ path, velocity: own }) => [stateKey(path), own]));
  return { params: next, state: { ...state, optimizer, velocity } };
}
