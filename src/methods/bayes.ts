/**
 * Automatic rank determination (Hawkins, Liu, Zhang 2022, algorithm 1): every component of a bond has a prior variance
 * that is found in closed form at each step, and pulls its entries to zero by weight * mu / variance; components whose
 * variance vanishes are cut out. Means alone are trained (MAP), or Gaussian posteriors from samples (stochastic
 * variational inference, one sample a step by the reparametrization of Kingma & Welling 2014). Works on every format
 * with bonds; dense weights just train.
 */

import { sizesOf } from '../formats/network.ts';
import type { Params } from '../nn/module.ts';
import { add, mul } from '../ops/binary.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import { sgd } from '../optim/sgd.ts';
import { stateKey } from '../optim/step.ts';
import { fold } from '../random.ts';
import { zeros } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { balanced } from './bayesBalance.ts';
import { entriesByBond } from './bayesBonds.ts';
import {
  type ByBond,
  type Deviations,
  deviationsOf,
  divergence,
  drawn,
  freshDeviations,
  isDeviation,
  meansOf,
  type Place,
  placesOf,
  updatedVariances,
  withDeviations,
} from './bayesPosterior.ts';
import type { Prior } from './bayesPrior.ts';
import { type BayesState, pruned } from './bayesRanks.ts';
import { compact } from './compact.ts';
import { type DescentOptions, type DescentState, descent } from './descent.ts';
import type { Method, Step, Task, TrainEvent } from './method.ts';

export interface BayesOptions extends DescentOptions {
  /** Default log-uniform. */
  readonly prior?: Prior;
  /** Gaussian posteriors, trained from samples, instead of means alone. Default false. */
  readonly isSampled?: boolean;
  /** Weight of the divergence from the prior beside the mean loss of a batch, after the warm-up. Default 5e-5. */
  readonly weight?: number;
  /** Epochs without the prior, and epochs over which its weight grows; below 1 shares of the run. Default 0.08 and 0.42. */
  readonly delay?: number;
  readonly warmup?: number;
  /** How far variances move to their best values in a step. Default 1. */
  readonly damping?: number;
  /** Components of smaller variance are cut. Default 1e-5. */
  readonly threshold?: number;
  /** Epochs between cuts; 0 for one cut at the end. Default 1. */
  readonly pruneEvery?: number;
  /** The epoch of the first cut; below 1 a share of the run. Default 0.5. */
  readonly pruneFrom?: number;
  /** By how much a cut may raise the loss of the probe. Default 0.01. */
  readonly tolerance?: number;
  /** First posterior deviations as a share of the parts' own root mean squares. Default 0.1. */
  readonly spread?: number;
  /** Samples that predictions average over. Default 16. */
  readonly samples?: number;
  /** Parts of a weight get equal root mean squares after each epoch, which does not change the weight. Default true. */
  readonly isBalanced?: boolean;
  /** Layers that are left alone. */
  readonly keep?: readonly string[];
}

/** Defaults of all options but those of descent. */
export const bayesDefaults: Required<Omit<BayesOptions, keyof DescentOptions>> = {
  prior: { kind: 'logUniform' },
  isSampled: false,
  weight: 5e-5,
  delay: 0.08,
  warmup: 0.42,
  damping: 1,
  threshold: 1e-5,
  pruneEvery: 1,
  pruneFrom: 0.5,
  tolerance: 0.01,
  spread: 0.1,
  samples: 16,
  isBalanced: true,
  keep: [],
};

type Full = typeof bayesDefaults;

export function bayes(given: BayesOptions = {}): Method<BayesState> {
  const options: Full = { ...bayesDefaults, ...given };
  const optimizer = undecayed(given.optimizer ?? sgd({ momentum: 0.9 }));
  const { isSampled, keep, threshold, tolerance, prior } = options;
  const frame = descent({ ...given, optimizer });
  return {
    name: 'bayes',
    about: 'prior variances by component, ranks by what they leave',
    ...(isSampled ? { prepare: (task, params) => ({ params: spreadOut(task, params, options), events: [] }) } : {}),
    init: (task, params) => ({ ...frame.init(task, params), ...fresh(task, params, options) }) as BayesState,
    step(task, params, state, batch) {
      const places = placesOf(task.model, params, keep);
      const variances = Object.fromEntries(
        places.map((place) => [stateKey(place.path), variancesNow(params, place, state, options)]),
      );
      const { weight, events } = phaseOf(task, batch.step, options);
      const decorated = descent<BayesState>(
        { ...given, optimizer },
        {
          ...(weight > 0 ? { penalty: (moving) => pull(task, moving, variances, weight, keep) } : {}),
          ...(isSampled
            ? { view: (moving) => drawn(task.model, moving, keep, fold(task.key, 'bayes', batch.step)) }
            : {}),
        },
      );
      const step = decorated.step(task, params, { ...state, variances } as DescentState, batch);
      const done = { ...step, state: step.state as BayesState, events: [...events, ...step.events] };
      const moved = { ...done, metrics: { ...done.metrics, priorWeight: weight } };
      const isOver = (batch.step + 1) % task.stepsPerEpoch === 0;
      const even = options.isBalanced && isOver ? balancedStep(task, moved, optimizer, options) : moved;
      if (!isCutDue(task, batch.step, options)) return { ...moved, ...even };
      const cut = pruned({ task, ...even, optimizer, keep, threshold, tolerance, prior });
      return { ...moved, params: cut.params, state: cut.state, events: [...moved.events, ...cut.events] };
    },
    epoch: (task, params, state, meanLoss) => {
      const ended = frame.epoch!(task, params, state, meanLoss);
      return { ...ended, state: ended.state as BayesState };
    },
    view: meansOf,
    // Components were cut in the steps, where a loss can be measured: the last step of a run is one of them.
    finish: (params) => compact(meansOf(params)),
    ...(isSampled
      ? { posterior: { samples: options.samples, draw: (task, params, key) => drawn(task.model, params, keep, key) } }
      : {}),
  };
}

/** An optimizer whose weight decay leaves posterior deviations alone. */
function undecayed(optimizer: Optimizer): Optimizer {
  return {
    ...optimizer,
    update: (leaves, gradients, state, hyper) => {
      const decays = (path: string): boolean => !isDeviation(path) && (hyper.decays?.(path) ?? true);
      return optimizer.update(leaves, gradients, state, { ...hyper, decays });
    },
  };
}

/** The parameters with first deviations. */
function spreadOut(task: Task, params: Params, { keep, spread }: Full): Params {
  const places = placesOf(task.model, params, keep);
  if (places.length === 0) return params;
  return withDeviations(params, new Map(places.map((place) => [place.path, freshDeviations(place, spread)])));
}

/** What this method keeps in its state besides that of descent. */
function fresh(task: Task, params: Params, options: Full): Omit<BayesState, keyof DescentState> {
  const places = placesOf(task.model, params, options.keep);
  const by = <T>(value: (place: Place) => T): Record<string, T> =>
    Object.fromEntries(places.map((place) => [stateKey(place.path), value(place)]));
  const entries = by(({ node }) => entriesByBond(node.net, sizesOf(node)));
  const first = { variances: {}, entries, thresholds: {} };
  return { ...first, variances: by((place) => variancesNow(params, place, first, options)) };
}

/** Parameters and state with balanced weights. */
function balancedStep(
  task: Task,
  { params, state }: Pick<Step<BayesState>, 'params' | 'state'>,
  optimizer: Optimizer,
  options: Full,
): Pick<Step<BayesState>, 'params' | 'state'> {
  const first = { variances: {}, entries: state.entries ?? {} };
  return balanced(task, { params, state }, optimizer, options.keep, (next, place) =>
    variancesNow(next, place, first, options),
  );
}

/**
 * The variances that belong to the parameters. Means alone count the entries of the first ranks, as if those cut were
 * zero; Gaussians those there are, since the ones that are cut would have followed the prior.
 */
function variancesNow(
  params: Params,
  place: Place,
  state: Pick<BayesState, 'variances' | 'entries'>,
  { prior, damping }: Full,
): ByBond {
  const { path, node } = place;
  const deviations = deviationsOf(params, place);
  const before = state.variances?.[stateKey(path)];
  const entries = deviations === undefined ? state.entries![stateKey(path)]! : entriesByBond(node.net, sizesOf(node));
  return updatedVariances(prior, node, { deviations, before, entries, damping });
}

/** The weighted divergence of all weights. */
function pull(
  task: Task,
  params: Params,
  variances: Readonly<Record<string, ByBond>>,
  weight: number,
  keep: readonly string[],
): Tensor {
  const parts = placesOf(task.model, params, keep).map((place) => {
    const deviations: Deviations | undefined = deviationsOf(params, place);
    return divergence(place.node, variances[stateKey(place.path)]!, deviations);
  });
  return parts.length === 0
    ? zeros([])
    : mul(
        parts.reduce((a, b) => add(a, b)),
        weight,
      );
}

/** The weight of the divergence in a step, and what begins with it. */
export function phaseOf(
  task: Pick<Task, 'totalSteps' | 'stepsPerEpoch'>,
  step: number,
  { weight, delay, warmup }: Pick<Full, 'weight' | 'delay' | 'warmup'>,
): { readonly weight: number; readonly events: readonly TrainEvent[] } {
  const begin = stepsOf(task, delay);
  const length = stepsOf(task, warmup);
  const share = length === 0 ? 1 : Math.min(1, (step - begin) / length);
  const events: TrainEvent[] = [];
  if (step === begin && length > 0) events.push({ kind: 'phase', message: 'the prior begins to pull' });
  if (step === begin + length)
    events.push({ kind: 'phase', message: `the prior pulls with its full weight ${weight}` });
  return { weight: step < begin ? 0 : weight * share, events };
}

/** Epochs, or below 1 a share of the run, in whole steps. */
function stepsOf({ totalSteps, stepsPerEpoch }: Pick<Task, 'totalSteps' | 'stepsPerEpoch'>, epochs: number): number {
  return Math.round(epochs < 1 ? epochs * totalSteps : epochs * stepsPerEpoch);
}

/** After the last step, and after those epochs that the options name. */
function isCutDue(task: Task, step: number, { pruneEvery, pruneFrom }: Full): boolean {
  const done = step + 1;
  if (done === task.totalSteps) return true;
  if (pruneEvery === 0 || done % task.stepsPerEpoch !== 0 || done < stepsOf(task, pruneFrom)) return false;
  return (done / task.stepsPerEpoch) % pruneEvery === 0;
}
