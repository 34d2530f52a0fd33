/**
 * Singular value decomposition A = U diag(S) Vt of each matrix of a batch, by bidiagonalization and implicit QR (Golub &
 * Kahan 1965; Golub & Reinsch 1970; Demmel & Kahan 1990). Errors of S are absolute: a few ulp of the largest one.
 */

import { defineKernel, type Kernel } from './kernel.ts';
import { svdCases, svdFields, svdReference, svdSample } from './svdCommon.ts';

/**
 * A [m, n] -> S [k] descending, k = min(m, n), and where `vectors` is 1, U [m, k] and Vt [k, n]; all for each of `batch`
 * matrices. The largest entry of each column of U is positive, the first where several are equal. A must be finite.
 */
export const gesvd: Kernel<typeof svdFields> = defineKernel({
  name: 'gesvd',
  dtypes: ['f32', 'f64'],
  fields: svdFields,
  tasks: (a) => a.batch,
  scratch: ({ m, n }) => 8 * ((Math.max(m, n) + Math.min(m, n) + 10) * Math.min(m, n) + 8),
  reference: svdReference,
  flops: ({ batch, m, n, vectors }) => batch * m * n * Math.min(m, n) * (vectors ? 20 : 4),
  cases: svdCases,
  sample: svdSample,
});
