import { batchNorm } from '../../src/kernels/batchNorm.ts';
import { batchNormApply } from '../../src/kernels/batchNormApply.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { runKernel } from '../support/kernelrun.ts';
import { seeded } from '../support/random.ts';
import { assert, test } from '../support/test.ts';

kernelLaws(batchNormApply);

test('with the means and variances of the batch it gives the bits of training', () => {
  for (const inner of [1, 9, 40]) {
    const [outer, channels, random] = [6, 5, seeded(2)];
    const draw = (n: number): Float64Array => Float64Array.from({ length: n }, random);
    const room = (): Float64Array => new Float64Array(channels);
    const x = draw(outer * channels * inner);
    const given = { outer, channels, inner, eps: 1e-5, x, gamma: draw(channels), beta: draw(channels) };
    const y = new Float64Array(x.length);
    const trained = runKernel(batchNorm, 'f32', { ...given, y, mean: room(), variance: room(), inv: room() }).after;
    const mean = Float64Array.from(trained.mean!);
    const variance = Float64Array.from(trained.variance!);
    assert.equal(runKernel(batchNormApply, 'f32', { ...given, mean, variance, y }).after.y, trained.y);
  }
});

test.run();
