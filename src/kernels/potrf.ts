/** Cholesky factorization of a batch of matrices (Golub & Van Loan, 4.2). The compiled kernel works in blocks. */

import { defineKernel, type Kernel, Status } from './kernel.ts';
import { mulBytes } from './mul.ts';
import { unset } from './samples.ts';
import { Symmetric, symmetricOf } from './symmetricSamples.ts';

const fields = { batch: 'int', n: 'int', A: 'data', L: 'data' } as const;

/** Columns of a block; assembly/lapack/potrf.ts has the same. */
const BLOCK = 32;

/**
 * A [batch, n, n] = L L', L lower triangular with zeros above; of A only the lower triangle is read. L may be A. A pivot
 * that is not positive ends its matrix with Status.pivot, detail = matrix n + place; that L is then of no use.
 */
export const potrf: Kernel<typeof fields> = defineKernel({
  name: 'potrf',
  dtypes: ['f32', 'f64'],
  fields,
  tasks: (a) => a.batch,
  scratch: ({ n }, bytes) => BLOCK * BLOCK * bytes + mulBytes(BLOCK, n, BLOCK, bytes),
  reference(a, round, fail) {
    const { n } = a;
    for (let t = a.begin; t < a.end; t++) {
      const L = a.L.subarray(t * n * n, (t + 1) * n * n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) L[i * n + j] = j > i ? 0 : a.A[t * n * n + i * n + j]!;
      }
      const at = cholesky(L, n, round);
      if (at >= 0) fail(Status.pivot, t * n + at);
    }
  },
  flops: ({ batch, n }) => (batch * n * n * n) / 3,
  /** Batch, n, kind of matrix. */
  cases: [
    ...[0, 1, 2, 3, 5, 8, 31, 32, 33, 64, 100].map((n) => [2, n, Symmetric.positive]),
    [5, 4, Symmetric.positive],
    [1, 3, Symmetric.zero],
    [1, 5, Symmetric.ones],
    [1, 40, Symmetric.plain],
  ],
  sample([batch, n, kind], random) {
    const A = new Float64Array(batch! * n! * n!);
    for (let t = 0; t < batch!; t++) A.set(symmetricOf(kind!, n!, random), t * n! * n!);
    return { batch: batch!, n: n!, A, L: n! % 2 ? A : unset(A.length) };
  },
});

/** Row by row, in place; the place of the first pivot that is not positive, or -1. */
function cholesky(L: Float32Array | Float64Array, n: number, round: (x: number) => number): number {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = L[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= L[i * n + k]! * L[j * n + k]!;
      if (j < i) L[i * n + j] = sum / L[j * n + j]!;
      else if (!(round(sum) > 0)) return i;
      else L[i * n + i] = Math.sqrt(sum);
    }
  }
  return -1;
}
