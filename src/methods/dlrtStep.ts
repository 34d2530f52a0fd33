/**
 * A step of dynamical low-rank training: widen the bases by their gradients, move the cores and all other parameters, cut.
 * The second pass of a step gives the gradient of the widened cores; where one pass has to do, its corner is missing.
 */

import type { Params } from '../nn/module.ts';
import { clipScale, globalNorm } from '../optim/clip.ts';
import type { AxisChange, Leaves, Optimizer, OptimizerState, RankChange } from '../optim/optimizer.ts';
import type { Schedule } from '../optim/schedule.ts';
import { eye, zeros } from '../tensor/create.ts';
import { concat } from '../ops/concat.ts';
import type { Real } from '../dtype.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { withLeaves } from '../tree.ts';
import { gradientsOf } from './descent.ts';
import { type Augmented, augmented } from './dlrtAugment.ts';
import { cutAll, type CutOptions } from './dlrtCutAll.ts';
import { type DlrtState, tellRanks, toldOf } from './dlrtRanks.ts';
import { centerGradient, tangentDirections } from './dlrtTangent.ts';
import { basisPaths, movingPaths, type Place, placesOf } from './dlrtTree.ts';
import { finite } from './finite.ts';
import { decaysIn, trainedLeaves } from './leaves.ts';
import type { Batch, Step, Task } from './method.ts';
import { withSites } from './sites.ts';

export interface StepRules extends CutOptions {
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  readonly schedule: Schedule;
  readonly clip?: number;
  readonly oneStep: boolean;
  readonly every: number;
  readonly finetune: number;
  readonly keep: readonly string[];
}

type Gradients = ReturnType<typeof gradientsOf>;

/** Weights with wider bonds, gradients of all that the optimizer moves there, and the bonds of centers that are new. */
interface Widened extends Gradients {
  readonly params: Params;
  readonly places: readonly Place[];
  readonly change: RankChange;
}

/** The step of a method with these rules. */
export function dlrtStep(
  rules: StepRules,
): (task: Task, params: Params, state: DlrtState, batch: Batch) => Step<DlrtState> {
  return (task, params, state, batch) => {
    const places = placesOf('dlrt', task.model, params, rules.keep);
    const { widens, cuts } = turnOf(rules, task, batch, places);
    const wide = widens ? widen(rules, task, params, places, batch) : asTheyAre(task, params, places, batch);
    const { optimizer, metrics, ...moved } = optimized(rules, task, wide, state, batch, basisPaths(places));
    const before = widens ? toldOf(places) : (state.before ?? {});
    const done = { params: moved.params, state: { ...state, optimizer, before } };
    if (!cuts) return { ...done, loss: wide.loss, metrics, events: [] };
    const cut = cutAll({ rules, task, batch, before, ...done });
    const now = placesOf('dlrt', task.model, cut.params, rules.keep);
    const { told, events } = tellRanks(now, state.told ?? {}, false);
    return {
      params: cut.params,
      state: { ...cut.state, told },
      loss: wide.loss,
      metrics: { ...metrics, parameters: countOf(task, cut.params) },
      events: [...cut.events, ...events],
    };
  };
}

/**
 * Whether a step begins by widening bases, and ends by a cut. Between the two, cores train in the wider bases. Each epoch
 * begins with narrow ones, so that what is measured and saved there is small.
 */
function turnOf(
  { every, finetune }: StepRules,
  { totalSteps, stepsPerEpoch }: Task,
  { step, epoch }: Batch,
  places: readonly Place[],
): { widens: boolean; cuts: boolean } {
  const isTuned = epoch >= Math.ceil(totalSteps / stepsPerEpoch) - finetune;
  if (isTuned || places.length === 0) return { widens: false, cuts: false };
  const at = step % stepsPerEpoch;
  const isLast = at + 1 === stepsPerEpoch || step + 1 === totalSteps;
  return { widens: at % every === 0, cuts: isLast || (at + 1) % every === 0 };
}

function countOf({ model }: Task, params: Params): number {
  return [...trainedLeaves(model, params).values()].reduce((n, { size }) => n + size, 0);
}

function asTheyAre(task: Task, params: Params, places: readonly Place[], batch: Batch): Widened {
  const bases = basisPaths(places);
  const found = gradientsOf(task, params, batch, { trains: (path) => !bases.has(path) });
  return { ...found, params, places, change: new Map() };
}

function widen(rules: StepRules, task: Task, params: Params, places: readonly Place[], batch: Batch): Widened {
  const bases = basisPaths(places);
  const moving = movingPaths(places);
  const { oneStep } = rules;
  const first =
    moving.size === 0 && !oneStep
      ? new Map<string, Tensor>()
      : gradientsOf(task, params, batch, { trains: (path) => moving.has(path) || (oneStep && !bases.has(path)) });
  const gradients: Leaves = first instanceof Map ? first : first.gradients;
  const wide = places.map((place): Place & Augmented => {
    const { path, node, rooted } = place;
    const names = rooted.bases.map(({ part }) => part).filter((part) => gradients.has(`${path}.${part}`));
    const own = Object.fromEntries(names.map((part) => [part, gradients.get(`${path}.${part}`)!]));
    return { ...place, ...augmented(node, rooted, oneStep ? tangentDirections(node, rooted, own) : own) };
  });
  const nodes = new Map(wide.map(({ path, node }) => [path, node]));
  const lifted = { params: withSites(params, nodes), places: wide, change: new Map(wide.map(liftOf)) };
  if (!oneStep)
    return { ...gradientsOf(task, lifted.params, batch, { trains: (path) => !bases.has(path) }), ...lifted };
  const all = new Map([...gradients].filter(([path]) => !bases.has(path)));
  places.forEach(({ path, node, rooted }, k) => {
    const center = `${path}.${rooted.center}`;
    all.set(center, centerGradient(node, rooted, gradients.get(center)!, wide[k]!.news));
  });
  return { ...(first as Gradients), gradients: all, ...lifted };
}

/** How the axes of a center have become longer: by zeros. */
function liftOf({ path, node, rooted, news }: Place & Augmented): [string, readonly AxisChange[]] {
  const { center, tree } = rooted;
  const x = node.parts[center]!;
  const changes = tree.get(center)!.flatMap(({ bond }): AxisChange[] => {
    if (!news.has(bond)) return [];
    const axis = node.net.parts[center]!.indexOf(bond);
    const [k, from] = news.get(bond)!.shape as [number, number];
    const dtype = x.dtype as Real;
    return [{ axis, from, to: from + k, matrix: concat([eye(from, dtype), zeros([from, k], dtype)], 1) }];
  });
  return [`${path}.${center}`, changes];
}

/** All leaves but bases, moved by the optimizer. */
function optimized(
  rules: StepRules,
  task: Task,
  { params, gradients, updates, change }: Widened,
  state: DlrtState,
  batch: Batch,
  bases: ReadonlySet<string>,
): { params: Params; optimizer: OptimizerState; metrics: Record<string, number> } {
  const { optimizer, learningRate, schedule, clip } = rules;
  const { step, rate: scale = 1 } = batch;
  const norm = clip === undefined ? undefined : finite('gradient norm', globalNorm(gradients), step);
  const progress = { step, totalSteps: task.totalSteps, stepsPerEpoch: task.stepsPerEpoch };
  const rate = learningRate * schedule(progress) * state.plateau.scale * scale;
  const leaves = new Map([...trainedLeaves(task.model, params)].filter(([path]) => !bases.has(path)));
  const before = optimizer.reshape(state.optimizer, leaves, change);
  const moved = optimizer.update(leaves, gradients, before, {
    learningRate: rate,
    gradientScale: norm === undefined ? 1 : clipScale(norm, clip!),
    decays: decaysIn(task.model),
    donate: true,
  });
  return {
    params: withLeaves<Tensor, Params>(params, new Map([...moved.leaves, ...updates])),
    optimizer: moved.state,
    metrics: { learningRate: rate, ...(norm === undefined ? {} : { gradientNorm: norm }) },
  };
}
