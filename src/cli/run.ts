/** A training run as commands use it: progress, validation, checkpoints in time, and the figures at the end. */

import type { Dataset, Split } from '../io/dataset.ts';
import { type Counts, countsOf, ranksByPath } from '../train/counts.ts';
import { evaluate, type Measured } from '../train/evaluate.ts';
import { batchesOf } from '../train/task.ts';
import { type Snapshot, train, type Training, type TrainStep } from '../train/train.ts';
import type { Prepared, RunConfig } from './config.ts';
import type { Output } from './output.ts';
import { percent } from './report.ts';

/** Milliseconds between checkpoints within an epoch. */
const SAVE_EVERY = 30_000;

export interface RunOptions {
  readonly config: RunConfig;
  readonly data: Dataset;
  readonly prepared: Prepared;
  readonly output: Output;
  readonly signal: AbortSignal;
  readonly from?: Snapshot;
  /** Put before progress and messages. */
  readonly title?: string;
}

export interface RunResult extends Counts {
  readonly testAccuracy: number;
  readonly testLoss: number;
  readonly ranks: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Of training alone, in this process. */
  readonly seconds: number;
  readonly epochs: number;
  readonly steps: number;
  readonly seed: number;
  readonly data: string;
  readonly model: string;
  readonly format: string;
  readonly method: string;
  readonly validationAccuracy?: number;
}

/** Where a run's lines and checkpoints go. */
export interface Keeper {
  save(): Promise<void>;
  log(line: Readonly<Record<string, unknown>>): void;
}

export class Run {
  readonly prepared: Prepared;
  readonly training: Training;
  readonly #options: RunOptions;
  #seconds = 0;
  #validation: Measured | undefined;

  constructor(options: RunOptions) {
    const { prepared, signal, from, output } = options;
    this.#options = options;
    this.prepared = prepared;
    const { method, task } = prepared;
    this.training = train(task, { method, signal, ...(from === undefined ? {} : { from }) });
    for (const note of prepared.notes) output.note(note);
  }

  /** Trains to the end. False where the signal stopped it before. */
  async train(keeper: Keeper): Promise<boolean> {
    const { signal } = this.#options;
    const { task } = this.prepared;
    let saved = performance.now();
    let began = saved;
    for await (const step of this.training) {
      const ends = step.epochLoss !== undefined || step.step === task.totalSteps;
      this.#seconds += (performance.now() - began) / 1000;
      if (ends) await this.#endEpoch(step);
      else this.#progress(step);
      keeper.log(this.#line(step, ends));
      if (ends || performance.now() - saved > SAVE_EVERY) {
        await keeper.save();
        saved = performance.now();
      }
      began = performance.now();
    }
    return !signal.aborted || this.training.step >= task.totalSteps;
  }

  counts(): Counts {
    return countsOf(this.prepared.model, this.training.finish());
  }

  /** The figures of the trained model; the test set is used here and nowhere else. */
  async result(): Promise<RunResult> {
    const { config, data } = this.#options;
    const params = this.training.finish();
    const { accuracy, loss } = await evaluate(this.prepared.model, params, batchesOf(data.test, data));
    const { epochs, seed, model, format, method } = config;
    const named = { seed, data: data.name, model, format, method };
    return {
      testAccuracy: accuracy!,
      testLoss: loss,
      ...this.counts(),
      ranks: ranksByPath(params),
      seconds: this.#seconds,
      epochs,
      steps: this.training.step,
      ...named,
      ...(this.#validation === undefined ? {} : { validationAccuracy: this.#validation.accuracy! }),
    };
  }

  dispose(): void {
    this.training.dispose();
  }

  #progress({ epoch, step, loss }: TrainStep): void {
    const { config, output, title = '' } = this.#options;
    const { totalSteps } = this.prepared.task;
    output.progress(`${title}epoch ${epoch + 1}/${config.epochs}  step ${step}/${totalSteps}  loss ${loss.toFixed(4)}`);
  }

  async #endEpoch({ epoch, loss, epochLoss }: TrainStep): Promise<void> {
    const { config, output, title = '' } = this.#options;
    const { validation } = this.prepared;
    if (validation !== undefined) this.#validation = await this.#measure(validation);
    const also = validation === undefined ? '' : `  validation ${percent(this.#validation!.accuracy!)}`;
    output.note(`${title}epoch ${epoch + 1}/${config.epochs}  loss ${(epochLoss ?? loss).toFixed(4)}${also}`);
  }

  #measure(split: Split): Promise<Measured> {
    return evaluate(this.prepared.model, this.training.view(), batchesOf(split, this.#options.data));
  }

  #line({ step, epoch, loss, metrics, events, epochLoss }: TrainStep, ends: boolean): Record<string, unknown> {
    return {
      step,
      epoch,
      loss,
      ...metrics,
      ...(events.length > 0 ? { events } : {}),
      ...(epochLoss === undefined ? {} : { epochLoss }),
      ...(ends && this.#validation !== undefined ? { validationAccuracy: this.#validation.accuracy } : {}),
    };
  }
}
