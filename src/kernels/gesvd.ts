/**
 * Singular value decomposition A = U diag(S) Vt of each matrix of a batch, by bidiagonalization and implicit QR (Golub &
 * Kahan 1965; Golub & Reinsch 1970; Demmel & Kahan 1990). Errors of S are absolute: a few ulp of the largest one.
 */

import { geqrf } from './geqrf.ts';
import { defineKernel, type Kernel } from './kernel.ts';
import { mulBytes } from './mul.ts';
import { svdCases, svdFields, svdReference, svdSample } from './svdCommon.ts';
import { pitchOf } from './wy.ts';

/** Columns of a block of reflectors, sweeps of rotations that wait, bytes in front; assembly/lapack/svdPlan.ts has the same. */
const BLOCK = 16;
const SWEEPS = 64;
const HEAD = 448;

/** Bytes of workspace, as place() of assembly/lapack/svdPlan.ts shares them out. */
function workspace(m: number, n: number, vectors: boolean, bytes: number): number {
  const [rows, k] = [Math.max(m, n), Math.min(m, n)];
  const isTall = k > 7 && 2 * rows > 3 * k;
  const core = isTall ? k : rows;
  const [left, right] = [pitchOf(core, bytes), pitchOf(k, bytes)];
  const kept = vectors ? k : 2;
  const top = Math.max(4 * Math.ceil(core / 4) * right, vectors ? k * left : 0);
  let elements = top + kept * (left + right) + left + 4 * right;
  let total = HEAD + 20 * k + 64;
  if (vectors) {
    elements += k * right + 2 * BLOCK * (k + BLOCK);
    total += 2 * (SWEEPS * (16 + 2 * bytes * k) + 8 * k + 64);
  }
  let tail = vectors ? mulBytes(k, rows, Math.max(core, BLOCK), bytes) : 0;
  if (isTall) {
    elements += k * k + (m < n ? rows * k : 0) + (vectors ? rows * k + k * pitchOf(rows, bytes) : 0);
    total += 3 * 64;
    tail = Math.max(tail, geqrf.scratch!({ batch: 1, m: rows, n: k, columns: k }, bytes));
  }
  return elements * bytes + total + tail;
}

/**
 * A [m, n] -> S [k] descending, k = min(m, n), and where `vectors` is 1, U [m, k] and Vt [k, n]; all for each of `batch`
 * matrices. The largest entry of each column of U is positive, the first where several are equal. A must be finite.
 */
export const gesvd: Kernel<typeof svdFields> = defineKernel({
  name: 'gesvd',
  dtypes: ['f32', 'f64'],
  fields: svdFields,
  tasks: (a) => a.batch,
  scratch: ({ m, n, vectors }, bytes) => (Math.min(m, n) === 0 ? 0 : workspace(m, n, vectors !== 0, bytes)),
  reference: svdReference,
  flops: ({ batch, m, n, vectors }) => batch * m * n * Math.min(m, n) * (vectors ? 20 : 4),
  cases: svdCases,
  sample: svdSample,
});
