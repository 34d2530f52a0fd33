/**
 * A step of dynamical low-rank training: widen the bases by their gradients, move the cores and all other parameters, cut.
 * The second pass of a step gives the gradient of the widened cores; where one pass has to do, its corner is missing.
 */

import type { Real } from '../dtype.ts';
import type { Parts } from '../formats/centered.ts';
import type { Params } from '../nn/module.ts';
import { add, mul } from '../ops/binary.ts';
import { concat } from '../ops/concat.ts';
import { clipScale, globalNorm } from '../optim/clip.ts';
import type { AxisChange, Leaves, Optimizer, OptimizerState, RankChange } from '../optim/optimizer.ts';
import type { Schedule } from '../optim/schedule.ts';
import { stateKey } from '../optim/step.ts';
import { eye, zeros } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { withLeaves } from '../tree.ts';
import { gradientsOf } from './descent.ts';
import { type Augmented, augmented } from './dlrtAugment.ts';
import { spectraAt } from './dlrtCut.ts';
import { type CutOptions, cutAll } from './dlrtCutAll.ts';
import { type DlrtState, tellRanks, toldOf } from './dlrtRanks.ts';
import { centerGradient, tangentDirections } from './dlrtTangent.ts';
import { basisPaths, movingPaths, type Place, placesOf } from './dlrtTree.ts';
import { inNewColumns, withVelocity } from './dlrtVelocity.ts';
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
  readonly change: RankChange;
  /** Weights before, and what of their velocities lies in the new columns. */
  readonly velocities: readonly (Place & Pick<Augmented, 'news'>)[];
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

function asTheyAre(task: Task, params: Params, places: readonly Place[], batch: Batch): Widened {
  const bases = basisPaths(places);
  const found = gradientsOf(task, params, batch, { trains: (path) => !bases.has(path) });
  return { ...found, params, change: new Map(), velocities: [] };
}

function widen(
  rules: StepRules,
  task: Task,
  params: Params,
  state: DlrtState,
  places: readonly Place[],
  batch: Batch,
): Widened {
  const bases = basisPaths(places);
  const moving = movingPaths(places);
  const { oneStep } = rules;
  const first =
    moving.size === 0 && !oneStep
      ? new Map<string, Tensor>()
      : gradientsOf(task, params, batch, { trains: (path) => moving.has(path) || (oneStep && !bases.has(path)) });
  const gradients: Leaves = first instanceof Map ? first : first.gradients;
  const wide = places.map((place): Turned => {
    const { path, rooted } = place;
    const names = rooted.bases.map(({ part }) => part).filter((part) => gradients.has(`${path}.${part}`));
    const own = Object.fromEntries(names.map((part) => [part, gradients.get(`${path}.${part}`)!]));
    return turnedBy(rules, place, own, state.velocity?.[stateKey(path)] ?? {});
  });
  const nodes = new Map(places.map(({ path }, k) => [path, wide[k]!.wide.node]));
  const lifted = {
    params: withSites(params, nodes),
    change: new Map(places.map((place, k) => liftOf(place, wide[k]!.wide))),
    velocities: places.map((place, k) => ({ ...place, news: wide[k]!.velocity })),
  };
  if (!oneStep)
    return { ...gradientsOf(task, lifted.params, batch, { trains: (path) => !bases.has(path) }), ...lifted };
  const all = new Map([...gradients].filter(([path]) => !bases.has(path)));
  places.forEach(({ path, node, rooted }, k) => {
    const center = `${path}.${rooted.center}`;
    all.set(center, centerGradient(node, rooted, gradients.get(center)!, wide[k]!.gradient));
  });
  return { ...(first as Gradients), gradients: all, ...lifted };
}

/** A weight with wider bases, and what of its gradient and of its velocity lies in the new columns. */
interface Turned {
  readonly wide: Augmented;
  readonly gradient: Augmented['news'];
  readonly velocity: Augmented['news'];
}

function turnedBy({ oneStep, momentum }: StepRules, { node, rooted }: Place, own: Parts, velocity: Parts): Turned {
  const isDriven = momentum > 0 && Object.keys(velocity).length > 0;
  if (!oneStep && !isDriven) {
    const wide = augmented(node, rooted, own);
    return { wide, gradient: wide.news, velocity: new Map() };
  }
  const spectra = spectraAt(node, rooted);
  const gradients = tangentDirections(node, rooted, own, spectra);
  if (!isDriven) {
    const wide = augmented(node, rooted, gradients);
    return { wide, gradient: wide.news, velocity: new Map() };
  }
  const drift = tangentDirections(node, rooted, velocity, spectra);
  const sums = Object.entries(drift).map(([part, v]): [string, Tensor] => {
    const scaled = mul(v, momentum);
    return [part, gradients[part] === undefined ? scaled : add(gradients[part]!, scaled)];
  });
  const wide = augmented(node, rooted, { ...gradients, ...Object.fromEntries(sums) });
  const driven = Object.fromEntries(Object.entries(gradients).filter(([part]) => part in drift));
  return {
    wide,
    gradient: new Map([...wide.news, ...inNewColumns(node, wide, rooted, driven)]),
    velocity: inNewColumns(node, wide, rooted, drift),
  };
}

/** How the axes of a center have become longer: by zeros. */
function liftOf({ path, node, rooted }: Place, { news }: Augmented): [string, readonly AxisChange[]] {
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
