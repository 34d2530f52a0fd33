/**
 * ADMM towards low rank (Yin, Sui, Liao, Yuan 2021, arXiv:2107.12422, algorithm 1): dense descent; descent on
 * loss + rho/2 |W - Z + U|^2, where each epoch begins with Z <- proj(W + U), U <- U + W - Z; then W is decomposed and its
 * parts are trained on. proj is the decomposition of any format at fixed ranks: two of each weight an epoch.
 */

import type { Factored } from '../formats/network.ts';
import type { RankRequest } from '../formats/rank.ts';
import type { Params } from '../nn/module.ts';
import { constant, freshPlateau } from '../optim/schedule.ts';
import { sgd } from '../optim/sgd.ts';
import { type Duals, penaltyOf, rescaled, updatedDuals } from './admmDuals.ts';
import { type PhaseOptions, type Phases, phased, phasesOf } from './admmPhases.ts';
import { type Change as Changed, joined } from './change.ts';
import { compact } from './compact.ts';
import { type DescentOptions, type DescentState, descent } from './descent.ts';
import { lowered, loweredEvent } from './forms.ts';
import { trainedLeaves } from './leaves.ts';
import type { Method, Step, Task, TrainEvent } from './method.ts';
import { checkLayers, leftEvents, numbersByLayer, type Plan, planned } from './plan.ts';
import { descentOptions, type MethodEntry, type Target } from './settings.ts';
import { withSites } from './sites.ts';
import { firstOf, transact } from './transact.ts';

export interface AdmmOptions extends DescentOptions, PhaseOptions {
  readonly target: Target;
  /** Ranks by layer, or from 0 to 1 shares of the dense parameters. */
  readonly layers?: ReadonlyMap<string, number>;
  /** Weight of the penalty; default 0.1, right for some hundred steps. Long runs do with less: 0.01 for ten thousand. */
  readonly rho?: number;
  /** Five times rho in the last 15 % of the epochs of the second phase; default false. */
  readonly grow?: boolean;
  /**
   * The loss of a probe may grow to (1 + tolerance) times what it was, plus the tolerance, when weights are decomposed;
   * default 0.5. Where it grows more they stay dense, the second phase goes on at the rates of the third, and they are
   * decomposed after a later epoch, at the end of the run in any case.
   */
  readonly tolerance?: number;
}

export type AdmmState = DescentState &
  Partial<Duals> & {
    /** Epochs done. */
    readonly epochs: number;
    /** 0 dense, 1 with the penalty, 2 in parts. */
    readonly phase: number;
    readonly rho: number;
  };

type Change = Changed<AdmmState>;

/** Rho grows by this in the last share of the second phase. */
const GROWTH = 5;
const LATE = 0.15;

export function admm(options: AdmmOptions): Method<AdmmState> {
  const { layers } = options;
  const own = { ...options, schedule: phased(options.schedule ?? constant(), options) };
  const plain = descent<AdmmState>(own);
  const pulled = descent<AdmmState>(own, { penalty: (params, state) => penaltyOf(params, state as Duals, state.rho) });
  return {
    name: 'admm',
    about: admmEntry.about,
    prepare: (task, params) => {
      checkLayers('admm', layers?.keys() ?? [], task.model, params);
      phasesOf(options, task);
      return { params, events: [] };
    },
    init: (task, params) => {
      const state = {
        ...plain.init(task, params),
        epochs: 0,
        phase: 0,
        rho: rhoAt(options, phasesOf(options, task), 0),
      };
      return phasesOf(options, task).admm > 0 ? state : pull(options, task, params, state).state;
    },
    step: (task, params, state, batch) => {
      const how = state.copies === undefined || state.rho === 0 ? plain : pulled;
      const events = batch.step === 0 ? openingEvents(options, task, params) : [];
      const done = { ...(how.step(task, params, state, batch) as Step<AdmmState>), events };
      // At the end of an epoch epoch() has its turn.
      const isLast = batch.step + 1 === task.totalSteps && task.totalSteps % task.stepsPerEpoch !== 0;
      return isLast && state.phase < 2 ? joined(done, parted(options, task, done, true)) : done;
    },
    epoch: (task, params, before, meanLoss) => {
      const done = plain.epoch!(task, params, before, meanLoss) as Change;
      return joined(done, ended(options, task, { params, state: { ...done.state, epochs: before.epochs + 1 } }));
    },
    finish: compact,
  };
}

const admmBegins: TrainEvent = { kind: 'phase', message: 'ADMM: weights are pulled towards their ranks' };

/** What there is to say of a run before its first step. */
function openingEvents(options: AdmmOptions, task: Task, params: Params): TrainEvent[] {
  const events = leftEvents(planOf(options, task, params));
  return phasesOf(options, task).admm === 0 ? [...events, admmBegins] : events;
}

function planOf({ target, layers }: AdmmOptions, task: Task, params: Params): Plan {
  const asked = ({ path, layer }: { path: string; layer: string }): RankRequest | undefined =>
    layers?.get(path) ?? layers?.get(layer);
  return planned(task.model, params, target, asked);
}

/** Rho in an epoch of the second phase. */
function rhoAt({ rho = 0.1, grow = false }: AdmmOptions, { admm: from, finetune: to }: Phases, epoch: number): number {
  return grow && epoch >= to - LATE * (to - from) ? GROWTH * rho : rho;
}

/** What there is to do between two epochs. */
function ended(options: AdmmOptions, task: Task, { params, state }: Pick<Change, 'params' | 'state'>): Change {
  const { admm: begin, finetune, end } = phasesOf(options, task);
  const still: Change = { params, state, metrics: {}, events: [] };
  if (state.phase === 2 || state.epochs < begin) return still;
  const isOver = state.epochs === end;
  const tried = state.epochs >= finetune ? parted(options, task, still, isOver) : still;
  if (tried.state.phase === 2 || isOver) return tried;
  return joined(tried, pull(options, task, params, state));
}

/** New copies and duals for the next epoch, in which rho may be another. */
function pull(options: AdmmOptions, task: Task, params: Params, state: AdmmState): Change {
  const { weights } = planOf(options, task, params);
  const events = state.phase === 0 ? [admmBegins] : [];
  if (weights.length === 0) return { params, state: { ...state, phase: 1 }, metrics: {}, events };
  const { copies, duals } = state;
  const { residual, ...found } = updatedDuals(weights, copies && duals ? { copies, duals } : undefined);
  const rho = rhoAt(options, phasesOf(options, task), state.epochs);
  const next = rho === state.rho ? found : rescaled(found, rho / state.rho);
  return { params, state: { ...state, ...next, phase: 1, rho }, metrics: { residual }, events };
}

/** Weights decomposed and a fresh optimizer for their parts, unless the loss of a probe forbids it. */
function parted(
  options: AdmmOptions,
  task: Task,
  { params, state }: Pick<Change, 'params' | 'state'>,
  isForced: boolean,
): Change {
  const { tolerance = 0.5, optimizer = sgd({ momentum: 0.9 }) } = options;
  const change = (): Omit<Change, 'metrics'> => {
    const forms = planOf(options, task, params).weights.map(
      (weight) => [weight, lowered(weight.weight, weight)] as const,
    );
    const nodes = new Map<string, Factored>(forms.map(([{ site }, form]) => [site.nodePath, form]));
    const next = withSites(params, nodes);
    const { copies: _copies, duals: _duals, ...rest } = state;
    const fresh = { optimizer: optimizer.init(trainedLeaves(task.model, next)), plateau: freshPlateau };
    return {
      params: next,
      state: { ...rest, ...fresh, phase: 2 },
      events: forms.map(([weight, form]) => loweredEvent(weight, form, form.report.error)),
    };
  };
  const limit = isForced ? Number.MAX_VALUE : tolerance;
  const found = transact<AdmmState>({ task, batch: firstOf(task), params, state, change, tolerance: limit });
  const [before, after] = [found.before, found.after].map((loss) => loss.toPrecision(3));
  const message = `decomposed: the loss of a probe went from ${before} to ${after}`;
  const events: TrainEvent[] = found.isCommitted ? [{ kind: 'phase', message }, ...found.events] : [...found.events];
  return { params: found.params, state: found.state, metrics: {}, events };
}

export const admmEntry: MethodEntry = {
  name: 'admm',
  about: 'dense weights, pulled towards low rank by ADMM, decomposed, their parts trained on',
  start: 'dense',
  format: 'tt',
  settings: {
    pretrain: { about: 'epochs of dense training first; below 1 a share of all', fallback: 0.3, min: 0 },
    finetune: { about: 'epochs of training the parts last; below 1 a share of all', fallback: 0.2, min: 0 },
    rho: { about: 'weight of the penalty; less for more steps', fallback: 0.1, min: 0 },
    grow: { about: 'five times rho in the last 15 % of the epochs with a penalty', fallback: false },
    layers: { about: 'other ranks by layer, such as conv1:8;fc1:12', fallback: '' },
    restart: { about: 'each phase has the schedule to itself, instead of one over all epochs', fallback: false },
    pretrainRate: { about: 'factor on the learning rate of dense training', fallback: 1, min: 0 },
    admmRate: { about: 'factor on the learning rate with the penalty', fallback: 1, min: 0 },
    finetuneRate: { about: 'factor on the learning rate of the parts', fallback: 1, min: 0 },
    tolerance: { about: 'growth of the loss that decomposing may cost', fallback: 0.5, min: 0 },
  },
  build: (common, own, target) => {
    const number = (name: string): number => own[name] as number;
    return admm({
      ...descentOptions(common),
      // The paper's form, where the run names none.
      target: target.format === 'dense' ? { ...target, format: 'tt' } : target,
      layers: numbersByLayer('admm', own.layers as string),
      pretrain: number('pretrain'),
      finetune: number('finetune'),
      rates: [number('pretrainRate'), number('admmRate'), number('finetuneRate')],
      restart: own.restart as boolean,
      rho: number('rho'),
      grow: own.grow as boolean,
      tolerance: number('tolerance'),
    });
  },
};
