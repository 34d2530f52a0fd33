/**
 * LRPET: low-rank projection with energy transfer (Guo, Lin, Chen, Xing, Liu, Xu 2022, arXiv:2204.05566, algorithm 1).
 * Descent on dense weights; after every epoch, or every N steps, each weight is projected to its rank and scaled to the
 * norm it had. Between projections it moves freely, with its momentum. The last projection leaves it in low-rank parts.
 * An SVD of each weight a projection.
 */

import { FormatError } from '../errors.ts';
import type { Factored } from '../formats/network.ts';
import { sgd } from '../optim/sgd.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Change as Changed, joined } from './change.ts';
import { compact } from './compact.ts';
import { type DescentOptions, type DescentState, descent } from './descent.ts';
import { loweredEvent } from './forms.ts';
import { trainedLeaves } from './leaves.ts';
import { leftFor, type Ranks } from './lrpetBudget.ts';
import { allProjected, errorOf, type LrpetWeights, planOf } from './lrpetWeights.ts';
import type { Method, Step, Task } from './method.ts';
import { checkLayers, leftEvents, numbersByLayer } from './plan.ts';
import { descentOptions, type MethodEntry } from './settings.ts';
import { withSites } from './sites.ts';
import { firstOf, transact } from './transact.ts';

export interface LrpetOptions extends DescentOptions, LrpetWeights {
  /** Steps between projections; default: at the end of each epoch. */
  readonly every?: number;
  /**
   * A projection may take the loss x of a probe to (1 + tolerance) x + tolerance; else it is undone, and the next one comes
   * in its time. Default 10. The last one, after which the weights are in parts, is not undone.
   */
  readonly tolerance?: number;
}

export type LrpetState = DescentState & {
  /** Epochs done. */
  readonly epochs: number;
  /** Ranks that a budget was shared out in. */
  readonly ranks?: Ranks;
};

type Change = Changed<LrpetState>;

const TOLERANCE = 10;

export function lrpet(options: LrpetOptions): Method<LrpetState> {
  const { every = 0, budget = 0, layers, optimizer = sgd({ momentum: 0.9 }) } = options;
  if (budget > 0 && options.target.format !== 'lowRank') {
    const rule = 'a budget is shared out over weights in two factors';
    throw new FormatError('lrpet', rule, options.target.format, 'use the format lowRank, or ranks');
  }
  const base = descent({ ...options, optimizer });
  return {
    name: 'lrpet',
    about: lrpetEntry.about,
    prepare: (task, params) => {
      checkLayers('lrpet', layers?.keys() ?? [], task.model, params);
      const plan = planOf(options, task, params);
      if (budget > 0) leftFor(task, params, plan.weights, budget);
      return { params, events: [] };
    },
    init: (task, params) => ({ ...base.init(task, params), epochs: 0 }),
    step: (task, params, state, batch) => {
      const events = batch.step === 0 ? leftEvents(planOf(options, task, params)) : [];
      const done = { ...(base.step(task, params, state, batch) as Step<LrpetState>), events };
      const count = batch.step + 1;
      const isLast = count === task.totalSteps;
      // At the end of an epoch epoch() has its turn.
      const splits = isLast && count % task.stepsPerEpoch !== 0;
      if (!splits && (isLast || every === 0 || count % every !== 0)) return done;
      return joined(done, splits ? split(options, task, done) : projection(options, task, done));
    },
    epoch: (task, params, before, meanLoss) => {
      const done = base.epoch!(task, params, before, meanLoss) as Change;
      const state = { ...done.state, epochs: before.epochs + 1 };
      const next = { ...done, state };
      if (state.epochs * task.stepsPerEpoch === task.totalSteps) return joined(next, split(options, task, next));
      return every > 0 ? next : joined(next, projection(options, task, next));
    },
    finish: compact,
  };
}

/** A projection, undone where the loss of the first batch grows by too much. Momentum stays as it is. */
function projection(options: LrpetOptions, task: Task, { params, state }: Pick<Change, 'params' | 'state'>): Change {
  let metrics: Change['metrics'] = {};
  const change = (): Change => {
    const projected = weightsProjected(options, task, { params, state });
    metrics = projected.metrics;
    return projected;
  };
  const found = transact<LrpetState>({
    ...{ task, batch: firstOf(task), params, state, change },
    tolerance: options.tolerance ?? TOLERANCE,
  });
  return { params: found.params, state: found.state, events: found.events, metrics };
}

/** Weights of their ranks in place of those that have left them. */
function weightsProjected(options: LrpetOptions, task: Task, before: Pick<Change, 'params' | 'state'>): Change {
  const { pairs, ranks, events } = allProjected(options, task, before.params, before.state.ranks);
  const nodes = new Map<string, Tensor>(pairs.map(([{ site }, { dense }]) => [site.nodePath, dense]));
  const state = ranks === undefined ? before.state : { ...before.state, ranks };
  return { params: withSites(before.params, nodes), state, metrics: { projectionError: errorOf(pairs) }, events };
}

/** The last projection, whose result stays in its parts. */
function split(options: LrpetOptions, task: Task, before: Pick<Change, 'params' | 'state'>): Change {
  const { optimizer = sgd({ momentum: 0.9 }) } = options;
  const { pairs, ranks, events } = allProjected(options, task, before.params, before.state.ranks, true);
  const nodes = new Map<string, Factored>(pairs.map(([{ site }, { form }]) => [site.nodePath, form]));
  const params = withSites(before.params, nodes);
  // The state of dense weights goes; it has had its last use.
  const moments = optimizer.reshape(before.state.optimizer, trainedLeaves(task.model, params), new Map());
  const told = pairs.map(([weight, { form, lost, energy }]) =>
    loweredEvent(weight, form, energy === 0 ? 0 : Math.sqrt(lost / energy)),
  );
  return {
    params,
    state: { ...before.state, optimizer: moments, ...(ranks === undefined ? {} : { ranks }) },
    metrics: { projectionError: errorOf(pairs) },
    events: [...events, { kind: 'phase', message: 'split into low-rank parts' }, ...told],
  };
}

export const lrpetEntry: MethodEntry = {
  name: 'lrpet',
  about: 'dense weights, projected to low rank again and again with their energy kept, split at the end',
  start: 'dense',
  format: 'lowRank',
  rank: { bound: 0.5 },
  settings: {
    p: { about: 'share of each greatest rank that goes; 0: --rank says it', fallback: 0, min: 0, max: 0.999 },
    layers: { about: 'other ratios (below 1) or ranks by layer, such as conv1:0.3;fc1:15', fallback: '' },
    budget: {
      about: 'parameters of the whole network, shared out by spectra; 0: none',
      fallback: 0,
      min: 0,
      whole: true,
    },
    every: { about: 'steps between projections; 0: every epoch', fallback: 0, min: 0, whole: true },
    transfer: { about: 'transfer the energy of what goes to what stays', fallback: true },
    rectify: { about: 'project as the batch norm behind a weight scales it', fallback: true },
    tolerance: {
      about: 'a projection may take the loss of a probe x to (1 + tolerance) x + tolerance; else it is undone',
      fallback: TOLERANCE,
      min: 0,
    },
  },
  build: (common, own, target) => {
    const layers = numbersByLayer('lrpet', own.layers as string);
    return lrpet({
      ...descentOptions(common),
      // The paper's form, where the run names none.
      target: target.format === 'dense' ? { ...target, format: 'lowRank' } : target,
      ...((own.p as number) > 0 ? { ratio: own.p as number } : {}),
      layers,
      budget: own.budget as number,
      every: own.every as number,
      transfer: own.transfer as boolean,
      rectify: own.rectify as boolean,
      tolerance: own.tolerance as number,
    });
  },
};
