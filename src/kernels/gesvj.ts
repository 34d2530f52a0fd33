/**
 * Singular value decomposition by one-sided Jacobi (Hestenes 1958; Drmac & Veselic 2008), in f64 for both dtypes: small
 * singular values of a matrix with columns of different sizes keep their leading digits. Slower than gesvd.
 */

import { geqp3 } from './geqp3.ts';
import { defineKernel, type Kernel } from './kernel.ts';
import { mulBytes } from './mul.ts';
import { svdCases, svdFields, svdReference, svdSample } from './svdCommon.ts';

/** Bytes of a row of n numbers of f64, and of the objects in front; assembly/lapack/gesvj.ts has the same. */
const padded = (n: number): number => Math.ceil(n / 4) * 32;
const HEAD = 128;

function workspace(m: number, n: number): number {
  const k = Math.min(m, n);
  const rows = k * (padded(n) + padded(k)) + padded(k) + k * padded(m);
  const factors = padded(m * n) + padded(m * k) + padded(k * n) + padded(n) + 64;
  return HEAD + rows + factors + Math.max(mulBytes(k, m, k, 8), geqp3.scratch!({ m, n, most: k, eps: 0 }, 8));
}

/** As gesvd. */
export const gesvj: Kernel<typeof svdFields> = defineKernel({
  name: 'gesvj',
  dtypes: ['f32', 'f64'],
  fields: svdFields,
  tasks: (a) => a.batch,
  scratch: ({ m, n }) => (Math.min(m, n) === 0 ? 0 : workspace(m, n)),
  reference: svdReference,
  flops: ({ batch, m, n }) => batch * m * n * Math.min(m, n) * 30,
  cases: svdCases,
  sample: svdSample,
});
