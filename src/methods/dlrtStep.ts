/**
 * A step of dynamical low-rank training: widen the bases by their gradients, move the cores and all other parameters, cut.
 * The second pass of a step gives the gradient of the widened cores; where one pass has to do, its corner is missing.
 */

import type { Params } from '../nn/module.ts';
import { clipScale, globalNorm } from '../optim/clip.ts';
import type { Optimizer, OptimizerState } from '../optim/optimizer.ts';
import type { Schedule } from '../optim/schedule.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { withLeaves } from '../tree.ts';
import { type CutOptions, cutAll } from './dlrtCutAll.ts';
import { type DlrtState, tellRanks, toldOf } from './dlrtRanks.ts';
import { basisPaths, type Place, placesOf } from './dlrtTree.ts';
import { withVelocity } from './dlrtVelocity.ts';
import { asTheyAre, type Widened, widen } from './dlrtWiden.ts';
import { finite } from './finite.ts';
import { decaysIn, trainedLeaves } from './leaves.ts';
import type { Batch, Step, Task } from './method.ts';

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

/** The step of a method with these rules. */
export function dlrtStep(
  rules: StepRules,
): (task: Task, params: Params, state: DlrtState, batch: Batch) => Step<DlrtState> {
  return (task, params, state, batch) => {
    const places = placesOf('dlrt', task.model, params, rules.keep);
    const { widens, cuts } = turnOf(rules, task, batch, places);
    const wide = widens ? widen(rules, task, params, state, places, batch) : asTheyAre(task, params, places, batch);
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

/** All leaves but bases, moved by the optimizer. */
function optimized(
  rules: StepRules,
  task: Task,
  { params, gradients, updates, change, velocities }: Widened,
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
  const before = velocities.reduce(
    (slots, { path, node, rooted, news }) => (news.size === 0 ? slots : withVelocity(slots, path, node, rooted, news)),
    optimizer.reshape(state.optimizer, leaves, change),
  );
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
