/**
 * A training method is one pure step over parameters and state. It sees the task (model, loss, data) and speaks of bonds
 * and parts, never of a concrete format.
 */

import type { LossKind } from '../nn/loss.ts';
import type { Context, Module, Params } from '../nn/module.ts';
import type { Key } from '../random.ts';
import type { Tensor } from '../tensor/tensor.ts';

export interface Batch {
  /** Inputs [batch, ...]. */
  readonly x: Tensor;
  /** Labels [batch] (i32) or targets [batch, ...]. */
  readonly y: Tensor;
  /** Counts all steps of a run from 0. */
  readonly step: number;
  readonly epoch: number;
  /** A factor on all learning rates: less than 1 after training has diverged and was rolled back. Default 1. */
  readonly rate?: number;
}

/** What a method trains on. */
export interface Task {
  readonly model: Module;
  readonly lossKind: LossKind;
  /** Randomness of the run. */
  readonly key: Key;
  /** Steps of one epoch and of the whole run, for schedules. */
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  /** Mean loss of a batch. `updates` of the context receives running averages. */
  loss(params: Params, batch: Batch, context: Context): Tensor;
  /** The whole training set in a fixed order, for methods that need it all; `rows`: examples of each batch but the last. */
  data(rows?: number): Iterable<Batch>;
}

/** Why something happened. */
export interface TrainEvent {
  /**
   * 'rank': ranks moved; 'rollback': a change was undone; 'phase': another part of the method begins; 'plateau': the
   * learning rate fell; 'diverged': training went back to an earlier state; 'rise': what should never grow has grown.
   */
  readonly kind: 'rank' | 'rollback' | 'phase' | 'plateau' | 'diverged' | 'rise';
  readonly message: string;
  /** The weight. */
  readonly path?: string;
  /** Ranks by bond before and after. */
  readonly from?: Readonly<Record<string, number>>;
  readonly to?: Readonly<Record<string, number>>;
}

export interface Step<S> {
  readonly params: Params;
  readonly state: S;
  /** Loss of the batch before the step, one element. */
  readonly loss: Tensor;
  /** Plain numbers for the log. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly events: readonly TrainEvent[];
}

/** The state S is a tree of tensors and plain numbers, so that every method's is saved the same way. */
export interface Method<S = unknown> {
  readonly name: string;
  /** One line for help and tables. */
  readonly about: string;
  /** A step goes over all the data, which it takes from the task: there is one an epoch, and its batch is empty. */
  readonly wholeData?: boolean;
  /** The parameters that a new run starts from, given fresh ones; runs once, before init(), inside a scope. */
  prepare?(task: Task, params: Params): { readonly params: Params; readonly events: readonly TrainEvent[] };
  init(task: Task, params: Params): S;
  /** One step; runs inside a scope. Parameters are replaced, and their buffers may be reused for the new ones. */
  step(task: Task, params: Params, state: S, batch: Batch): Step<S>;
  /** After each epoch, whose steps had this mean loss; runs inside a scope. */
  epoch?(task: Task, params: Params, state: S, meanLoss: number): Omit<Step<S>, 'loss'>;
  /** The weights that the loss sees, where they are not `params` themselves; also used to predict. */
  view?(params: Params, state: S, key: Key): Params;
  /** The final compact parameters. */
  finish?(params: Params, state: S): Params;
  /** For methods that learn how certain they are: one draw of the parameters by a key, and how many to average over. */
  readonly posterior?: {
    readonly samples: number;
    draw(task: Task, params: Params, key: Key): Params;
  };
}
