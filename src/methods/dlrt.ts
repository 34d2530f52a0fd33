/**
 * Dynamical low-rank training: weights in tree formats find their ranks while they train. A step widens every basis by
 * its gradient, lifts the core exactly, moves the core and all other parameters by the optimizer, and truncates to the
 * ranks that a relative error tau needs. For a Tucker weight of order 2, W = U S V', this is DLRT (Schotthoefer, Zangrando,
 * Kusch, Ceruti & Tudisco 2022, algorithm 1), for higher orders TDLRT (Zangrando, Schotthoefer, Ceruti, Kusch & Tudisco
 * 2024) with the gradients of the factors in place of those of K; `oneStep` is GeoLoRA's step.
 */

import { FormatError, RankError } from '../errors.ts';
import { constant, freshPlateau } from '../optim/schedule.ts';
import { sgd } from '../optim/sgd.ts';
import { compact } from './compact.ts';
import { type DescentOptions, descent } from './descent.ts';
import { type DlrtState, tellRanks, toldOf } from './dlrtRanks.ts';
import { dlrtStep, type StepRules } from './dlrtStep.ts';
import { basisPaths, orthonormal, placesOf } from './dlrtTree.ts';
import { trainedLeaves } from './leaves.ts';
import type { Method } from './method.ts';
import { descentOptions, type MethodEntry, type SettingSpec } from './settings.ts';
import { withSites } from './sites.ts';

export interface DlrtOptions extends DescentOptions {
  /** The error of each truncation, relative to the norm of the weight. Default 0.1. */
  readonly tau?: number;
  /** Whether tau is the error itself, not a share of the norm. Default false. */
  readonly absolute?: boolean;
  /** Least and most that bonds get where they can; a most of 0 is none. Default 2 and 0. */
  readonly minRank?: number;
  readonly maxRank?: number;
  /** False keeps the ranks of the start. Default true. */
  readonly adaptive?: boolean;
  /** All gradients from one pass, instead of a second one for the widened core. Default false. */
  readonly oneStep?: boolean;
  /** Steps that cores train in widened bases before these are cut: with more of them ranks rise more easily. Default 1. */
  readonly every?: number;
  /** Epochs at the end in which only the cores train. Default 0. */
  readonly finetune?: number;
  /** Examples of the batch on which a fall of ranks is probed; 0 for none. Default 32. */
  readonly probe?: number;
  /** How much of the probed loss, and beyond that, a fall of ranks may cost before it is undone. Default 0.5. */
  readonly tolerance?: number;
  /** The momentum of the optimizer, sgd: bases on a core get a velocity, too. Default 0: only cores and the rest do. */
  readonly momentum?: number;
  /** Layers that stay as they are. */
  readonly keep?: readonly string[];
}

/** Throws ShapeError at prepare() for weights whose network is no tree, FormatError for options out of range. */
export function dlrt(options: DlrtOptions = {}): Method<DlrtState> {
  const rules = rulesOf(options);
  const { keep, optimizer } = rules;
  const name = 'dlrt';
  const frame = descent<DlrtState>(options);
  return {
    name,
    about: 'dynamical low-rank training: ranks go up and down at every step',
    prepare: (task, params) => {
      const places = placesOf(name, task.model, params, keep);
      return {
        params: withSites(params, new Map(places.map((place) => [place.path, orthonormal(place)]))),
        events: [],
      };
    },
    init: (task, params) => {
      const places = placesOf(name, task.model, params, keep);
      const bases = basisPaths(places);
      const leaves = [...trainedLeaves(task.model, params)].filter(([path]) => !bases.has(path));
      return {
        optimizer: optimizer.init(new Map(leaves)),
        plateau: freshPlateau,
        before: toldOf(places),
        told: toldOf(places),
      };
    },
    step: dlrtStep(rules),
    epoch: (task, params, state, meanLoss) => {
      const ended = frame.epoch!(task, params, state, meanLoss);
      const { told, events } = tellRanks(placesOf(name, task.model, params, keep), state.told ?? {}, true);
      return { ...ended, state: { ...(ended.state as DlrtState), told }, events: [...ended.events, ...events] };
    },
    finish: (params) => compact(params),
  };
}

function rulesOf(options: DlrtOptions): StepRules {
  const { optimizer = sgd({ momentum: 0 }), learningRate = 0.05, schedule = constant(), clip } = options;
  const { tau = 0.1, absolute = false, minRank = 2, maxRank = 0, adaptive = true, oneStep = false } = options;
  const { every = 1, finetune = 0, probe = 32, tolerance = 0.5, momentum = 0, keep = [] } = options;
  const own = { tau, minRank, maxRank, every, finetune, probe, tolerance };
  for (const [name, value] of Object.entries(own)) {
    const { min = 0, whole = false } = settings[name]!;
    if (value >= min && value < Number.POSITIVE_INFINITY && (!whole || Number.isInteger(value))) continue;
    const rule = `${name} is a ${whole ? 'whole ' : ''}number >= ${min}`;
    throw new FormatError('dlrt', rule, String(value), 'correct the option');
  }
  if (maxRank > 0 && maxRank < minRank) {
    throw new RankError('dlrt', 'minRank <= maxRank', `${minRank} and ${maxRank}`, 'correct one of them');
  }
  if (!(momentum >= 0 && momentum < 1)) {
    throw new FormatError('dlrt', 'momentum is a number >= 0 and < 1', String(momentum), 'correct the option');
  }
  const limit = clip === undefined ? {} : { clip };
  return { ...own, optimizer, learningRate, schedule, ...limit, absolute, adaptive, oneStep, momentum, keep };
}

const settings: Readonly<Record<string, SettingSpec>> = {
  tau: { about: 'error of each truncation relative to the norm of the weight', fallback: 0.1, min: 0 },
  absolute: { about: 'tau is the error itself', fallback: false },
  minRank: { about: 'least rank of a bond', fallback: 2, min: 1, whole: true },
  maxRank: { about: 'greatest rank of a bond; 0 for none', fallback: 0, min: 0, whole: true },
  adaptive: { about: 'ranks move; false keeps those of the start', fallback: true },
  oneStep: { about: 'one gradient a step instead of two', fallback: false },
  every: { about: 'steps in widened bases before they are cut', fallback: 1, min: 1, whole: true },
  finetune: { about: 'epochs at the end that train the cores alone', fallback: 0, min: 0, whole: true },
  turning: { about: 'the momentum of sgd turns bases, too', fallback: true },
  probe: { about: 'examples that a fall of ranks is probed on; 0 for none', fallback: 32, min: 0, whole: true },
  tolerance: { about: 'share of the probed loss that a fall of ranks may cost', fallback: 0.5, min: 0 },
};

function entryOf(name: string, format: string, about: string): MethodEntry {
  return {
    name,
    about,
    start: 'lowRank',
    format,
    defaults: { optimizer: 'sgd', learningRate: 0.05, momentum: 0.9 },
    rank: { bound: 0.5 },
    settings,
    build: (common, { turning, ...own }, { keep }) => {
      const momentum = turning === true && common.optimizer === 'sgd' ? common.momentum : 0;
      return { ...dlrt({ ...descentOptions(common), ...own, momentum, keep }), name };
    },
  };
}

export const dlrtEntry: MethodEntry = entryOf(
  'dlrt',
  'lowRank',
  'dynamical low-rank training: ranks found at every step',
);
export const tdlrtEntry: MethodEntry = entryOf(
  'tdlrt',
  'tucker',
  'dlrt by the name it has for tensors of higher order',
);
