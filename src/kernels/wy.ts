/** Workspace of the kernels that apply Householder reflectors in blocks; assembly/lapack/wy.ts has the sizes. */

import { mulBytes } from './mul.ts';

/** Columns of a block of V. */
const WIDTH = 16;

/** Elements from row to row of n elements: an odd multiple of 64 bytes. */
export function pitchOf(n: number, elementBytes: number): number {
  return ((Math.ceil((n * elementBytes) / 64) | 1) * 64) / elementBytes;
}

/** Columns of a block of V for k reflectors. */
function blockWidth(k: number, elementBytes: number): number {
  const own = 64 / elementBytes;
  return Math.min(WIDTH, Math.ceil(k / own) * own);
}

/** V and N of k reflectors of m elements, and what applying them to `columns` columns takes. */
export function wyBytes(m: number, k: number, columns: number, elementBytes: number): number {
  const width = blockWidth(k, elementBytes);
  const lines = pitchOf(columns, elementBytes);
  const blocks = Math.ceil(k / WIDTH);
  const elements = blocks * width * (m + width) + pitchOf(k, elementBytes) + 2 * width * lines;
  return elements * elementBytes + mulBytes(m, lines, Math.max(m, width), elementBytes);
}

/** What layOut() of assembly/lapack/factors.ts shares out, and the 128 bytes before: to factor [m, n] with k reflectors. */
export function factorsBytes(m: number, n: number, k: number, columns: number, elementBytes: number): number {
  const own = m * (pitchOf(n, elementBytes) + pitchOf(columns, elementBytes)) * elementBytes + 64 * m + 256;
  // V N of each block.
  const width = blockWidth(k, elementBytes);
  const more = m < n + columns ? Math.ceil(k / WIDTH) * width * m * elementBytes : 0;
  return own + more + wyBytes(m, k, Math.max(n, columns), elementBytes);
}
