/**
 * The training loop: `for await (const step of train(task, options))`. It owns the parameters and the method's state
 * between steps, gives the host a turn after each step, and stops at the first loss that is not finite.
 */

import { FormatError } from '../errors.ts';
import { finite } from '../methods/finite.ts';
import type { Batch, Method, Step, Task, TrainEvent } from '../methods/method.ts';
import type { Params } from '../nn/module.ts';
import { fold } from '../random.ts';
import { item, sync } from '../tensor/read.ts';
import { dispose, keep, replace, scope } from '../tensor/scope.ts';
import { pause } from './pause.ts';

/** A task with a stream of batches; `batches(epoch, from)` starts an epoch at a batch, so that runs can be resumed. */
export interface TrainTask extends Task {
  batches(epoch: number, from: number): Iterable<Batch>;
}

export interface TrainOptions {
  readonly method: Method;
  /** Default: fresh ones from the task's key. They are taken over. */
  readonly params?: Params;
  /** Continue here: what snapshot() gave. */
  readonly from?: Snapshot;
  readonly signal?: AbortSignal;
}

/** All that a run needs to go on, bit for bit, besides the task and the method. */
export interface Snapshot {
  readonly params: Params;
  readonly state: unknown;
  /** Steps done. */
  readonly step: number;
  /** Sum of the losses of the current epoch so far. */
  readonly epochLoss: number;
}

export interface TrainStep {
  /** Steps done, this one included. */
  readonly step: number;
  /** The epoch of this step, from 0. */
  readonly epoch: number;
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly events: readonly TrainEvent[];
  /** The mean loss of the epoch, at its last step. */
  readonly epochLoss?: number;
}

/** A run of training. Iterate it once; look at `params` whenever it is not iterating. */
export class Training implements AsyncIterable<TrainStep> {
  readonly task: TrainTask;
  readonly method: Method;
  readonly #signal: AbortSignal | undefined;
  #params: Params;
  #state: unknown;
  #step = 0;
  #epochLoss = 0;

  constructor(task: TrainTask, { method, params, from, signal }: TrainOptions) {
    if (task.totalSteps < 1) {
      throw new FormatError('train', 'a run has at least one step', String(task.totalSteps), 'give data and epochs');
    }
    this.task = task;
    this.method = method;
    this.#signal = signal;
    const start = scope(() => {
      const first = keep(from?.params ?? params ?? task.model.init(fold(task.key, 'init'), ''));
      return { params: first, state: keep(from?.state ?? method.init(task, first)) };
    });
    this.#params = start.params;
    this.#state = start.state;
    this.#step = from?.step ?? 0;
    this.#epochLoss = from?.epochLoss ?? 0;
  }

  /** The current parameters, as the method trains them. */
  get params(): Params {
    return this.#params;
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  /** The parameters to predict with now: what the method's loss sees. */
  view(): Params {
    return this.method.view?.(this.#params, this.#state, fold(this.task.key, 'view', this.#step)) ?? this.#params;
  }

  /** The final parameters, in their compact form. */
  finish(): Params {
    return this.method.finish?.(this.#params, this.#state) ?? this.#params;
  }

  /** What a checkpoint holds. Valid until the next step: save it before going on. */
  snapshot(): Snapshot {
    return { params: this.#params, state: this.#state, step: this.#step, epochLoss: this.#epochLoss };
  }

  /** Frees parameters and state. */
  dispose(): void {
    dispose(this.#params);
    dispose(this.#state);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TrainStep> {
    const { task } = this;
    while (this.#step < task.totalSteps) {
      const epoch = Math.floor(this.#step / task.stepsPerEpoch);
      for (const batch of task.batches(epoch, this.#step % task.stepsPerEpoch)) {
        if (this.#signal?.aborted) return;
        const step = this.#advance(batch, epoch);
        await pause();
        yield step;
        if (this.#step >= task.totalSteps) return;
      }
    }
  }

  #advance(batch: Batch, epoch: number): TrainStep {
    const done = scope(() => {
      const step = this.method.step(this.task, this.#params, this.#state, batch);
      const loss = finite('loss', item(step.loss), this.#step);
      this.#take(step);
      return { loss, metrics: step.metrics, events: step.events };
    });
    this.#step++;
    this.#epochLoss += done.loss;
    if (this.#step % this.task.stepsPerEpoch !== 0) return { step: this.#step, epoch, ...done };
    const epochLoss = this.#epochLoss / this.task.stepsPerEpoch;
    this.#epochLoss = 0;
    const ended = scope(() => {
      const after = this.method.epoch?.(this.task, this.#params, this.#state, epochLoss);
      if (after === undefined) return { metrics: {}, events: [] };
      this.#take(after);
      return { metrics: after.metrics, events: after.events };
    });
    const metrics = { ...done.metrics, ...ended.metrics };
    return { step: this.#step, epoch, loss: done.loss, metrics, events: [...done.events, ...ended.events], epochLoss };
  }

  #take(step: Pick<Step<unknown>, 'params' | 'state'>): void {
    sync();
    // Together: a state may hold tensors of the parameters before, and the other way round.
    const now = { params: this.#params, state: this.#state };
    const next = replace(now, { params: step.params, state: step.state });
    this.#params = next.params;
    this.#state = next.state;
  }
}

/** Starts or resumes a run; iterate what it returns. Throws FormatError for a task without steps. */
export function train(task: TrainTask, options: TrainOptions): Training {
  return new Training(task, options);
}
