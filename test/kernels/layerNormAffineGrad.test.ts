import { layerNormAffineGrad } from '../../src/kernels/layerNormAffineGrad.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { expectClose, runKernel } from '../support/kernelrun.ts';
import { test } from '../support/test.ts';

kernelLaws(layerNormAffineGrad);

test('sums over the rows of each column', () => {
  const { after } = runKernel(layerNormAffineGrad, 'f64', {
    ...{ rows: 2, columns: 3, x: Float64Array.of(1, 2, 3, 4, 5, 6), g: Float64Array.of(1, 10, 100, 2, 20, 200) },
    ...{ mean: Float64Array.of(1, 4), inv: Float64Array.of(2, 0.5) },
    ...{ dgamma: new Float64Array(3), dbeta: new Float64Array(3) },
  });
  expectClose(after.dbeta!, [3, 30, 300], 0, 'dbeta');
  expectClose(after.dgamma!, [0, 20 + 10, 400 + 200], 0, 'dgamma');
});

test.run();
