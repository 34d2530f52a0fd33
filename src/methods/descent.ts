/**
 * Gradient descent on all trained leaves: the plain method, and the frame of methods that only decorate it with a view
 * of the weights, a penalty, or work after steps and epochs.
 */

import { FormatError } from '../errors.ts';
import { add } from '../ops/binary.ts';
import { valueAndGrad } from '../ops/grad.ts';
import type { Params } from '../nn/module.ts';
import { clipScale, globalNorm } from '../optim/clip.ts';
import type { Optimizer, OptimizerState } from '../optim/optimizer.ts';
import { constant, freshPlateau, type Plateau, plateau, type Schedule } from '../optim/schedule.ts';
import { sgd } from '../optim/sgd.ts';
import { fold } from '../random.ts';
import { item } from '../tensor/read.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { withLeaves } from '../tree.ts';
import { finite } from './finite.ts';
import { decaysIn, trainedLeaves } from './leaves.ts';
import type { Batch, Method, Step, Task } from './method.ts';
import { descentOptions, type MethodEntry } from './settings.ts';

export interface DescentOptions {
  /** Default sgd with momentum 0.9. */
  readonly optimizer?: Optimizer;
  /** Default 0.01. */
  readonly learningRate?: number;
  readonly schedule?: Schedule;
  /** Lowers the rate when the mean loss of epochs stops falling. */
  readonly plateau?: { readonly factor?: number; readonly patience?: number };
  /** Limit of the global gradient norm; default none. */
  readonly clip?: number;
}

/** What a method that decorates descent puts into the gradient. */
export interface Decoration<S> {
  /** Added to the loss of a batch. */
  readonly penalty?: (params: Params, state: S, batch: Batch) => Tensor;
  /** The weights that the loss sees, where they are not the parameters themselves. */
  readonly view?: (params: Params, state: S, batch: Batch) => Params;
}

/** Optimizer state and what schedules need: a tree of tensors and numbers. */
export type DescentState = {
  readonly optimizer: OptimizerState;
  readonly plateau: Plateau;
};

/** The state may have more in it than descent needs: it is kept. */
export function descent<S extends DescentState = DescentState>(
  options: DescentOptions = {},
  decoration: Decoration<S> = {},
): Method<DescentState> {
  const { optimizer = sgd({ momentum: 0.9 }), learningRate = 0.01, schedule = constant(), clip } = options;
  return {
    name: 'descent',
    about: 'gradient descent on all parameters',
    init: (task, params) => ({
      optimizer: optimizer.init(trainedLeaves(task.model, params)),
      plateau: freshPlateau,
    }),
    step: (task, params, state, batch) => {
      if (state.optimizer === undefined || state.plateau === undefined) {
        const got = Object.keys(state).join(', ') || 'none';
        throw new FormatError('descent', 'the state has an optimizer and a plateau', got, 'resume with its own method');
      }
      const { loss, gradients, updates } = gradientsOf(task, params, batch, seenBy(decoration, state as S, batch));
      const { step, rate: scale = 1 } = batch;
      const norm = clip === undefined ? undefined : finite('gradient norm', globalNorm(gradients), step);
      const progress = { step, totalSteps: task.totalSteps, stepsPerEpoch: task.stepsPerEpoch };
      const rate = learningRate * schedule(progress) * state.plateau.scale * scale;
      const moved = optimizer.update(trainedLeaves(task.model, params), gradients, state.optimizer, {
        learningRate: rate,
        gradientScale: norm === undefined ? 1 : clipScale(norm, clip!),
        decays: decaysIn(task.model),
        donate: true,
      });
      return {
        params: withLeaves<Tensor, Params>(params, new Map([...moved.leaves, ...updates])),
        state: { ...state, optimizer: moved.state },
        loss,
        metrics: { learningRate: rate, ...(norm === undefined ? {} : { gradientNorm: norm }) },
        events: [],
      } satisfies Step<DescentState>;
    },
    epoch: (_task, params, state, meanLoss) => {
      const next = options.plateau === undefined ? state.plateau : plateau(state.plateau, meanLoss, options.plateau);
      const lowered = next.scale < state.plateau.scale;
      const message = `the loss has stopped falling: learning rate times ${next.scale}`;
      return {
        params,
        state: { ...state, plateau: next },
        metrics: {},
        events: lowered ? [{ kind: 'plateau', message }] : [],
      };
    },
  };
}

/** A decoration for one step. */
function seenBy<S>({ penalty, view }: Decoration<S>, state: S, batch: Batch): Seen {
  return {
    ...(penalty === undefined ? {} : { penalty: (params: Params) => penalty(params, state, batch) }),
    ...(view === undefined ? {} : { view: (params: Params) => view(params, state, batch) }),
  };
}

/** What the gradient is taken of, besides the loss at the parameters. */
export interface Seen {
  readonly penalty?: (params: Params) => Tensor;
  readonly view?: (params: Params) => Params;
  /** Which of the trained leaves; default all. */
  readonly trains?: (path: string) => boolean;
}

/**
 * Loss, gradients of the trained leaves and new running averages of one batch. Throws NonFiniteError for a loss that is
 * not finite: the parameters may be updated in place, and so must not be touched after it. A host read.
 */
export function gradientsOf(
  task: Task,
  params: Params,
  batch: Batch,
  { penalty, view = (params) => params, trains = () => true }: Seen = {},
): { loss: Tensor; gradients: Map<string, Tensor>; updates: Map<string, Tensor> } {
  const trained = Object.fromEntries([...trainedLeaves(task.model, params)].filter(([path]) => trains(path)));
  const { grad, aux } = valueAndGrad<Record<string, Tensor>, { loss: Tensor; updates: Record<string, Tensor> }>(
    (leaves) => {
      const moving = withLeaves<Tensor, Params>(params, new Map(Object.entries(leaves)));
      const updates = new Map<string, Tensor>();
      const context = { training: true, key: fold(task.key, 'pass', batch.step), path: '', updates };
      const loss = task.loss(view(moving), batch, context);
      const value = penalty === undefined ? loss : add(loss, penalty(moving));
      return { value, aux: { loss, updates: Object.fromEntries(updates) } };
    },
  )(trained);
  finite('loss', item(aux.loss), batch.step);
  return { loss: aux.loss, gradients: new Map(Object.entries(grad)), updates: new Map(Object.entries(aux.updates)) };
}

export const descentEntry: MethodEntry = {
  name: 'descent',
  about: 'gradient descent on all parameters, ranks fixed',
  start: 'lowRank',
  settings: {},
  build: (common) => descent(descentOptions(common)),
};
