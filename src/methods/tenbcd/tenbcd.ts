/**
 * tenBCD: training without gradients, by block coordinate descent on a network whose weights are held to low-rank form
 * (Li & Shen 2023, arXiv:2303.06815; Zeng, Lau, Lin, Yao 2019 for dense weights). One step is one round over all blocks from
 * the output backwards, on all examples: V, U, W, b and the parts of each layer, each block exactly minimised with the
 * others fixed. With dense weights it is plain BCD.
 *
 * Every example's U and V of every layer are state, in single precision: 4 bytes for each example and each unit, twice.
 */

import { FormatError } from '../../errors.ts';
import type { Params } from '../../nn/module.ts';
import { own } from '../../tensor/create.ts';
import { compact } from '../compact.ts';
import { finite } from '../finite.ts';
import type { Batch, Method, Step, TrainEvent } from '../method.ts';
import type { MethodEntry } from '../settings.ts';
import { type Net, type NetState, openNet, partsOf, type Penalties } from './net.ts';
import { distanceOf, objectiveOf } from './objective.ts';
import { type FitName, fitNamed, fits } from './proximal.ts';
import { Round, slackOf } from './round.ts';
import { fitFor, forwardPass, smallWeights } from './start.ts';

export interface TenbcdOptions extends Partial<Penalties> {
  /** Loss of the output; 'auto' is squared, or logistic for binary targets. Classes are one against all, but for softmax. */
  readonly loss?: 'auto' | FitName;
  /** Deviation of fresh weights times the root of their inputs; default 0.25; 0 leaves them as the model makes them. */
  readonly gain?: number;
  /** Fresh biases; default 0.1. */
  readonly bias?: number;
  /** Examples that a product takes at once; default 1024. */
  readonly samples?: number;
  /** Whether parts are solved with orthonormal neighbours or as they are; default 'orthogonal'. */
  readonly cores?: 'orthogonal' | 'plain';
  /** Evaluates the objective after each block, which throws where it has risen. Default false. */
  readonly check?: boolean;
}

/** A tree of tensors and numbers. */
export interface TenbcdState extends NetState {
  /** The objective before the last round and before the first; 0 before there was one. */
  readonly objective: number;
  readonly first: number;
  /** Rounds, and the sum of their squared changes. */
  readonly rounds: number;
  readonly changes: number;
}

/**
 * Throws FormatError for models that are no chain of linear layers and activations, ShapeError for low-rank weights that are
 * no tree of parts, ConvergenceError where a checked objective rises.
 */
export function tenbcd(options: TenbcdOptions = {}): Method<TenbcdState> {
  const { gamma = 1, rho = 1, tau = 3, alpha = 0.01, loss = 'auto', gain = 0.25, bias = 0.1 } = options;
  const { samples = 1024, cores = 'orthogonal', check = false } = options;
  const penalties = checked({ gamma, rho, tau, alpha });
  if (!(Number.isInteger(samples) && samples >= 1)) {
    throw new FormatError('tenbcd', 'samples is a whole number >= 1', String(samples), 'correct the option');
  }
  return {
    name: 'tenbcd',
    about: 'block coordinate descent on tensor trains, without gradients',
    wholeData: true,
    prepare: (task, params) => ({ params: smallWeights(task, params, gain, bias), events: [] }),
    init(task, params) {
      fitFor(loss, task.lossKind);
      return { ...forwardPass(task, params, samples), objective: 0, first: 0, rounds: 0, changes: 0 };
    },
    step(task, params, state, batch) {
      const fit = fitNamed(fitFor(loss, task.lossKind));
      const net = openNet(task, params, state, { ...penalties, fit, rows: samples });
      const events = new Round(net, { cores, check, first: state.first }).run();
      return stepOf(net, params, state, batch, events);
    },
    finish: (params) => compact(params),
  };
}

function stepOf(net: Net, params: Params, state: TenbcdState, batch: Batch, events: TrainEvent[]): Step<TenbcdState> {
  const { tally, count, task } = net;
  const objective = finite('objective', tally.objective, batch.step);
  const first = state.rounds === 0 ? objective : state.first;
  const rounds = state.rounds + 1;
  const changes = state.changes + finite('change of the variables', tally.change, batch.step);
  const told = (now: number, before: number, when: string): void => {
    if (state.rounds === 0 && when === 'before') return;
    if (now > before + slackOf(before, first)) events.push(risen(now, before, `${when} step ${batch.step + 1}`));
  };
  told(objective, state.objective, 'before');
  const metrics: Record<string, number> = {
    objective,
    change: tally.change,
    // O(1/k) by the theory: the mean over rounds of the squared change of all variables.
    averageChange: changes / rounds,
    distance: distanceOf(net),
  };
  if (batch.step === task.totalSteps - 1) {
    metrics.finalObjective = objectiveOf(net);
    told(metrics.finalObjective, objective, 'after');
  }
  const { params: moved, layers } = partsOf(net, params);
  return {
    params: moved,
    state: { ...state, layers, objective, first, rounds, changes },
    loss: own(Float32Array.of(objective / count), [1]),
    metrics,
    events,
  };
}

/** Throws FormatError unless all numbers are positive and finite. */
function checked(penalties: Penalties): Penalties {
  for (const [name, x] of Object.entries(penalties)) {
    if (!(x > 0 && x < Number.POSITIVE_INFINITY)) {
      throw new FormatError('tenbcd', `${name} is a positive number`, String(x), 'correct the option');
    }
  }
  return penalties;
}

function risen(now: number, before: number, when: string): TrainEvent {
  return { kind: 'rise', message: `the objective rose from ${before} to ${now} ${when}` };
}

export const tenbcdEntry: MethodEntry = {
  name: 'tenbcd',
  about: 'block coordinate descent on trains, exact blocks, no gradients; --format dense is plain BCD',
  start: 'lowRank',
  format: 'ttMatrix',
  settings: {
    gamma: { about: 'weight of |V - activation(U)|^2', fallback: 1, min: 1e-6, max: 1e6 },
    rho: { about: 'weight of |U - W V - b|^2', fallback: 1, min: 1e-6, max: 1e6 },
    tau: { about: 'weight of |W - its low-rank form|^2 for each example', fallback: 3, min: 1e-6, max: 1e6 },
    alpha: { about: 'proximal weight of a block', fallback: 0.01, min: 1e-6, max: 1e6 },
    loss: {
      about: 'the loss; auto is squared, or logistic for binary targets',
      fallback: 'auto',
      choices: ['auto', ...fits],
    },
    gain: {
      about: 'deviation of fresh weights times the root of inputs; 0: as made',
      fallback: 0.25,
      min: 0,
      max: 100,
    },
    bias: { about: 'fresh biases', fallback: 0.1, min: -100, max: 100 },
    samples: { about: 'examples of a chunk', fallback: 1024, min: 1, whole: true },
    cores: {
      about: 'parts with orthonormal neighbours, or as they are',
      fallback: 'orthogonal',
      choices: ['orthogonal', 'plain'],
    },
    check: { about: 'evaluate the objective after each block', fallback: false },
  },
  build: (_common, own) => tenbcd(own as TenbcdOptions) as Method,
};
