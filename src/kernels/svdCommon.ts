/** What the two singular value kernels share: fields, reference, cases. */

import { fixSigns, jacobiSvd, SWEEPS, storeRounded } from './jacobiSvd.ts';
import { type Fail, type Random, type Round, type Sample, Status, type Views } from './kernel.ts';
import { MatrixKind, matrixOf } from './matrixSamples.ts';
import { unset } from './samples.ts';

/** U and Vt may be absent where `vectors` is 0. */
export const svdFields = {
  batch: 'int',
  m: 'int',
  n: 'int',
  vectors: 'int',
  A: 'data',
  U: 'data',
  S: 'data',
  Vt: 'data',
} as const;

/** One-sided Jacobi in f64, rounded at the end. */
export function svdReference(a: Views<typeof svdFields>, round: Round, fail: Fail): void {
  const { m, n, vectors } = a;
  const k = Math.min(m, n);
  for (let t = a.begin; t < a.end; t++) {
    const { U, S, Vt, sweeps } = jacobiSvd(a.A.subarray(t * m * n, (t + 1) * m * n), m, n);
    if (sweeps > SWEEPS) fail(Status.convergence, sweeps);
    storeRounded(a.S, t * k, S, round);
    if (vectors === 0) continue;
    storeRounded(a.U, t * m * k, U, round);
    storeRounded(a.Vt, t * k * n, Vt, round);
    fixSigns(a.U.subarray(t * m * k), a.Vt.subarray(t * k * n), m, k, n);
  }
}

const { uniform, zero, ones, low, tiny, huge, graded, kahan, gaps, eye } = MatrixKind;

/** [batch, m, n, vectors, kind]. */
export const svdCases: readonly (readonly number[])[] = [
  [0, 3, 3, 1, uniform],
  [1, 0, 4, 1, uniform],
  [2, 4, 0, 1, uniform],
  [3, 1, 1, 1, uniform],
  [2, 1, 5, 1, uniform],
  [2, 5, 1, 1, uniform],
  [5, 2, 2, 1, uniform],
  [2, 2, 3, 0, uniform],
  [4, 3, 3, 1, uniform],
  [2, 7, 4, 1, uniform],
  [2, 4, 7, 1, uniform],
  [1, 16, 16, 1, uniform],
  [2, 17, 16, 0, uniform],
  [1, 33, 9, 1, uniform],
  [1, 9, 40, 1, uniform],
  [1, 100, 20, 1, uniform],
  [1, 20, 100, 0, uniform],
  [1, 64, 64, 1, uniform],
  [1, 6, 6, 1, zero],
  [1, 8, 5, 1, ones],
  [1, 30, 30, 1, ones],
  [1, 12, 12, 1, low],
  [1, 24, 40, 1, low],
  [1, 9, 9, 1, tiny],
  [1, 9, 9, 1, huge],
  [1, 14, 14, 1, graded],
  [1, 30, 14, 1, graded],
  [1, 14, 30, 1, graded],
  [1, 25, 25, 1, kahan],
  [1, 16, 16, 1, gaps],
  [1, 40, 16, 0, gaps],
  [1, 12, 12, 1, eye],
  [1, 13, 8, 1, eye],
];

export function svdSample([batch, m, n, vectors, kind]: readonly number[], random: Random): Sample<typeof svdFields> {
  const k = Math.min(m!, n!);
  const A = new Float64Array(batch! * m! * n!);
  for (let t = 0; t < batch!; t++) A.set(matrixOf(kind!, m!, n!, random), t * m! * n!);
  return {
    batch: batch!,
    m: m!,
    n: n!,
    vectors: vectors!,
    A,
    U: vectors! ? unset(batch! * m! * k) : null,
    S: unset(batch! * k),
    Vt: vectors! ? unset(batch! * k * n!) : null,
  };
}
