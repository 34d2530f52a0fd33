import { Softmax, softmax } from '../../src/kernels/softmax.ts';
import { softmaxGrad } from '../../src/kernels/softmaxGrad.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { differences, dot, expectClose, runKernel } from '../support/kernelrun.ts';
import { seeded } from '../support/random.ts';
import { test } from '../support/test.ts';

kernelLaws(softmaxGrad);

test('is the gradient of softmax and of its logarithm', () => {
  for (const code of [Softmax.plain, Softmax.logarithm]) {
    const [rows, columns, random] = [2, 7, seeded(9)];
    const [x, g] = [0, 1].map(() => Float64Array.from({ length: rows * columns }, random)) as [
      Float64Array,
      Float64Array,
    ];
    const sizes = { code, rows, columns };
    const room = (): Float64Array => new Float64Array(x.length);
    const forward = (at: Float64Array): Float64Array =>
      runKernel(softmax, 'f64', { ...sizes, x: at, y: room() }).after.y as Float64Array;
    const { dx } = runKernel(softmaxGrad, 'f64', { ...sizes, y: forward(x), g, dx: room() }).after;
    expectClose(
      dx!,
      differences((at) => dot(forward(at), g), x),
      1e-8,
      'dx',
    );
  }
});

test.run();
