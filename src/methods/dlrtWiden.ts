/**
 * The first half of a step: bases as wide as their gradients make them, the core lifted, and its gradient there, from a
 * second pass or from the first; or gradients of the cores alone, at bases as they are.
 */

import type { Real } from '../dtype.ts';
import type { Parts } from '../formats/centered.ts';
import type { Params } from '../nn/module.ts';
import { add, mul } from '../ops/binary.ts';
import { concat } from '../ops/concat.ts';
import type { AxisChange, Leaves, RankChange } from '../optim/optimizer.ts';
import { stateKey } from '../optim/step.ts';
import { eye, zeros } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { gradientsOf } from './descent.ts';
import { type Augmented, augmented } from './dlrtAugment.ts';
import { spectraAt } from './dlrtCut.ts';
import type { DlrtState } from './dlrtRanks.ts';
import type { StepRules } from './dlrtStep.ts';
import { centerGradient, tangentDirections } from './dlrtTangent.ts';
import { basisPaths, movingPaths, type Place } from './dlrtTree.ts';
import { inNewColumns } from './dlrtVelocity.ts';
import type { Batch, Task } from './method.ts';
import { withSites } from './sites.ts';

type Gradients = ReturnType<typeof gradientsOf>;

/** Weights with wider bonds, gradients of all that the optimizer moves there, and the bonds of centers that are new. */
export interface Widened extends Gradients {
  readonly params: Params;
  readonly change: RankChange;
  /** Weights before, and what of their velocities lies in the new columns. */
  readonly velocities: readonly (Place & Pick<Augmented, 'news'>)[];
}

/** Gradients at bases as they are. */
export function asTheyAre(task: Task, params: Params, places: readonly Place[], batch: Batch): Widened {
  const bases = basisPaths(places);
  const found = gradientsOf(task, params, batch, { trains: (path) => !bases.has(path) });
  return { ...found, params, change: new Map(), velocities: [] };
}

/** Wider bases, and gradients there. */
export function widen(
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
  const still = [...wide.news].map(([bond, x]): [string, Tensor] => [bond, mul(x, 0)]);
  const driven = Object.fromEntries(Object.entries(gradients).filter(([part]) => part in drift));
  return {
    wide,
    gradient: new Map([...wide.news, ...inNewColumns(node, wide, rooted, driven)]),
    // Where a bond has none, it is as wide as the others see it.
    velocity: new Map([...still, ...inNewColumns(node, wide, rooted, drift)]),
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
