import { Status } from '../../src/kernels/kernel.ts';
import { softmax } from '../../src/kernels/softmax.ts';
import { softmaxCrossEntropy } from '../../src/kernels/softmaxCrossEntropy.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { expectClose, runKernel } from '../support/kernelrun.ts';
import { seeded } from '../support/random.ts';
import { assert, test } from '../support/test.ts';

kernelLaws(softmaxCrossEntropy);

function run(logits: Float64Array, labels: number[]) {
  const room = { losses: new Float64Array(labels.length), probabilities: new Float64Array(logits.length) };
  const sizes = { rows: labels.length, columns: logits.length / labels.length };
  return runKernel(softmaxCrossEntropy, 'f64', { ...sizes, logits, labels: Int32Array.from(labels), ...room });
}

test('the loss is minus the logarithm of the probability of the label', () => {
  const [rows, columns, random] = [11, 10, seeded(1)];
  const logits = Float64Array.from({ length: rows * columns }, () => 4 * random());
  const labels = Array.from({ length: rows }, (_, row) => (3 * row) % columns);
  const { after } = run(logits, labels);
  const y = new Float64Array(logits.length);
  const p = runKernel(softmax, 'f64', { code: 0, rows, columns, x: logits, y }).after.y!;
  assert.equal(after.probabilities, p);
  expectClose(
    after.losses!,
    labels.map((label, row) => -Math.log(p[row * columns + label]!)),
    1e-14,
    'losses',
  );
});

test('a hopeless label costs its distance, not Infinity', () => {
  expectClose(run(Float64Array.of(0, 5000, -5000, 0), [0, 0]).after.losses!, [5000, 5000], 0, 'losses');
});

test('a label outside the classes is reported, and only its loss is NaN', () => {
  for (const wrong of [-1, 2, 2 ** 31 - 1, -(2 ** 31)]) {
    const { after, trouble } = run(Float64Array.of(1, 1, 1, 1, 1, 1), [0, wrong, 1]);
    assert.equal([trouble!.code, trouble!.detail], [Status.index, wrong]);
    expectClose([after.losses![0]!, after.losses![2]!], [Math.LN2, Math.LN2], 1e-15, 'losses');
    assert.ok(Number.isNaN(after.losses![1]));
    expectClose(after.probabilities!, new Float64Array(6).fill(0.5), 0, 'probabilities');
  }
});

test.run();
