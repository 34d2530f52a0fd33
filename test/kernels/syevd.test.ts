import type { DataArray, Real } from '../../src/dtype.ts';
import { syevd } from '../../src/kernels/syevd.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { expectEigh, expectNear, symmetricFrom } from '../support/symmetricRatios.ts';
import { ascent } from '../../src/accuracy/ratios.ts';
import { referenceBackend } from '../support/backends.ts';
import { callKernel } from '../support/kernelcall.ts';
import { seeded } from '../support/random.ts';
import { assert } from '../support/test.ts';

kernelLaws(syevd, {
  judge(after, before, sample, type) {
    const { batch, n } = sample as unknown as { batch: number; n: number };
    const dtype = type as Real;
    for (let t = 0; t < batch; t++) {
      const part = (x: DataArray, size: number): DataArray => x.subarray(t * size, (t + 1) * size);
      const A = symmetricFrom(part(before.A!, n * n), n);
      const W = part(after.W!, n);
      if (after.V !== undefined) expectEigh(A, W, part(after.V, n * n), dtype);
      else {
        assert.is(ascent(W, dtype), 0);
        expectNear(W, eigenvalues(A.values, n), n, dtype);
      }
    }
  },
});

/** By the reference, in f64. */
function eigenvalues(A: ArrayLike<number>, n: number): DataArray {
  const sample = { ...syevd.sample([1, n, 0, 0], seeded(1)), A: Float64Array.from(A) };
  return callKernel(referenceBackend(), syevd, 'f64', sample).contents.W!;
}
