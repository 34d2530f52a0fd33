/** The weights of LRPET: which there are, their ranks, the batch norms behind them, and their projections. */

import type { Layout } from '../formats/format.ts';
import type { RankRequest } from '../formats/rank.ts';
import type { Params } from '../nn/module.ts';
import { stateKey } from '../optim/step.ts';
import { leftFor, type Ranks, shareOut } from './lrpetBudget.ts';
import { type Projected, project, type Rectifier, rectifierOf } from './lrpetProject.ts';
import type { Task, TrainEvent } from './method.ts';
import { normsAfter } from './normAfter.ts';
import { type Plan, type Planned, planned, ranksWithout } from './plan.ts';
import type { Target } from './settings.ts';
import type { Site } from './sites.ts';

export interface LrpetWeights {
  /** The form of the split, and its ranks. */
  readonly target: Target;
  /** The share of each greatest rank that goes: r = floor(n - n ratio). Default: the target's ranks. */
  readonly ratio?: number;
  /** Other ratios (below 1) or ranks (from 1) by layer. */
  readonly layers?: ReadonlyMap<string, number>;
  /** Stored parameters of the whole network: ranks are shared out at the first projection. For two factors only. */
  readonly budget?: number;
  /** Transfer the energy of what goes to what stays; default true. */
  readonly transfer?: boolean;
  /** Project weights as the batch norm behind them scales them; default true. */
  readonly rectify?: boolean;
}

/** Weights and their ranks; by a budget, those that were shared out, or 1 before. */
export function planOf(
  { target, ratio, layers, budget }: LrpetWeights,
  task: Task,
  params: Params,
  ranks: Ranks = {},
): Plan {
  const asked = ({ path, layer, nodePath }: Site, layout: Layout): RankRequest | undefined => {
    if (budget) return ranks[stateKey(nodePath)] || 1;
    const given = layers?.get(path) ?? layers?.get(layer);
    if (given !== undefined && given >= 1) return given;
    const cut = given ?? ratio;
    return cut === undefined ? undefined : ranksWithout(layout, cut);
  };
  const { weights, left } = planned(task.model, params, target, asked);
  return { weights: weights.filter(({ site }) => ranks[stateKey(site.nodePath)] !== 0), left };
}

/** The batch norms behind weights, as factors on their outputs. */
function rectifiersOf(
  { rectify = true }: LrpetWeights,
  task: Task,
  params: Params,
  weights: readonly Planned[],
): (Rectifier | undefined)[] {
  const norms = rectify ? normsAfter(task.model) : new Map<string, string>();
  return weights.map((weight) => {
    const norm = norms.get(weight.site.layer);
    return norm === undefined ? undefined : rectifierOf(weight, params, norm);
  });
}

export type Pair = readonly [Planned, Projected];

/**
 * All weights projected, and the ranks that a budget was shared out in, which are found the first time. `always` projects
 * those that are close to 0, too.
 */
export function allProjected(
  options: LrpetWeights,
  task: Task,
  params: Params,
  known: Ranks | undefined,
  always = false,
): { pairs: Pair[]; ranks: Ranks | undefined; events: TrainEvent[] } {
  const { budget = 0, transfer = true } = options;
  const ranks = budget > 0 && known === undefined ? sharedOut(options, task, params, budget) : known;
  const { weights } = planOf(options, task, params, ranks);
  const rectifiers = rectifiersOf(options, task, params, weights);
  const pairs = weights.flatMap((weight, k): Pair[] => {
    const found = project(weight, { transfer, rectifier: rectifiers[k], always });
    return found === null ? [] : [[weight, found]];
  });
  return { pairs, ranks, events: ranks === known ? [] : Object.entries(ranks!).map(sharedEvent) };
}

function sharedOut(options: LrpetWeights, task: Task, params: Params, budget: number): Ranks {
  const { weights } = planOf(options, task, params);
  const rectifiers = rectifiersOf(options, task, params, weights);
  return shareOut(weights, rectifiers, leftFor(task, params, weights, budget));
}

function sharedEvent([key, rank]: [string, number]): TrainEvent {
  const path = key.replaceAll('/', '.');
  const message = `${path} ${rank === 0 ? 'stays dense' : `gets rank ${rank}`} within the budget`;
  return { kind: 'rank', path, message, ...(rank === 0 ? {} : { to: { r: rank } }) };
}

/** The relative error of all projections together. */
export function errorOf(pairs: readonly Pair[]): number {
  const total = (pick: (x: Projected) => number): number => pairs.reduce((n, [, x]) => n + pick(x), 0);
  const energy = total((x) => x.energy);
  return energy === 0 ? 0 : Math.sqrt(total((x) => x.lost) / energy);
}
