/** Losses of a batch. */

import { realDtype } from '../dtype.ts';
import { DtypeError, ShapeError } from '../errors.ts';
import { softmaxCrossEntropy as lossKernel } from '../kernels/softmaxCrossEntropy.ts';
import { softmaxCrossEntropyGrad as gradKernel } from '../kernels/softmaxCrossEntropyGrad.ts';
import { sameShape, showShape } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { mul, sub } from './binary.ts';
import { contiguous } from './contiguous.ts';
import { takeAlong } from './gather.ts';
import { apply, applyAll, fused, type Op } from './op.ts';
import { mean } from './reduce.ts';
import { rowsOf } from './softmax.ts';
import { softplus } from './softplus.ts';
import { logSumExp } from './statistics.ts';
import { square } from './unary.ts';

/** Inputs logits and labels; results losses and probabilities. */
const crossEntropyOp: Op = {
  name: 'softmaxCrossEntropy',
  infer([logits, labels]) {
    const dtype = realDtype('softmaxCrossEntropy', [logits!]);
    if (labels!.dtype !== 'i32') {
      throw new DtypeError('softmaxCrossEntropy', 'labels are i32', labels!.dtype, "convert with cast(labels, 'i32')");
    }
    if (logits!.order === 0 || !sameShape(logits!.shape.slice(0, -1), labels!.shape)) {
      const got = `${showShape(logits!.shape)} and ${showShape(labels!.shape)}`;
      throw new ShapeError(
        'softmaxCrossEntropy',
        'logits are [..., classes], labels [...]',
        got,
        'reshape one of them',
      );
    }
    return [
      { shape: labels!.shape, dtype },
      { shape: logits!.shape, dtype },
    ];
  },
  forward([losses, probabilities], [logits, labels], _, on) {
    on.run(lossKernel, logits!.dtype, {
      ...rowsOf(logits!),
      logits: logits!.operand(),
      labels: labels!.operand(),
      losses: losses!.operand(),
      probabilities: probabilities!.operand(),
    });
  },
  vjp([g], { inputs: [, labels], outs: [, probabilities] }) {
    return [g ? apply(gradOp, [probabilities!, labels!, contiguous(g)], undefined) : null, null];
  },
  define: ([logits, labels]) => sub(logSumExp(logits!, -1), takeAlong(logits!, labels!)),
};

/** Inputs probabilities, labels and g; result the gradient of the logits. */
const gradOp: Op = fused({
  name: 'softmaxCrossEntropyGrad',
  infer: ([probabilities]) => ({ shape: probabilities!.shape, dtype: probabilities!.dtype }),
  forward([dlogits], [probabilities, labels, g], _, on) {
    on.run(gradKernel, dlogits!.dtype, {
      ...rowsOf(dlogits!),
      probabilities: probabilities!.operand(),
      labels: labels!.operand(),
      g: g!.operand(),
      dlogits: dlogits!.operand(),
    });
  },
});

/**
 * -log softmax(logits)[label] of each row: logits [..., classes] and labels [...] of i32 to [...]. Throws ShapeError and
 * DtypeError where they do not fit; a label outside the classes throws ShapeError at the next sync point.
 */
export function softmaxCrossEntropyRows(logits: Tensor, labels: Tensor): Tensor {
  return applyAll(crossEntropyOp, [contiguous(logits), contiguous(labels)], undefined)[0]!;
}

/** The mean of softmaxCrossEntropyRows(). Throws ShapeError for an empty batch, too. */
export function softmaxCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  return mean(softmaxCrossEntropyRows(logits, labels));
}

/** The mean of (outputs - targets)^2. Throws ShapeError unless the shapes are equal and there is an element. */
export function meanSquaredError(outputs: Tensor, targets: Tensor): Tensor {
  checkAlike('meanSquaredError', outputs, targets);
  return mean(square(sub(outputs, targets)));
}

/**
 * The mean of -t log s - (1 - t) log(1 - s) with s = sigmoid(logits), as softplus(logits) - logits t. Throws ShapeError
 * unless the shapes are equal and there is an element.
 */
export function binaryCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  checkAlike('binaryCrossEntropy', logits, targets);
  return mean(sub(softplus(logits), mul(logits, targets)));
}

/** Repeating one of the two over the other would be a loss of something else. */
function checkAlike(op: string, a: Tensor, b: Tensor): void {
  if (sameShape(a.shape, b.shape)) return;
  const got = `${showShape(a.shape)} and ${showShape(b.shape)}`;
  throw new ShapeError(op, 'outputs and targets have one shape', got, 'reshape one of them');
}
