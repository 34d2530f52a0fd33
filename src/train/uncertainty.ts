/**
 * Predictions under uncertainty: what several draws of a posterior predict, averaged. Probabilities are averaged, not
 * outputs, so that draws that disagree make a prediction less certain. Cost: that of one prediction times the draws.
 */

import { ShapeError } from '../errors.ts';
import type { LossKind } from '../nn/loss.ts';
import { branch, childContext, childPath, type Module, type Params } from '../nn/module.ts';
import { add, div, maximum, sub } from '../ops/binary.ts';
import { logSoftmax } from '../ops/softmax.ts';
import { softplus } from '../ops/softplus.ts';
import { exp, log, neg } from '../ops/unary.ts';
import { fold } from '../random.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { evaluate, type Measured } from './evaluate.ts';
import type { Training } from './train.ts';

/**
 * A model whose parameters are several sets of those of another, and whose outputs stand for the mean prediction: the
 * logarithm of the mean of class probabilities (crossEntropy), the logit of the mean probability (bce), the mean (mse).
 * Throws ShapeError for a count that is not a whole number >= 1.
 */
export function ensemble(model: Module, count: number, lossKind: LossKind = 'crossEntropy'): Module {
  if (!Number.isInteger(count) || count < 1) {
    throw new ShapeError('ensemble', 'it has at least one member', String(count), 'give a whole number >= 1');
  }
  const names = Array.from({ length: count }, (_, k) => `draw${k}`);
  return {
    kind: 'ensemble',
    init: (key, path) =>
      Object.fromEntries(names.map((name, k) => [name, model.init(fold(key, k), childPath(path, name))])),
    apply: (params, x, context) =>
      joined[lossKind](names.map((name) => model.apply(branch(params, name), x, childContext(context, name)))),
    outputShape: (input) => model.outputShape(input),
    profile: (params, input, path) =>
      names.flatMap((name) => model.profile(branch(params, name), input, childPath(path, name))),
  };
}

const mean = (xs: readonly Tensor[]): Tensor =>
  div(
    xs.reduce((a, b) => add(a, b)),
    xs.length,
  );

/** The output of the mean prediction from outputs of all members. */
const joined: Readonly<Record<LossKind, (outputs: readonly Tensor[]) => Tensor>> = {
  crossEntropy: (outputs) => logMean(outputs.map((x) => logSoftmax(x))),
  // log p and log (1 - p) of each member are -softplus(-x) and -softplus(x).
  bce: (outputs) =>
    sub(logMean(outputs.map((x) => neg(softplus(neg(x))))), logMean(outputs.map((x) => neg(softplus(x))))),
  mse: mean,
};

/** log(mean(e^x)), safe where all members are very sure. */
function logMean(logs: readonly Tensor[]): Tensor {
  const top = logs.reduce((a, b) => maximum(a, b));
  return add(top, log(mean(logs.map((x) => exp(sub(x, top))))));
}

/** Draws of a run's parameters as parameters of an ensemble, by its key; undefined where its method has no posterior. */
export function drawsOf({ method, task, params }: Training): Params | undefined {
  const { posterior } = method;
  if (posterior === undefined) return undefined;
  const draws = Array.from({ length: posterior.samples }, (_, k) => [
    `draw${k}`,
    posterior.draw(task, params, fold(task.key, 'draw', k)),
  ]);
  return Object.fromEntries(draws) as Params;
}

/** What the posterior of a run predicts on batches, averaged over its draws; undefined where its method has none. */
export async function evaluateDraws(
  training: Training,
  batches: Iterable<{ readonly x: Tensor; readonly y: Tensor }>,
): Promise<Measured | undefined> {
  const params = scope(() => drawsOf(training));
  if (params === undefined) return undefined;
  const { model, lossKind } = training.task;
  return evaluate(ensemble(model, training.method.posterior!.samples, lossKind), params, batches, lossKind);
}
