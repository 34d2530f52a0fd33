/** LU factorization with partial pivoting (Golub & Van Loan, 3.4). The compiled kernel works in blocks. */

import { defineKernel, type Kernel } from './kernel.ts';
import { MatrixKind, matrixOf } from './matrixSamples.ts';
import { mulBytes } from './mul.ts';
import { unset } from './samples.ts';

const fields = { batch: 'int', m: 'int', n: 'int', A: 'data', F: 'data', P: 'index', D: 'slots' } as const;

/** Columns of a block; assembly/lapack/getrf.ts has the same. */
const BLOCK = 32;

/**
 * A [batch, m, n] with rows in the order P [batch, m] is L U: F [batch, m, n] holds U on and above the diagonal, below it
 * L without its diagonal of ones. Every |L| <= 1; the first of equal pivots is taken. A zero pivot leaves its column and
 * goes on: U then has a zero on its diagonal. D [batch, 2], optional: the product of U's diagonal and the sign of P, as a
 * number with size in [1, 2), or 0, and the power of 2 that belongs to it.
 */
export const getrf: Kernel<typeof fields> = defineKernel({
  name: 'getrf',
  dtypes: ['f32', 'f64'],
  fields,
  tasks: (a) => a.batch,
  scratch: ({ m, n }, bytes) => BLOCK * n * bytes + mulBytes(m, n, BLOCK, bytes),
  reference(a) {
    const { m, n } = a;
    for (let t = a.begin; t < a.end; t++) {
      const F = Float64Array.from(a.A.subarray(t * m * n, (t + 1) * m * n));
      const P = a.P.subarray(t * m, (t + 1) * m);
      P.forEach((_, i) => {
        P[i] = i;
      });
      let sign = 1;
      for (let j = 0; j < Math.min(m, n); j++) sign *= eliminate(F, P, j, m, n);
      a.F.set(F, t * m * n);
      if (a.D.length > 0) a.D.set(determinant(a.F.subarray(t * m * n), Math.min(m, n), n, sign), 2 * t);
    }
  },
  flops({ batch, m, n }) {
    const k = Math.min(m, n);
    return batch * k * (2 * m * n - (m + n) * k + (2 / 3) * k * k);
  },
  /** Batch, m, n, kind of matrix. */
  cases: [
    ...[
      [0, 0],
      [0, 3],
      [3, 0],
      [1, 1],
      [1, 5],
      [5, 1],
      [2, 2],
      [7, 7],
      [32, 32],
      [33, 33],
      [70, 70],
      [70, 20],
      [20, 70],
      [100, 45],
    ].map(([m, n]) => [2, m!, n!, MatrixKind.uniform]),
    ...Object.values(MatrixKind).map((kind) => [1, 40, 40, kind]),
    [4, 3, 3, MatrixKind.low],
  ],
  sample([batch, m, n, kind], random) {
    const A = new Float64Array(batch! * m! * n!);
    for (let t = 0; t < batch!; t++) A.set(matrixOf(kind!, m!, n!, random), t * m! * n!);
    const D = m! === n! ? unset(2 * batch!) : null;
    return { batch: batch!, m: m!, n: n!, A, F: unset(A.length), P: new Int32Array(batch! * m!), D };
  },
});

/** Step j: the pivot's row comes to place j, and those below lose their multiples of it. -1 where rows were exchanged. */
function eliminate(F: Float64Array, P: Int32Array, j: number, m: number, n: number): number {
  let largest = j;
  for (let i = j + 1; i < m; i++) if (Math.abs(F[i * n + j]!) > Math.abs(F[largest * n + j]!)) largest = i;
  if (F[largest * n + j] === 0) return 1;
  const row = F.slice(largest * n, (largest + 1) * n);
  F.copyWithin(largest * n, j * n, (j + 1) * n);
  F.set(row, j * n);
  [P[j], P[largest]] = [P[largest]!, P[j]!];
  for (let i = j + 1; i < m; i++) {
    const factor = F[i * n + j]! / row[j]!;
    F[i * n + j] = factor;
    for (let k = j + 1; k < n; k++) F[i * n + k]! -= factor * row[k]!;
  }
  return largest === j ? 1 : -1;
}

function determinant(F: ArrayLike<number>, k: number, n: number, sign: number): [number, number] {
  let [mantissa, exponent] = [sign, 0];
  for (let i = 0; i < k && mantissa !== 0; i++) {
    mantissa *= F[i * n + i]!;
    for (; Math.abs(mantissa) >= 2; exponent++) mantissa /= 2;
    for (; mantissa !== 0 && Math.abs(mantissa) < 1; exponent--) mantissa *= 2;
  }
  return [mantissa, mantissa === 0 ? 0 : exponent];
}
