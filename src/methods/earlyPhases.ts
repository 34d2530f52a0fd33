/**
 * Training in phases: dense; decomposed, at a given epoch or when the spectra have settled; optionally multiplied back and
 * dense again; low-rank at the end. Leaves that are new get a fresh optimizer, all others keep theirs.
 */

import { full } from '../formats/algebra.ts';
import { Factored } from '../formats/network.ts';
import type { Module, Params } from '../nn/module.ts';
import { constant, freshPlateau, type Schedule } from '../optim/schedule.ts';
import { sgd } from '../optim/sgd.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { compact } from './compact.ts';
import { type DescentOptions, type DescentState, descent } from './descent.ts';
import { type RankOptions, ranksOfForms } from './earlyRanks.ts';
import { areSettled, followed, freshTrends, speedups, type Trends } from './earlySettled.ts';
import { type Form, formsOf, type Kinds, lowered, loweredEvent } from './forms.ts';
import { trainedLeaves } from './leaves.ts';
import type { Method, Step, Task, TrainEvent } from './method.ts';
import type { Target } from './settings.ts';
import { sitesOf, withSites } from './sites.ts';
import { firstOf, transact } from './transact.ts';

export interface PhaseOptions extends DescentOptions {
  readonly target: Target;
  readonly kinds: Kinds;
  readonly ranks: Omit<RankOptions, 'rank' | 'scales'>;
  /** When to decompose, in epochs, or as a share of them below 1; at the latest where `settle` is given. */
  readonly at: number;
  /** Decompose as soon as stable ranks change by less than `eps` in an epoch, on an average of so many epochs. */
  readonly settle?: { readonly eps: number; readonly window: number };
  /** Leaves layers dense that would be less than so many times as fast; 0 for none. */
  readonly speedup: number;
  /** When to multiply back, in epochs or as a share of them below 1; 0 for never. */
  readonly rebuild: number;
  /** A probe's loss may grow to (1 + tolerance) times what it was plus the tolerance; else the network stays dense. */
  readonly tolerance: number;
  /** Whose optimizer state starts anew: that of leaves that are new, or all. */
  readonly reset: 'changed' | 'all';
  /** Whether each phase has the schedule to itself. */
  readonly restarts: boolean;
  /** Factor on the learning rate of the parts. */
  readonly rate: number;
}

/** Phases of a run. */
const DENSE = 0;
const PARTS = 1;
const REBUILT = 2;
const DONE = 3;

export type EarlyState = DescentState & {
  /** Epochs done. */
  readonly epoch: number;
  readonly phase: number;
  /** The step at which this phase began. */
  readonly since: number;
  /** Stable ranks, where they are looked at. */
  readonly trends?: Trends;
};

/** A method that is dense first and low-rank at the end. */
export function phased(name: string, about: string, options: PhaseOptions): Method<EarlyState> {
  const { optimizer = sgd({ momentum: 0.9 }) } = options;
  const plain = descent({ ...options, optimizer });
  const isFollowed = options.settle !== undefined || options.ranks.rule === 'stable';
  return {
    name,
    about,
    init: (task, params) => ({
      ...plain.init(task, params),
      epoch: 0,
      phase: DENSE,
      since: 0,
      ...(isFollowed ? { trends: scope(() => freshTrends(forms(task.model, params, options))) } : {}),
    }),
    step: (task, params, state, batch) => {
      const framed = descent({ ...options, optimizer, ...pace(options, task, state) });
      const step = framed.step(task, params, state, batch) as Step<EarlyState>;
      if (batch.step + 1 < task.totalSteps) return step;
      const last = ended(options, task, step.params, step.state);
      return { ...step, ...last, events: [...step.events, ...last.events] };
    },
    epoch: (task, params, before, meanLoss) => {
      const base = plain.epoch!(task, params, before, meanLoss);
      const state = { ...(base.state as EarlyState), epoch: before.epoch + 1 };
      const after = turned(options, task, params, state);
      return { ...base, ...after, events: [...base.events, ...after.events] };
    },
    finish: (params) => compact(params),
  };
}

type Turn = { readonly params: Params; readonly state: EarlyState; readonly events: readonly TrainEvent[] };

const forms = (model: Module, params: Params, { target, kinds }: PhaseOptions): ReturnType<typeof formsOf> =>
  formsOf(model, params, target, kinds);

/** The epoch that a time means: itself, or a share of all; never before the first has ended. */
function epochOf(time: number, task: Task): number {
  const epochs = Math.ceil(task.totalSteps / task.stepsPerEpoch);
  return Math.max(1, time < 1 ? Math.round(time * epochs) : time);
}

/** Learning rate and schedule of the present phase. */
function pace(
  options: PhaseOptions,
  task: Task,
  { phase, since }: EarlyState,
): Pick<DescentOptions, 'learningRate'> & {
  readonly schedule: Schedule;
} {
  const { learningRate = 0.01, schedule = constant(), restarts, rate } = options;
  const factor = phase === PARTS ? rate : 1;
  if (!restarts) return { learningRate: learningRate * factor, schedule };
  // Where spectra decide, how long the first phase lasts is not known before.
  const isKnown = phase === DENSE && options.settle === undefined;
  const end = isKnown ? Math.min(task.totalSteps, epochOf(options.at, task) * task.stepsPerEpoch) : task.totalSteps;
  const own: Schedule = (now) => schedule({ ...now, step: now.step - since, totalSteps: end - since });
  return { learningRate: learningRate * factor, schedule: own };
}

/** After an epoch: what is due. */
function turned(options: PhaseOptions, task: Task, params: Params, state: EarlyState): Turn {
  const { at, settle, rebuild } = options;
  if (state.epoch * task.stepsPerEpoch >= task.totalSteps) return ended(options, task, params, state);
  if (state.phase === PARTS && rebuild > 0 && state.epoch >= epochOf(rebuild, task)) {
    return rebuilt(options, task, params, state);
  }
  if (state.phase !== DENSE) return { params, state, events: [] };
  if (settle === undefined) {
    return state.epoch >= epochOf(at, task) ? tried(options, task, params, state, '') : { params, state, events: [] };
  }
  const trends = scope(() => followed(state.trends!, forms(task.model, params, options), settle));
  const seen = { ...state, trends };
  if (areSettled(trends)) return tried(options, task, params, seen, 'spectra have settled; ');
  return state.epoch >= epochOf(at, task)
    ? tried(options, task, params, seen, '')
    : { params, state: seen, events: [] };
}

/** The end of a run: what is still dense is decomposed, whatever it loses. */
function ended(options: PhaseOptions, task: Task, params: Params, state: EarlyState): Turn {
  if (state.phase !== DENSE && state.phase !== REBUILT) return { params, state, events: [] };
  return decomposed(options, task, params, state, DONE, 'training is over; ');
}

/** Decomposes; undone where the probe's loss is beyond what is allowed, to be tried again after the next epoch. */
function tried(options: PhaseOptions, task: Task, params: Params, state: EarlyState, why: string): Turn {
  const change = (): Turn => decomposed(options, task, params, state, PARTS, why);
  return transact({ task, batch: firstOf(task), params, state, change, tolerance: options.tolerance });
}

function decomposed(o: PhaseOptions, task: Task, params: Params, state: EarlyState, phase: number, why: string): Turn {
  const all = forms(task.model, params, o);
  const slow =
    o.speedup > 0
      ? speedups(task.model, params, firstOf(task).x.shape.slice(1), all).map((gain) => gain < o.speedup)
      : all.map(() => false);
  const chosen = all.filter((_, k) => !slow[k]);
  const ranks = ranksOfForms(chosen, { ...o.ranks, rank: o.target.rank, ...scalesOf(chosen, state) });
  const nodes = new Map<string, Factored>();
  const events: TrainEvent[] = all.flatMap(({ site: { path } }, k): TrainEvent[] =>
    slow[k] ? [{ kind: 'phase', path, message: `${path} stays dense: it would hardly be faster` }] : [],
  );
  chosen.forEach((each, k) => {
    const { path, nodePath } = each.site;
    const form =
      ranks[k] === undefined ? undefined : lowered(each.weight, { ...each, ranks: ranks[k] }, tuckerMethod(each));
    if (form === undefined || form.count >= each.weight.size) {
      events.push({
        kind: 'phase',
        path,
        message: `${path} stays dense: no ranks in ${each.format.name} make it smaller`,
      });
      return;
    }
    nodes.set(nodePath, form);
    events.push(loweredEvent(each, form, form.report.error));
  });
  const message = `${why}${nodes.size} of ${all.length} weights decomposed after epoch ${state.epoch}`;
  return moved(o, task, withSites(params, nodes), state, phase, [{ kind: 'phase', message }, ...events]);
}

/** A weight is decomposed once, so the better of two ways is worth its time. */
const tuckerMethod = ({ format }: Form): string | undefined => (format.name === 'tucker' ? 'hooi' : undefined);

/** Multiplies the parts back: the function stays, the network is dense. */
function rebuilt(options: PhaseOptions, task: Task, params: Params, state: EarlyState): Turn {
  const nodes = new Map<string, Tensor>();
  for (const { node, nodePath } of sitesOf(task.model, params, options.target.keep)) {
    if (node instanceof Factored) nodes.set(nodePath, full(node));
  }
  const message = `${nodes.size} weights multiplied back after epoch ${state.epoch}`;
  return moved(options, task, withSites(params, nodes), state, REBUILT, [{ kind: 'phase', message }]);
}

/** The state of a new phase: leaves that are new start anew, and the plateau is looked for from here on. */
function moved(
  { optimizer = sgd({ momentum: 0.9 }), reset }: PhaseOptions,
  task: Task,
  params: Params,
  state: EarlyState,
  phase: number,
  events: readonly TrainEvent[],
): Turn {
  const leaves = trainedLeaves(task.model, params);
  const next = {
    ...state,
    optimizer: reset === 'all' ? optimizer.init(leaves) : optimizer.reshape(state.optimizer, leaves, new Map()),
    plateau: { ...freshPlateau, scale: state.plateau.scale },
    phase,
    since: Math.min(task.totalSteps, state.epoch * task.stepsPerEpoch),
  };
  return { params, state: next, events };
}

function scalesOf(chosen: ReturnType<typeof formsOf>, { trends = {} }: EarlyState): Pick<RankOptions, 'scales'> {
  const scale = (nodePath: string): number => trends[nodePath.replaceAll('.', '/')]?.scale ?? 1;
  return { scales: Object.fromEntries(chosen.map(({ site }) => [site.path, scale(site.nodePath)])) };
}
