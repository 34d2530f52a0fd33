/** Small tasks for tests of training: data made from a seed, models that use every kind of leaf. */

import { denseWeight, lowRankWeight, type MakeWeight } from '../../src/formats/make.ts';
import { Factored } from '../../src/formats/network.ts';
import { Sum } from '../../src/formats/weight.ts';
import type { Dataset, Split } from '../../src/io/dataset.ts';
import { methodNamed } from '../../src/methods/all.ts';
import type { Method } from '../../src/methods/method.ts';
import { type MethodSettings, type OwnSettings, ownSettings, type Target } from '../../src/methods/settings.ts';
import { relu } from '../../src/nn/activation.ts';
import { conv2d } from '../../src/nn/conv.ts';
import { dropout } from '../../src/nn/dropout.ts';
import { linear } from '../../src/nn/linear.ts';
import type { Module } from '../../src/nn/module.ts';
import { batchNorm } from '../../src/nn/norm.ts';
import { flatten } from '../../src/nn/pool.ts';
import { sequential } from '../../src/nn/sequential.ts';
import { type SupervisedOptions, supervised } from '../../src/train/task.ts';
import type { TrainTask } from '../../src/train/train.ts';
import { seeded } from './random.ts';

export const CLASSES = 3;
export const SHAPE: readonly number[] = [2, 4, 4];
const SIZE = 32;

/** Examples near one of three points; the label says which. */
export function clusters(count: number, seed = 1): Split {
  const next = seeded(seed);
  const centers = Array.from({ length: CLASSES }, () => Array.from({ length: SIZE }, next));
  const labels = Int32Array.from({ length: count }, (_, k) => k % CLASSES);
  const images = Float32Array.from({ length: count * SIZE }, (_, k) => {
    return centers[labels[Math.floor(k / SIZE)]!]![k % SIZE]! + 0.3 * next();
  });
  return { count, images, labels };
}

/** A data set of such examples; its moments are 0 and 1. */
export function toyData(train: Split = clusters(50), test: Split = clusters(30, 2)): Dataset {
  return { name: 'toy', shape: SHAPE, classes: CLASSES, mean: [0, 0], std: [1, 1], train, test };
}

/** Softmax regression: its loss is convex. */
export function linearModel(): Module {
  return sequential({ flatten: flatten(), classifier: linear({ in: SIZE, out: CLASSES, gain: 0.1 }) });
}

/** A convolution, batch norm, dropout and two linear layers, with weights from `weight`. */
export function convModel(weight: MakeWeight = lowRankWeight({ format: 'tt', rank: 3 })): Module {
  return sequential({
    conv: conv2d({ in: 2, out: 6, window: 3, padding: 1, bias: false, weight }),
    norm: batchNorm({ channels: 6 }),
    relu: relu(),
    dropout: dropout(0.2),
    flatten: flatten(),
    fc: linear({ in: 96, out: 12, weight }),
    relu2: relu(),
    classifier: linear({ in: 12, out: CLASSES }),
  });
}

/** Weights that are a frozen dense matrix plus a low-rank delta. */
export const adapted: MakeWeight = (request) => {
  const delta = lowRankWeight({ format: 'lowRank', rank: 2 })(request);
  if (!(delta instanceof Factored)) throw new Error('the delta is low-rank');
  return new Sum({ base: denseWeight()(request) as Factored, delta }, ['base']);
};

/** Four steps an epoch, the last with fewer examples. */
export function toyTask(model: Module, options: Partial<SupervisedOptions> = {}): TrainTask {
  return supervised({ model, data: toyData(), epochs: 4, batchSize: 14, seed: 5, ...options });
}

export const plainSettings: MethodSettings = {
  optimizer: 'sgd',
  learningRate: 0.05,
  momentum: 0,
  weightDecay: 0,
  schedule: 'constant',
  clip: 0,
};

/** Settings that together use every optimizer, schedules, decay and clipping. */
export const someSettings: Readonly<Record<string, MethodSettings>> = {
  'plain sgd': plainSettings,
  'momentum and plateau': { ...plainSettings, momentum: 0.9, schedule: 'plateau', weightDecay: 1e-3 },
  'adam with clipping': { ...plainSettings, optimizer: 'adam', learningRate: 0.01, clip: 0.5, schedule: 'onecycle' },
  adamw: { ...plainSettings, optimizer: 'adamw', learningRate: 0.01, weightDecay: 0.1, schedule: 'cosine' },
};

/** What methods are after that decompose dense weights. */
export const someTarget: Target = { format: 'tt', rank: 3, keep: [] };

/** A method by name, as the command line builds it. */
export function methodOf(
  name: string,
  common: Partial<MethodSettings> = {},
  own: OwnSettings = {},
  target: Target = someTarget,
): Method {
  const entry = methodNamed(name);
  return entry.build({ ...plainSettings, ...common }, ownSettings(entry, own), target);
}
