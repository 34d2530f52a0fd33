/**
 * Singular value decomposition by one-sided Jacobi (Hestenes 1958; Demmel & Veselic 1992), in f64 for both dtypes: small
 * singular values of a matrix with columns of different sizes keep their leading digits. Slower than gesvd.
 */

import { defineKernel, type Kernel } from './kernel.ts';
import { svdCases, svdFields, svdReference, svdSample } from './svdCommon.ts';

/** As gesvd. */
export const gesvj: Kernel<typeof svdFields> = defineKernel({
  name: 'gesvj',
  dtypes: ['f32', 'f64'],
  fields: svdFields,
  tasks: (a) => a.batch,
  scratch: ({ m, n }) => 8 * ((Math.max(m, n) + Math.min(m, n) + 10) * Math.min(m, n) + 8),
  reference: svdReference,
  flops: ({ batch, m, n }) => batch * m * n * Math.min(m, n) * 30,
  cases: svdCases,
  sample: svdSample,
});
