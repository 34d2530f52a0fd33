/** Regression on the outputs of a low-rank teacher: the ranks that a method should find are known. */

import { full } from '../../src/formats/algebra.ts';
import { lowRankWeight, type MakeWeight } from '../../src/formats/make.ts';
import type { RankRequest } from '../../src/formats/rank.ts';
import type { Batch } from '../../src/methods/method.ts';
import { linear } from '../../src/nn/linear.ts';
import type { Module } from '../../src/nn/module.ts';
import { sequential } from '../../src/nn/sequential.ts';
import { losses } from '../../src/nn/loss.ts';
import { add, mul } from '../../src/ops/binary.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { normal } from '../../src/ops/random.ts';
import { transpose } from '../../src/ops/transpose.ts';
import { fold, key } from '../../src/random.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import type { TrainTask } from '../../src/train/train.ts';

export interface PlantedOptions {
  readonly out?: number;
  readonly in?: number;
  /** The format and rank of the teacher's weight; default lowRank of rank 3. */
  readonly format?: string;
  readonly rank?: RankRequest;
  /** Deviation of the noise on targets, where theirs is 1. Default 0. */
  readonly noise?: number;
  readonly samples?: number;
  readonly batchSize?: number;
  readonly epochs?: number;
  readonly seed?: number;
  /** Weights of the student. */
  readonly weight: MakeWeight;
}

export interface Planted {
  readonly task: TrainTask;
  readonly model: Module;
  /** The teacher's weight [out, in]. */
  readonly teacher: Tensor;
}

/** y = T x + noise, where T has low rank and entries of y have deviation 1; the student is one linear layer 'fc'. */
export function plantedTask(options: PlantedOptions): Planted {
  const { out = 24, in: inputs = 32, format = 'lowRank', rank = 3, noise = 0, samples = 512, weight } = options;
  const { batchSize = 32, epochs = 10, seed = 1 } = options;
  const root = key(seed);
  const teacher = full(
    lowRankWeight({ format, rank })({
      axes: [
        { size: out, role: 'out' },
        { size: inputs, role: 'in' },
      ],
      std: 1 / Math.sqrt(inputs),
      key: fold(root, 'teacher'),
      path: 'teacher',
    }),
  );
  const batches = Array.from({ length: Math.ceil(samples / batchSize) }, (_, k) => {
    const x = normal(fold(root, 'x', k), [batchSize, inputs]);
    const y = add(matmul(x, transpose(teacher)), mul(normal(fold(root, 'noise', k), [batchSize, out]), noise));
    return { x, y };
  });
  const model = sequential({ fc: linear({ in: inputs, out, bias: false, gain: 1, weight }) });
  const stepsPerEpoch = batches.length;
  function* all(epoch: number, from: number): Generator<Batch> {
    for (let k = from; k < stepsPerEpoch; k++) yield { ...batches[k]!, step: epoch * stepsPerEpoch + k, epoch };
  }
  const task: TrainTask = {
    model,
    lossKind: 'mse',
    key: fold(root, 'train'),
    stepsPerEpoch,
    totalSteps: epochs * stepsPerEpoch,
    loss: (params, { x, y }, context) => losses.mse(model.apply(params, x, context), y),
    data: () => all(0, 0),
    batches: all,
  };
  return { task, model, teacher };
}
