/** What a training run is made from, as plain JSON: it stands in the checkpoint, and a resumed run is built from it. */

import { FormatError } from '../errors.ts';
import { denseWeight } from '../formats/make.ts';
import type { RankRequest } from '../formats/rank.ts';
import { crc32c, showCrc } from '../io/crc32c.ts';
import type { Dataset, Split } from '../io/dataset.ts';
import { someOf, splitValidation } from '../io/shuffle.ts';
import { type Check, flag, listOf, number, object, oneOf, optional, recordOf, text, whole } from '../json.ts';
import { methodNamed } from '../methods/all.ts';
import type { Method } from '../methods/method.ts';
import {
  type MethodEntry,
  type MethodSettings,
  type OwnSettings,
  ownSettings,
  type Target,
} from '../methods/settings.ts';
import { modelNamed } from '../nn/models/all.ts';
import {
  checkCategories,
  type ClassifierKind,
  classifierKinds,
  type EmbeddingKind,
  embeddingKinds,
  type ModelOptions,
} from '../nn/models/model.ts';
import { parametersOf } from '../nn/narrow.ts';
import { rankWithin, targetWeight } from '../methods/target.ts';
import type { Module } from '../nn/module.ts';
import { type Shape, showShape } from '../shape.ts';
import { adapted } from '../train/adapt.ts';
import type { Base } from '../train/deltaFile.ts';
import type { ModelSpec } from '../train/modelSpec.ts';
import { type Augmentation, supervised } from '../train/task.ts';
import type { TrainTask } from '../train/train.ts';
import { touched } from './touched.ts';

export interface RunConfig {
  readonly data: string;
  readonly dataDir?: string;
  readonly model: string;
  readonly widths?: readonly number[];
  readonly width?: number;
  /** How a model of columns stores its tables, the length of their rows, and what each may store. */
  readonly embedding?: EmbeddingKind;
  readonly embeddingSize?: number;
  readonly embeddingBudget?: number;
  /** Whether the last layer takes the format of the others; default that it stays dense. */
  readonly classifier?: ClassifierKind;
  readonly format: string;
  /** Default: that of the method. */
  readonly rank?: RankRequest;
  /** Stored parameters that the whole network may have at the start; before `rank`. */
  readonly budget?: number;
  /** Layers whose weights stay dense. */
  readonly keep: readonly string[];
  /** Mode sizes of the axes of a weight, by the path of its layer. */
  readonly folds: NonNullable<Target['folds']>;
  /** The file of the model that deltas are trained beside, and its checksum. */
  readonly adapt?: { readonly path: string; readonly checksum?: string };
  readonly method: string;
  readonly settings: MethodSettings;
  /** Settings of the method's own. */
  readonly own: OwnSettings;
  /** Default 10, or what `steps` needs. */
  readonly epochs?: number;
  readonly steps?: number;
  readonly batch: number;
  /** Training examples that are used; default all. */
  readonly limit?: number;
  readonly seed: number;
  readonly augment: boolean;
  readonly validation: number;
  /** A checksum of what the data looks like, so that a run goes on with the same. */
  readonly dataPrint?: string;
}

const EPOCHS = 10;

const rankRequest: Check<RankRequest> = (value, at) => {
  if (typeof value === 'number') return number(0)(value, at);
  if (Array.isArray(value)) return listOf(whole(1), 1)(value, at);
  if (typeof value === 'string') return oneOf('same')(value, at);
  const isShare = typeof value === 'object' && value !== null && 'bound' in value;
  return isShare ? object({ bound: number(0, 1) })(value, at) : object({ maxParams: number(1) })(value, at);
};

const setting: Check<number | string | boolean> = (value, at) => {
  if (typeof value === 'number') return number()(value, at);
  return typeof value === 'boolean' ? value : text(value, at);
};

const runConfig = object<RunConfig>({
  data: text,
  dataDir: optional(text),
  model: text,
  widths: optional(listOf(whole(1))),
  width: optional(number(0)),
  embedding: optional(oneOf(...embeddingKinds)),
  embeddingSize: optional(whole(1)),
  embeddingBudget: optional(whole(1)),
  classifier: optional(oneOf(...classifierKinds)),
  format: text,
  rank: optional(rankRequest),
  budget: optional(whole(1)),
  keep: listOf(text),
  folds: recordOf(listOf(listOf(whole(1)))),
  adapt: optional(object<NonNullable<RunConfig['adapt']>>({ path: text, checksum: optional(text) })),
  method: text,
  settings: object<MethodSettings>({
    optimizer: text,
    learningRate: number(0),
    momentum: number(0, 1),
    weightDecay: number(0),
    schedule: text,
    clip: number(0),
  }),
  own: recordOf(setting),
  epochs: optional(whole(1)),
  steps: optional(whole(1)),
  batch: whole(1),
  limit: optional(whole(1)),
  seed: whole(),
  augment: flag,
  validation: number(0, 1),
  dataPrint: optional(text),
});

/** A configuration from a checkpoint. Throws FormatError where it is not one. */
export function checkedConfig(value: unknown): RunConfig {
  return runConfig(value, { op: 'loadCheckpoint', path: 'config' });
}

/** The configuration with what its data looks like. Throws FormatError where that has changed since it was made. */
export function sameData(config: RunConfig, data: Dataset): RunConfig {
  const { name, shape, classes, mean, std, train, test } = data;
  const columns = data.columns === undefined ? [] : [data.columns];
  const seen = JSON.stringify([name, shape, classes, mean, std, train.count, test.count, ...columns]);
  const dataPrint = showCrc(crc32c(new TextEncoder().encode(seen)));
  if (config.dataPrint === undefined || config.dataPrint === dataPrint) return { ...config, dataPrint };
  const got = `${dataPrint}, not ${config.dataPrint}, for ${config.data}`;
  throw new FormatError('train', 'a run goes on with the data it began with', got, 'restore the data, or start anew');
}

/** A run ready to start: nothing here depends on when or where. */
export interface Prepared {
  readonly spec: ModelSpec;
  readonly model: Module;
  readonly method: Method;
  readonly task: TrainTask;
  /** What deltas are trained beside. */
  readonly base?: Base;
  readonly validation?: Split;
  /** What the maker of weights had to say, in order of the layers; filled when parameters are made. */
  readonly notes: string[];
}

/** What a model is built from, besides the maker of its weights. */
function shapeOf(config: RunConfig, data: Dataset): ModelOptions {
  const { widths, width, embedding, embeddingSize, embeddingBudget, classifier } = config;
  return {
    input: data.shape,
    classes: data.classes,
    ...(widths ? { widths } : {}),
    ...(width ? { width } : {}),
    ...(data.columns ? { columns: data.columns } : {}),
    ...(embedding ? { embedding } : {}),
    ...(embeddingSize ? { embeddingSize } : {}),
    ...(embeddingBudget ? { embeddingBudget } : {}),
    ...(classifier ? { classifier } : {}),
  };
}

/** The default rank of methods that name none. */
const RANK = 0.1;

/** The low-rank form that a run is after: the ranks it asks for, or those that meet its budget. */
function targetOf(config: RunConfig, entry: MethodEntry, data: Dataset): Target {
  const { format, keep, folds, budget } = config;
  const target = { format, keep, folds, rank: config.rank ?? entry.rank ?? RANK };
  if (budget === undefined || entry.remodel !== undefined) return target;
  if (format === 'dense') {
    const rule = `--budget has a format whose ranks it bounds, or a method that cuts widths`;
    throw new FormatError('train', rule, entry.name, 'give --format, or --method narrow');
  }
  return { ...target, rank: rankWithin(modelNamed(config.model), shapeOf(config, data), target, budget) };
}

/** Builds model, method and task. Throws the typed errors of each part for what does not fit. */
export function prepare(config: RunConfig, data: Dataset, base?: Base): Prepared {
  const { batch, seed, augment, steps } = config;
  const notes: string[] = [];
  const entry = methodNamed(config.method);
  const target = targetOf(config, entry, data);
  const family = modelNamed(config.model);
  checkCategories(family, data.columns);
  if (data.columns !== undefined) notes.push(...touched(data.columns, data.train.images));
  const plain = shapeOf(config, data);
  if (base !== undefined && entry.remodel !== undefined) {
    throw new FormatError('train', '--adapt keeps the model', `--method ${entry.name}`, 'choose another method');
  }
  const changed = entry.remodel?.(family, plain, budgetOf(config, entry, data)) ?? {};
  const shape = { ...plain, ...changed };
  const weight = entry.start === 'dense' ? denseWeight() : targetWeight(target, (message) => notes.push(message));
  const model =
    base === undefined ? family.build({ ...shape, weight }) : adapted({ ...base, weight, keep: config.keep });
  model.outputShape(data.shape);
  const all = config.limit === undefined ? data.train : someOf(data.train, config.limit);
  const parts = config.validation > 0 ? splitValidation(all, config.validation, seed) : undefined;
  const train = parts?.train ?? all;
  const method = entry.build(config.settings, ownSettings(entry, config.own), target);
  const batchSize = method.wholeData === true ? train.count : batch;
  const needed = steps === undefined ? EPOCHS : Math.ceil(steps / Math.ceil(train.count / batchSize));
  const task = supervised({
    model,
    data: { ...data, train },
    epochs: config.epochs ?? needed,
    ...(steps === undefined ? {} : { maxSteps: steps }),
    batchSize,
    seed,
    ...(augment ? { augment: augmentationOf(data.shape) } : {}),
  });
  const { name, mean, std, classNames } = data;
  const labels = classNames === undefined ? {} : { labels: classNames };
  const fresh = { model: config.model, ...shape, loss: 'crossEntropy' as const, data: name, mean, std, ...labels };
  const spec = base?.spec ?? fresh;
  const beside = base === undefined ? {} : { base };
  return {
    spec,
    model,
    method,
    task,
    notes,
    ...beside,
    ...(parts === undefined ? {} : { validation: parts.validation }),
  };
}

/** Parameters that a network of another shape may store: the budget, or what the network would store in low-rank form. */
function budgetOf(config: RunConfig, entry: MethodEntry, data: Dataset): number {
  if (config.budget !== undefined) return config.budget;
  const family = modelNamed(config.model);
  const target = targetOf(config, entry, data);
  const share = config.rank ?? RANK;
  // A dense network in no format is cut to a share of its own parameters.
  if (config.format === 'dense' && typeof share === 'number' && share < 1) {
    return Math.floor(share * parametersOf(family, shapeOf(config, data)));
  }
  return parametersOf(family, { ...shapeOf(config, data), weight: targetWeight(target) });
}

/** Mirrored, and moved by an eighth of their size. Throws FormatError for what is not an image. */
function augmentationOf(shape: Shape): Augmentation {
  if (shape.length === 3) return { flip: true, crop: Math.floor(Math.min(shape[1]!, shape[2]!) / 8) };
  throw new FormatError('train', '--augment belongs to images', showShape(shape), 'leave it out');
}
