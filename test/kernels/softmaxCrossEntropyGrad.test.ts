import { Status } from '../../src/kernels/kernel.ts';
import { softmaxCrossEntropy } from '../../src/kernels/softmaxCrossEntropy.ts';
import { softmaxCrossEntropyGrad } from '../../src/kernels/softmaxCrossEntropyGrad.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { differences, dot, expectClose, runKernel } from '../support/kernelrun.ts';
import { seeded } from '../support/random.ts';
import { assert, test } from '../support/test.ts';

kernelLaws(softmaxCrossEntropyGrad);

test('is the gradient of softmaxCrossEntropy by the logits', () => {
  const [rows, columns, random] = [3, 10, seeded(4)];
  const x = Float64Array.from({ length: rows * columns }, random);
  const g = Float64Array.from({ length: rows }, random);
  const given = { rows, columns, labels: Int32Array.of(9, 0, 4) };
  const room = (): Float64Array => new Float64Array(x.length);
  const forward = (logits: Float64Array): Record<string, Float64Array> =>
    runKernel(softmaxCrossEntropy, 'f64', {
      ...{ ...given, logits, losses: new Float64Array(rows), probabilities: room() },
    }).after as never;
  const { probabilities } = forward(x);
  const { dlogits } = runKernel(softmaxCrossEntropyGrad, 'f64', {
    ...{ ...given, probabilities: probabilities!, g, dlogits: room() },
  }).after;
  expectClose(
    dlogits!,
    differences((logits) => dot(forward(logits).losses!, g), x),
    1e-8,
    'dlogits',
  );
});

test('a label outside the classes is reported, and its row is NaN', () => {
  const { after, trouble } = runKernel(softmaxCrossEntropyGrad, 'f32', {
    ...{ rows: 2, columns: 2, probabilities: new Float64Array(4).fill(0.5), labels: Int32Array.of(2, 1) },
    ...{ g: Float64Array.of(1, 1), dlogits: new Float64Array(4) },
  });
  assert.equal([trouble!.code, trouble!.detail], [Status.index, 2]);
  assert.equal([...after.dlogits!], [NaN, NaN, 0.5, -0.5]);
});

test.run();
