/** Supervised training as a task: a model, a loss and a data set cut into shuffled batches. */

import { FormatError } from '../errors.ts';
import { type AssembleOptions, assemble } from '../io/batch.ts';
import type { Dataset, Split } from '../io/dataset.ts';
import { permutation } from '../io/shuffle.ts';
import type { Batch } from '../methods/method.ts';
import { type LossKind, losses } from '../nn/loss.ts';
import type { Module } from '../nn/module.ts';
import { fold, key } from '../random.ts';
import { own } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { TrainTask } from './train.ts';

/** Random changes of training images. */
export interface Augmentation {
  readonly flip?: boolean;
  /** Pixels of padding for random crops. */
  readonly crop?: number;
}

export interface SupervisedOptions {
  readonly model: Module;
  readonly data: Pick<Dataset, 'shape' | 'mean' | 'std' | 'train'>;
  readonly epochs: number;
  /** Ends the run early; default all epochs. */
  readonly maxSteps?: number;
  /** Default 64. */
  readonly batchSize?: number;
  /** Default 1: it determines initial weights, order, augmentation and dropout. */
  readonly seed?: number;
  readonly loss?: LossKind;
  readonly augment?: Augmentation;
}

/** A batch of consecutive examples as tensors. */
function batchOf(split: Split, indices: Int32Array, options: AssembleOptions): { x: Tensor; y: Tensor } {
  const { images, labels } = assemble(split, indices, options);
  return { x: own(images, [indices.length, ...options.shape]), y: own(labels, [indices.length]) };
}

/** Throws FormatError unless all settings are whole numbers >= 1. */
function checkCounts(settings: Readonly<Record<string, number>>): void {
  for (const [name, n] of Object.entries(settings)) {
    if (!Number.isInteger(n) || n < 1)
      throw new FormatError('train', `${name} is a whole number >= 1`, String(n), 'correct it');
  }
}

/** A split in its order, in batches, unchanged: for evaluation. Throws FormatError for a size of batches below 1. */
export function* batchesOf(
  split: Split,
  data: Pick<Dataset, 'shape' | 'mean' | 'std'>,
  batchSize = 256,
): Generator<{ x: Tensor; y: Tensor }> {
  checkCounts({ batchSize });
  const { shape, mean, std } = data;
  for (let from = 0; from < split.count; from += batchSize) {
    const length = Math.min(batchSize, split.count - from);
    yield batchOf(
      split,
      Int32Array.from({ length }, (_, k) => from + k),
      { shape, mean, std },
    );
  }
}

/** The task of fitting a model to labelled examples. Throws FormatError for settings that allow no step. */
export function supervised(options: SupervisedOptions): TrainTask {
  const { model, data, epochs, batchSize = 64, seed = 1, loss: lossKind = 'crossEntropy', augment } = options;
  const { shape, mean, std, train } = data;
  const { maxSteps = Number.MAX_SAFE_INTEGER } = options;
  checkCounts({ epochs, batchSize, maxSteps });
  if (train.count === 0) throw new FormatError('train', 'the data has examples', 'none', 'check the data');
  const stepsPerEpoch = Math.ceil(train.count / batchSize);
  const totalSteps = Math.min(epochs * stepsPerEpoch, maxSteps);
  function* batches(epoch: number, from: number): Generator<Batch> {
    const order = permutation(train.count, seed, epoch);
    const changes = augment === undefined ? {} : { augment: { ...augment, seed, epoch } };
    for (let k = from; k < stepsPerEpoch; k++) {
      const indices = order.subarray(k * batchSize, Math.min(train.count, (k + 1) * batchSize));
      yield { ...batchOf(train, indices, { shape, mean, std, ...changes }), step: epoch * stepsPerEpoch + k, epoch };
    }
  }
  function* all(rows = batchSize): Generator<Batch> {
    let step = 0;
    for (const batch of batchesOf(train, data, rows)) yield { ...batch, step: step++, epoch: 0 };
  }
  return {
    model,
    lossKind,
    key: fold(key(seed), 'train'),
    stepsPerEpoch,
    totalSteps,
    loss: (params, { x, y }, context) => losses[lossKind](model.apply(params, x, context), y),
    data: all,
    batches,
  };
}
