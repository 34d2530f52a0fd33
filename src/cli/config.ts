/** What a training run is made from, as plain JSON: it stands in the checkpoint, and a resumed run is built from it. */

import { type FactorizeOptions, lowRankWeight, type MakeWeight } from '../formats/make.ts';
import type { RankRequest } from '../formats/rank.ts';
import { splitValidation } from '../io/shuffle.ts';
import type { Dataset, Split } from '../io/dataset.ts';
import { methodNamed, type MethodSettings } from '../methods/all.ts';
import type { Method } from '../methods/method.ts';
import { modelNamed } from '../nn/models/all.ts';
import type { Module } from '../nn/module.ts';
import type { ModelSpec } from '../train/modelFile.ts';
import { supervised } from '../train/task.ts';
import type { TrainTask } from '../train/train.ts';
import { UsageError, type Values } from './command.ts';

export interface RunConfig {
  readonly data: string;
  readonly dataDir?: string;
  readonly model: string;
  readonly widths?: readonly number[];
  readonly width?: number;
  readonly format: string;
  readonly rank: RankRequest;
  readonly method: string;
  readonly settings: MethodSettings;
  readonly epochs: number;
  readonly steps?: number;
  readonly batch: number;
  readonly seed: number;
  readonly augment: boolean;
  readonly validation: number;
}

/** '0.1', '8', '4,8,8', 'same' or 'params:5000'. Throws UsageError for other texts. */
export function parseRank(text: string): RankRequest {
  if (text === 'same') return 'same';
  const budget = /^params:(\d+)$/.exec(text);
  if (budget !== null) return { maxParams: Number(budget[1]) };
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (numbers.some((n) => !(n > 0))) {
    const rule = "--rank is an integer, a list such as 4,8,8, a fraction below 1, 'same' or params:N";
    throw new UsageError(`train: ${rule}; got '${text}'; correct the value`);
  }
  return numbers.length === 1 ? numbers[0]! : numbers;
}

/** '256,128'. */
export function parseWidths(text: string): number[] {
  const widths = text.split(',').map(Number);
  if (widths.every((n) => Number.isSafeInteger(n) && n >= 1)) return widths;
  throw new UsageError(`train: --widths is a list of whole numbers >= 1; got '${text}'; write such as 256,128`);
}

/** The configuration that options of `train` ask for. */
export function configOf(values: Values): RunConfig {
  const text = (name: string): string => values[name] as string;
  const number = (name: string): number => values[name] as number;
  return {
    data: text('data'),
    ...(values['data-dir'] === undefined ? {} : { dataDir: text('data-dir') }),
    model: text('model'),
    ...(values.widths === undefined ? {} : { widths: parseWidths(text('widths')) }),
    ...(values.width === undefined ? {} : { width: number('width') }),
    format: text('format'),
    rank: parseRank(text('rank')),
    method: text('method'),
    settings: {
      optimizer: text('optimizer'),
      learningRate: values.lr === undefined ? (text('optimizer') === 'sgd' ? 0.01 : 0.001) : number('lr'),
      momentum: number('momentum'),
      weightDecay: number('weight-decay'),
      schedule: text('schedule'),
      clip: number('clip'),
    },
    epochs: number('epochs'),
    ...(values.steps === undefined ? {} : { steps: number('steps') }),
    batch: number('batch'),
    seed: number('seed'),
    augment: values.augment === true,
    validation: number('validation'),
  };
}

/** A run ready to start: nothing here depends on when or where. */
export interface Prepared {
  readonly spec: ModelSpec;
  readonly model: Module;
  readonly method: Method;
  readonly task: TrainTask;
  readonly validation?: Split;
  /** What the maker of weights had to say, in order of the layers; filled when parameters are made. */
  readonly notes: string[];
}

/** Builds model, method and task. Throws the typed errors of each part for what does not fit. */
export function prepare(config: RunConfig, data: Dataset): Prepared {
  const { epochs, batch, seed, augment } = config;
  const notes: string[] = [];
  const weight = weightOf(config, (message) => notes.push(message));
  const { widths, width } = config;
  const shape = {
    input: data.shape,
    classes: data.classes,
    ...(widths ? { widths } : {}),
    ...(width ? { width } : {}),
  };
  const model = modelNamed(config.model).build({ ...shape, weight });
  model.outputShape(data.shape);
  const parts = config.validation > 0 ? splitValidation(data.train, config.validation, seed) : undefined;
  const task = supervised({
    model,
    data: { ...data, train: parts?.train ?? data.train },
    epochs,
    ...(config.steps === undefined ? {} : { maxSteps: config.steps }),
    batchSize: batch,
    seed,
    ...(augment ? { augment: { flip: true, crop: 4 } } : {}),
  });
  const { name, mean, std, classNames } = data;
  const labels = classNames === undefined ? {} : { labels: classNames };
  const spec = { model: config.model, ...shape, loss: 'crossEntropy' as const, data: name, mean, std, ...labels };
  const method = methodNamed(config.method).build(config.settings);
  return { spec, model, method, task, notes, ...(parts === undefined ? {} : { validation: parts.validation }) };
}

function weightOf({ format, rank }: RunConfig, note: NonNullable<FactorizeOptions['note']>): MakeWeight {
  return lowRankWeight({ format, rank, note });
}
