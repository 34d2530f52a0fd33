import type { Real } from '../../src/dtype.ts';
import { potrf } from '../../src/kernels/potrf.ts';
import { Symmetric } from '../../src/kernels/symmetricSamples.ts';
import { seeded } from '../support/random.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { expectCholesky, symmetricFrom } from '../support/symmetricRatios.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { callKernel } from '../support/kernelcall.ts';
import { assert, suite } from '../support/test.ts';

kernelLaws(potrf, {
  judge(after, before, sample, dtype) {
    const { batch, n } = sample as unknown as { batch: number; n: number };
    for (let t = 0; t < batch; t++) {
      const part = (x: Float64Array): Float64Array => x.subarray(t * n * n, (t + 1) * n * n);
      const A = symmetricFrom(part(before.A as Float64Array), n);
      // Those that are not positive definite are looked at below.
      if (isPositive(A.values, n)) expectCholesky(A, part(after.L as Float64Array), dtype as Real);
    }
  },
});

/** Whether it is diagonally so dominant, or so surely a sum of squares, that it must have a factor. */
function isPositive(values: ArrayLike<number>, n: number): boolean {
  const L = Float64Array.from(values);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      for (let k = 0; k < j; k++) L[i * n + j]! -= L[i * n + k]! * L[j * n + k]!;
      if (j < i) L[i * n + j]! /= L[j * n + j]!;
      else if (!(L[i * n + i]! > 0.1)) return false;
      else L[i * n + i] = Math.sqrt(L[i * n + i]!);
    }
  }
  return true;
}

const test = suite('potrf');

test('names the matrix and the first pivot that is not positive', () => {
  for (const backend of [referenceBackend(), wasmBackend()]) {
    for (const dtype of potrf.dtypes) {
      for (const [n, at] of [
        [5, 3],
        [40, 0],
        [70, 45],
        [33, 32],
      ] as const) {
        const sample = potrf.sample([3, n, Symmetric.positive], seeded(n));
        sample.A![2 * n * n + at * (n + 1)] = -1;
        const { trouble } = callKernel(backend, potrf, dtype, sample);
        assert.equal(trouble, { kernel: 'potrf', code: 3, detail: 2 * n + at });
      }
    }
  }
});

test.run();
