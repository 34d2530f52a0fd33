/** Predicting and measuring with a trained model, batch by batch, without gradients. */

import { ShapeError } from '../errors.ts';
import type { Context, Module, Params } from '../nn/module.ts';
import { type LossKind, losses } from '../nn/loss.ts';
import { key } from '../random.ts';
import { showShape } from '../shape.ts';
import { dataSync, item } from '../tensor/read.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { pause } from './pause.ts';
import { Scores } from './scores.ts';

/** A context of evaluation: no dropout, running averages are used and not changed. */
export function evaluation(): Context {
  return { training: false, key: key(0), path: '', updates: new Map() };
}

/** The model's outputs for inputs [batch, ...]. */
export function forward(model: Module, params: Params, x: Tensor): Tensor {
  if (x.order === 0 || x.shape[0] === 0) {
    throw new ShapeError('predict', 'a batch has at least one input', showShape(x.shape), 'give [batch, ...]');
  }
  return scope(() => model.apply(params, x, evaluation()));
}

/** The index of the largest output of each input. */
export function classesOf(outputs: Tensor): Int32Array {
  const values = dataSync(outputs);
  const [batch, classes] = outputs.shape as [number, number];
  const best = new Int32Array(batch);
  for (let b = 0; b < batch; b++) {
    for (let c = 1; c < classes; c++) {
      if (values[b * classes + c]! > values[b * classes + best[b]!]!) best[b] = c;
    }
  }
  return best;
}

export interface Measured {
  /** Mean loss over all samples; with crossEntropy the negative log-likelihood of the labels. */
  readonly loss: number;
  /** Share of samples whose largest output is the label; absent for other losses than crossEntropy. */
  readonly accuracy?: number;
  readonly samples: number;
  /** The area under the ROC curve, where there are two classes and samples of both; for crossEntropy. */
  readonly auc?: number;
  /** Mean gap between confidence and accuracy over 15 bins of confidence; absent for other losses than crossEntropy. */
  readonly calibrationError?: number;
}

/** Loss, accuracy and calibration over batches of { x, y }. Yields to the host between batches. */
export async function evaluate(
  model: Module,
  params: Params,
  batches: Iterable<{ readonly x: Tensor; readonly y: Tensor }>,
  lossKind: LossKind = 'crossEntropy',
): Promise<Measured> {
  let loss = 0;
  let right = 0;
  let samples = 0;
  let scores: Scores | undefined;
  for (const { x, y } of batches) {
    const count = x.shape[0]!;
    scope(() => {
      const outputs = forward(model, params, x);
      loss += item(losses[lossKind](outputs, y)) * count;
      if (lossKind !== 'crossEntropy') return;
      const labels = dataSync(y);
      classesOf(outputs).forEach((c, b) => {
        if (c === labels[b]) right++;
      });
      scores ??= new Scores(outputs.shape[1]!);
      scores.add(dataSync(outputs), labels);
    });
    samples += count;
    await pause();
  }
  if (samples === 0) throw new ShapeError('evaluate', 'there are samples', 'none', 'check the data');
  if (scores === undefined) return { loss: loss / samples, samples };
  const [auc, calibrationError] = [scores.auc(), scores.calibrationError()];
  const measured = { loss: loss / samples, accuracy: right / samples, samples, calibrationError };
  return auc === undefined ? measured : { ...measured, auc };
}
