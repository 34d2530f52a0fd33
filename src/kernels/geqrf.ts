/** Householder QR of a batch of matrices. The compiled kernel is blocked (Schreiber & Van Loan 1989, compact WY). */

import { formQ, formR } from './formed.ts';
import { applyReflector, type Grid, reflect } from './householder.ts';
import { defineKernel, type Kernel } from './kernel.ts';
import { MatrixKind, matrixOf } from './matrixSamples.ts';
import { unset } from './samples.ts';
import { factorsBytes } from './wy.ts';

const fields = {
  batch: 'int',
  m: 'int',
  n: 'int',
  columns: 'int',
  A: 'data',
  F: 'data',
  tau: 'data',
  Q: 'data',
  R: 'data',
} as const;

/**
 * A [batch, m, n] = Q R, k = min(m, n). All results are optional:
 * F [batch, m, n]: R above the diagonal and on it, below it v[1..] of the reflectors H_j = I - tau_j v v', v[0] = 1, whose
 * product H_0 H_1 ... H_{k-1} is Q up to signs; tau [batch, k]. Both as LAPACK's xGEQRF has them. F may be A.
 * Q [batch, m, columns] with k <= columns <= m and R [batch, min(m, columns), n], of which rows of R and columns of Q are
 * negated so that the diagonal of R is >= 0; R is zero below it. Without Q and R, `columns` is 0.
 */
export const geqrf: Kernel<typeof fields> = defineKernel({
  name: 'geqrf',
  dtypes: ['f32', 'f64'],
  fields,
  tasks: (a) => a.batch,
  scratch: ({ m, n, columns }, bytes) => factorsBytes(m, n, Math.min(m, n), columns, bytes),
  reference(a) {
    const { m, n, columns } = a;
    const k = Math.min(m, n);
    for (let t = a.begin; t < a.end; t++) {
      const F: Grid = { data: Float64Array.from(a.A.subarray(t * m * n, (t + 1) * m * n)), at: 0, ld: n };
      const tau = new Float64Array(k);
      for (let j = 0; j < k; j++) {
        tau[j] = reflect(F, m, j, j);
        applyReflector(F, m, j, j, tau[j]!, F, j + 1, n);
      }
      if (a.F.length > 0) a.F.set(F.data, t * m * n);
      if (a.tau.length > 0) a.tau.set(tau, t * k);
      if (a.Q.length > 0) a.Q.set(formQ(F, tau, m, columns), t * m * columns);
      const rows = Math.min(m, columns);
      if (a.R.length > 0) a.R.set(formR(F, rows, n), t * rows * n);
    }
  },
  flops({ batch, m, n, columns }) {
    const k = Math.min(m, n);
    const one = (p: number): number => 4 * m * p * k - 2 * (m + p) * k * k + (4 / 3) * k * k * k;
    return batch * (one(n) + (columns > 0 ? one(columns) : 0));
  },
  /** Batch, m, n, columns of Q: 0 none, 1 thin, 2 all; kind of matrix. */
  cases: [
    ...[
      [0, 0],
      [0, 3],
      [3, 0],
      [1, 1],
      [1, 5],
      [5, 1],
      [2, 3],
      [3, 2],
      [7, 7],
    ].flatMap(([m, n]) => [0, 1, 2].map((which) => [2, m!, n!, which, MatrixKind.uniform])),
    ...Object.values(MatrixKind).flatMap((kind) => [
      [1, 40, 33, 1, kind],
      [1, 33, 40, 1, kind],
    ]),
    [3, 20, 12, 1, MatrixKind.uniform],
    [1, 64, 64, 2, MatrixKind.uniform],
    [1, 150, 70, 1, MatrixKind.uniform],
    [1, 70, 150, 1, MatrixKind.uniform],
    [1, 90, 20, 2, MatrixKind.low],
    [1, 600, 9, 1, MatrixKind.uniform],
  ],
  sample([batch, m, n, which, kind], random) {
    const [b, k] = [batch!, Math.min(m!, n!)];
    const columns = [0, k, m!][which!]!;
    const A = new Float64Array(b * m! * n!);
    for (let t = 0; t < b; t++) A.set(matrixOf(kind!, m!, n!, random), t * m! * n!);
    return {
      ...{ batch: b, m: m!, n: n!, columns, A },
      F: which === 0 ? unset(A.length) : null,
      tau: which === 0 ? unset(b * k) : null,
      Q: which === 0 ? null : unset(b * m! * columns),
      R: which === 0 ? null : unset(b * columns * n!),
    };
  },
});
