/**
 * The training loop: `for await (const step of train(task, options))`. It owns the parameters and the method's state
 * between steps, gives the host a turn after each step, and goes back to an earlier state where training diverges.
 */

import { FormatError, NonFiniteError } from '../errors.ts';
import { finite } from '../methods/finite.ts';
import type { Batch, Method, Step, Task, TrainEvent } from '../methods/method.ts';
import type { Params } from '../nn/module.ts';
import { fold } from '../random.ts';
import { item, sync } from '../tensor/read.ts';
import { dispose, keep, replace, scope } from '../tensor/scope.ts';
import { copied, type DivergencePolicy, freshGuard, Guard, type GuardState, type Restart } from './guard.ts';
import { pause } from './pause.ts';
import { taskFor } from './wholeData.ts';

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
  /**
   * What to do where training diverges; false ends the run at the first number that is not finite. Default: go back, but
   * false for methods whose steps go over all the data.
   */
  readonly divergence?: DivergencePolicy | false;
}

/** All that a run needs to go on, bit for bit, besides the task and the method. */
export interface Snapshot {
  readonly params: Params;
  readonly state: unknown;
  /** Steps done. */
  readonly step: number;
  /** Sum of the losses of the current epoch so far. */
  readonly epochLoss: number;
  /** Default: that of a run without trouble. */
  readonly guard?: GuardState;
}

export interface TrainStep {
  /** Steps done, this one included; fewer than before where training went back. */
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
  /** Events of the preparation, told with the first step. */
  #events: readonly TrainEvent[] = [];
  readonly #guard: Guard | undefined;

  constructor(given: TrainTask, { method, params, from, signal, divergence }: TrainOptions) {
    const task = taskFor(method, given);
    if (task.totalSteps < 1) {
      throw new FormatError('train', 'a run has at least one step', String(task.totalSteps), 'give data and epochs');
    }
    this.task = task;
    this.method = method;
    this.#signal = signal;
    const start = scope(() => {
      if (from !== undefined) return { params: keep(from.params), state: keep(from.state) };
      const fresh = params ?? task.model.init(fold(task.key, 'init'), '');
      const prepared = method.prepare?.(task, fresh) ?? { params: fresh, events: [] };
      this.#events = prepared.events;
      const first = keep(prepared.params);
      return { params: first, state: keep(method.init(task, first)) };
    });
    this.#params = start.params;
    this.#state = start.state;
    this.#step = from?.step ?? 0;
    this.#epochLoss = from?.epochLoss ?? 0;
    // A method that goes over all the data has no batch to leave out, nor a rate to lower.
    const policy = divergence ?? (method.wholeData === true ? false : {});
    if (policy !== false) this.#guard = new Guard(policy, from?.guard ?? freshGuard);
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
    const guard = this.#guard?.state;
    const now = { params: this.#params, state: this.#state, step: this.#step, epochLoss: this.#epochLoss };
    return guard === undefined ? now : { ...now, guard };
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
        const expected = this.#step + 1;
        const step = this.#advance(batch, epoch);
        await pause();
        yield step;
        if (this.#step >= task.totalSteps) return;
        // Training went back: the batches start anew from there.
        if (step.step !== expected) break;
      }
    }
  }

  #advance(batch: Batch, epoch: number): TrainStep {
    const guard = this.#guard;
    if (guard === undefined) return this.#count(epoch, this.#stepOn(batch));
    guard.remember({ params: this.#params, state: this.#state, step: this.#step, epochLoss: this.#epochLoss });
    if (guard.skips(this.#step)) return this.#count(epoch, { loss: guard.state.average, metrics: {}, events: [] });
    try {
      const done = this.#stepOn({ ...batch, rate: guard.state.rate });
      const what = `losses far above their average, ${done.loss.toPrecision(3)} in step ${this.#step + 1}`;
      return guard.diverges(done.loss) ? this.#goBack(what) : this.#count(epoch, done);
    } catch (error) {
      if (!(error instanceof NonFiniteError)) throw error;
      return this.#goBack(`a number that is not finite in step ${this.#step + 1}`, error);
    }
  }

  /** One step of the method, taken over. */
  #stepOn(batch: Batch): Pick<TrainStep, 'loss' | 'metrics' | 'events'> {
    return scope(() => {
      const step = this.method.step(this.task, this.#params, this.#state, batch);
      const loss = finite('loss', item(step.loss), this.#step);
      this.#take(step);
      const events = [...this.#events, ...step.events];
      this.#events = [];
      return { loss, metrics: step.metrics, events };
    });
  }

  /** The run as it was before training diverged. */
  #goBack(what: string, cause?: unknown): TrainStep {
    const guard = this.#guard!;
    const { params, state, step, epochLoss } = guard.restart(this.#step, what, cause) as Restart & Snapshot;
    // The copy stays whole for another time.
    scope(() => this.#take({ params: copied(params), state: copied(state) }));
    const left = this.#step + 1;
    this.#step = step;
    this.#epochLoss = epochLoss;
    const message = `${what}: back to step ${step}, learning rates times ${guard.state.rate}, without batch ${left}`;
    const epoch = Math.floor(step / this.task.stepsPerEpoch);
    return { step, epoch, loss: guard.state.average, metrics: {}, events: [{ kind: 'diverged', message }] };
  }

  /** A step is done: at the end of an epoch the method has its turn. */
  #count(epoch: number, done: Pick<TrainStep, 'loss' | 'metrics' | 'events'>): TrainStep {
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
    const events = [...done.events, ...ended.events];
    if (ended.events.some(({ kind }) => kind === 'phase')) this.#guard?.renew();
    return { step: this.#step, epoch, loss: done.loss, metrics, events, epochLoss };
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
