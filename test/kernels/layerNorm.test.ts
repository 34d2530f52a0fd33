import { layerNorm } from '../../src/kernels/layerNorm.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { dot, expectClose, runKernel } from '../support/kernelrun.ts';
import { seeded } from '../support/random.ts';
import { assert, test } from '../support/test.ts';

kernelLaws(layerNorm);

test('every row comes out with mean 0 and variance 1', () => {
  const [rows, columns, random] = [4, 37, seeded(7)];
  const x = Float64Array.from({ length: rows * columns }, () => 3 + 2 * random());
  const { after } = runKernel(layerNorm, 'f64', {
    ...{ rows, columns, eps: 0, x, gamma: null, beta: null },
    ...{ y: new Float64Array(x.length), mean: new Float64Array(rows), inv: new Float64Array(rows) },
  });
  for (let row = 0; row < rows; row++) {
    const y = after.y!.slice(row * columns, (row + 1) * columns);
    assert.ok(Math.abs(dot(y, y.slice().fill(1))) < 1e-12);
    assert.ok(Math.abs(dot(y, y) / columns - 1) < 1e-13);
  }
});

test('gamma and beta act by column', () => {
  const [gamma, beta] = [Float64Array.of(1, 2, 3), Float64Array.of(10, 20, 30)];
  const { after } = runKernel(layerNorm, 'f64', {
    ...{ rows: 2, columns: 3, eps: 0, x: Float64Array.of(1, 2, 3, -3, 0, 3), gamma, beta },
    ...{ y: new Float64Array(6), mean: new Float64Array(2), inv: new Float64Array(2) },
  });
  const z = Math.sqrt(1.5);
  expectClose(after.y!, [10 - z, 20, 30 + 3 * z, 10 - z, 20, 30 + 3 * z], 1e-14, 'y');
  expectClose(after.mean!, [2, 0], 0, 'mean');
  expectClose(after.inv!, [z, z / 3], 1e-15, 'inv');
});

test.run();
