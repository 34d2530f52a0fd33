import { singularValues, tensor } from '../../src/index.ts';
import { gesvj } from '../../src/kernels/gesvj.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { spectrumOf } from '../support/jacobi.ts';
import { seeded } from '../support/random.ts';
import { judgeSvd } from '../support/svdJudge.ts';
import { assert, suite } from '../support/test.ts';

kernelLaws(gesvj, { judge: judgeSvd });

const test = suite('kernel gesvj, relative accuracy');

test('finds small singular values of matrices with columns of all sizes to a few ulp of themselves', () => {
  for (const [m, n] of [
    [8, 8],
    [20, 12],
    [12, 20],
  ] as const) {
    for (const decades of [15, 40]) {
      for (const order of [(j: number) => j, (j: number) => n - 1 - j, (j: number) => (7 * j) % n]) {
        const random = seeded(decades + m);
        const size = (j: number): number => 10 ** ((-decades * order(j)) / (n - 1));
        const values = Float64Array.from({ length: m * n }, (_, p) => random() * size(p % n));
        const got = dataSync(singularValues(tensor(values, [m, n]), { method: 'jacobi' }));
        spectrumOf({ m, n, values }).forEach((s, k) => {
          const ulps = Math.abs(got[k]! - s) / (s * 2 ** -52);
          assert.ok(ulps <= 4 * n, `${m} x ${n}, ${decades} decades: value ${k} is off by ${ulps} ulp of itself`);
        });
      }
    }
  }
});

test.run();
