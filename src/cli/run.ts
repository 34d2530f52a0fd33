/** A training run as commands use it: progress, validation, checkpoints in time, and the figures at the end. */

import type { Dataset, Split } from '../io/dataset.ts';
import type { Params } from '../nn/module.ts';
import { dispose, keep } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Counts, countsOf, formatsOf, ranksByPath } from '../nn/counts.ts';
import { evaluate, type Measured } from '../train/evaluate.ts';
import { spectraByPath } from '../train/spectra.ts';
import { batchesOf } from '../train/task.ts';
import { type Snapshot, type Training, type TrainStep, train } from '../train/train.ts';
import { evaluateDraws } from '../train/uncertainty.ts';
import { Interrupted, untilAborted } from './command.ts';
import type { Prepared, RunConfig } from './config.ts';
import { grouped, type Output } from './output.ts';
import { percent } from './report.ts';
import { nothingSpent, type Spent, spentSince, timeNow } from './spent.ts';

export interface RunOptions {
  readonly config: RunConfig;
  readonly data: Dataset;
  readonly prepared: Prepared;
  readonly output: Output;
  readonly signal: AbortSignal;
  readonly from?: Snapshot;
  /** On training, by earlier processes. */
  readonly spent?: Spent;
  /** Whether singular values are logged after each epoch. */
  readonly spectra?: boolean;
  /** Put before progress and messages. */
  readonly title?: string;
}

export interface RunResult extends Counts {
  readonly testAccuracy: number;
  readonly testLoss: number;
  /** Mean gap between confidence and accuracy. */
  readonly calibrationError?: number;
  /** Floating-point operations of the forward pass for one example. */
  readonly flops: number;
  readonly ranks: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Of training alone, in all processes that took part. */
  readonly seconds: number;
  /** Of the processor in the same time. */
  readonly cpuSeconds: number;
  /** Epochs begun. */
  readonly epochs: number;
  readonly steps: number;
  readonly seed: number;
  readonly data: string;
  readonly model: string;
  /** Of the low-rank weights at the end; 'dense' where there are none. */
  readonly format: string;
  readonly method: string;
  readonly validationAccuracy?: number;
  /** What predictions averaged over draws of the posterior come to, for methods that have one. */
  readonly posterior?: PosteriorResult;
}

/** As of the mean parameters, on the test set. */
export interface PosteriorResult {
  readonly samples: number;
  readonly testAccuracy: number;
  readonly testLoss: number;
  readonly calibrationError: number;
}

function posteriorOf({ accuracy, loss, calibrationError }: Measured, samples: number): PosteriorResult {
  return { samples, testAccuracy: accuracy!, testLoss: loss, calibrationError: calibrationError! };
}

/** Where a run's lines and checkpoints go. */
export interface Keeper {
  /** `spent` on training so far. */
  save(spent: Spent): Promise<void>;
  log(line: Readonly<Record<string, unknown>>): void;
  /** Adds fields to the line of a step that an earlier process logged last. */
  amend(step: number, fields: Readonly<Record<string, unknown>>): Promise<void>;
  /** Seconds between checkpoints within an epoch; there is one after each epoch anyway. */
  readonly saveEvery: number;
}

export class Run {
  readonly prepared: Prepared;
  readonly training: Training;
  readonly #options: RunOptions;
  #spent: Spent;
  #validation: Measured | undefined;
  #final: Params | undefined;

  constructor(options: RunOptions) {
    const { prepared, signal, from, output } = options;
    this.#options = options;
    this.#spent = options.spent ?? nothingSpent;
    this.prepared = prepared;
    const { method, task } = prepared;
    this.training = train(task, { method, signal, ...(from === undefined ? {} : { from }) });
    for (const note of prepared.notes) output.note(note);
  }

  /** Trains to the end. Throws Interrupted, between two steps, where the signal came before. */
  async train(keeper: Keeper): Promise<void> {
    const { signal } = this.#options;
    const { task } = this.prepared;
    if (this.#isUnmeasured()) {
      this.#validation = await this.#validate();
      await keeper.amend(this.training.step, this.#measured());
    }
    let saved = performance.now();
    let began = timeNow();
    for await (const step of this.training) {
      for (const { kind, message } of step.events) {
        if (kind !== 'rank') this.#options.output.note(`${this.#title(step.epoch)}  ${message}`);
      }
      const ends = step.epochLoss !== undefined || step.step === task.totalSteps;
      this.#spent = spentSince(began, this.#spent);
      this.#validation = undefined;
      try {
        if (ends) await this.#endEpoch(step);
        else this.#progress(step);
      } finally {
        keeper.log(this.#line(step));
      }
      if (ends || performance.now() - saved >= 1000 * keeper.saveEvery) {
        await keeper.save(this.#spent);
        saved = performance.now();
      }
      began = timeNow();
    }
    if (signal.aborted && this.training.step < task.totalSteps) throw new Interrupted();
  }

  /** The parameters in their final form. */
  final(): Params {
    this.#final ??= keep(this.training.finish());
    return this.#final;
  }

  counts(): Counts {
    return countsOf(this.prepared.model, this.final());
  }

  /** Spent on training so far. */
  get spent(): Spent {
    return this.#spent;
  }

  /** The figures of the trained model; the test set is used here and nowhere else. Throws Interrupted by the signal. */
  async result(): Promise<RunResult> {
    const { config, data } = this.#options;
    const { model, task, validation } = this.prepared;
    const params = this.final();
    // A run that is gone on with after its last step has not been measured in this process.
    if (validation !== undefined) this.#validation ??= await this.#validate();
    const { accuracy, loss, samples, ...also } = await evaluate(model, params, this.#batches('testing', data.test));
    const drawn = await evaluateDraws(this.training, this.#batches('averaging over', data.test));
    const rows = model.profile(params, data.shape, '');
    return {
      testAccuracy: accuracy!,
      testLoss: loss,
      ...also,
      ...(drawn === undefined ? {} : { posterior: posteriorOf(drawn, this.prepared.method.posterior!.samples) }),
      flops: rows.reduce((sum, { flops }) => sum + flops, 0),
      ...this.counts(),
      ranks: ranksByPath(params),
      ...this.#spent,
      epochs: Math.ceil(this.training.step / task.stepsPerEpoch),
      steps: this.training.step,
      seed: config.seed,
      data: data.name,
      model: config.model,
      format: formatsOf(params),
      method: config.method,
      ...(this.#validation === undefined ? {} : { validationAccuracy: this.#validation.accuracy! }),
    };
  }

  dispose(): void {
    this.training.dispose();
    if (this.#final !== undefined) dispose(this.#final);
  }

  #title(epoch: number): string {
    const { stepsPerEpoch, totalSteps } = this.prepared.task;
    return `${this.#options.title ?? ''}epoch ${epoch + 1}/${Math.ceil(totalSteps / stepsPerEpoch)}`;
  }

  #progress({ epoch, step, loss }: TrainStep): void {
    const { totalSteps } = this.prepared.task;
    this.#options.output.progress(`${this.#title(epoch)}  step ${step}/${totalSteps}  loss ${loss.toFixed(4)}`);
  }

  async #endEpoch({ epoch, loss, epochLoss }: TrainStep): Promise<void> {
    const isMeasured = this.prepared.validation !== undefined;
    if (isMeasured) this.#validation = await this.#validate();
    const also = isMeasured ? `  validation ${percent(this.#validation!.accuracy!)}` : '';
    const { parameters } = countsOf(this.prepared.model, this.training.view());
    const shown = `${this.#title(epoch)}  loss ${(epochLoss ?? loss).toFixed(4)}  ${grouped(parameters)} parameters${also}`;
    this.#options.output.note(shown);
  }

  #validate(): Promise<Measured> {
    const { model, validation } = this.prepared;
    return evaluate(model, this.training.view(), this.#batches('validating', validation!));
  }

  /** The batches of a split, with progress, until the signal comes. */
  *#batches(doing: string, split: Split): Generator<{ x: Tensor; y: Tensor }> {
    const { data, output, signal, title = '' } = this.#options;
    let count = 0;
    for (const batch of untilAborted(batchesOf(split, data), signal)) {
      yield batch;
      count += batch.x.shape[0]!;
      output.progress(`${title}${doing} ${count} of ${split.count}`);
    }
  }

  #line({ step, epoch, loss, metrics, events, epochLoss }: TrainStep): Record<string, unknown> {
    return {
      step,
      epoch,
      loss,
      ...metrics,
      ...(events.length > 0 ? { events } : {}),
      ...(epochLoss === undefined ? {} : { epochLoss, ...this.#form() }),
      ...this.#measured(),
    };
  }

  /** What the parameters are like now: how many, of which ranks, and their singular values where they are asked for. */
  #form(): Record<string, unknown> {
    const { model } = this.prepared;
    const params = this.training.view();
    return {
      parameters: countsOf(model, params).parameters,
      ranks: ranksByPath(params),
      ...(this.#options.spectra === true ? { spectra: spectraByPath(model, params) } : {}),
    };
  }

  /** Whether a run that is gone on with may have been stopped while its last epoch was being measured. */
  #isUnmeasured(): boolean {
    const { task, validation } = this.prepared;
    const { step } = this.training;
    const ends = step % task.stepsPerEpoch === 0 || step === task.totalSteps;
    return validation !== undefined && step > 0 && ends;
  }

  #measured(): Record<string, unknown> {
    return this.#validation === undefined ? {} : { validationAccuracy: this.#validation.accuracy };
  }
}
