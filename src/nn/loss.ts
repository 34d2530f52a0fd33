/** Mean losses of a batch. */

import { binaryCrossEntropy, meanSquaredError, softmaxCrossEntropy } from '../ops/loss.ts';
import type { Tensor } from '../tensor/tensor.ts';

export type LossKind = 'crossEntropy' | 'mse' | 'bce';

/** outputs [batch, ...] against labels [batch] (crossEntropy, i32) or targets of the outputs' shape, as one number. */
export const losses: Readonly<Record<LossKind, (outputs: Tensor, targets: Tensor) => Tensor>> = {
  crossEntropy: (outputs, targets) => softmaxCrossEntropy(outputs, targets),
  mse: (outputs, targets) => meanSquaredError(outputs, targets),
  bce: (outputs, targets) => binaryCrossEntropy(outputs, targets),
};
