/** QR with column pivoting of one matrix, which stops when what remains is small (Businger & Golub 1965). */

import { formQ, formR } from './formed.ts';
import { applyReflector, type Grid, reflect } from './householder.ts';
import { defineKernel, type Kernel } from './kernel.ts';
import { MatrixKind, matrixOf } from './matrixSamples.ts';
import { unset } from './samples.ts';
import { factorsBytes, pitchOf } from './wy.ts';

const fields = {
  m: 'int',
  n: 'int',
  most: 'int',
  eps: 'real',
  A: 'data',
  Q: 'data',
  R: 'data',
  permutation: 'index',
  rank: 'index',
} as const;

/**
 * A[:, permutation] = Q R + rest for A [m, n]: each pivot is the first of the largest columns of what remains. `rank` [1]
 * gets the number r of columns of Q: the least with |rest| <= eps |A| in the Frobenius norm, but at most `most` <=
 * min(m, n). Q [m, most] and R [most, n] are filled with the r columns and rows, without gaps, from their start; the
 * diagonal of R is >= 0. `permutation` [n].
 */
export const geqp3: Kernel<typeof fields> = defineKernel({
  name: 'geqp3',
  dtypes: ['f32', 'f64'],
  fields,
  tasks: () => 1,
  scratch({ m, n, most }, bytes) {
    const lists = (2 * pitchOf(n, bytes) + 2 * pitchOf(m, bytes)) * bytes + 16 * pitchOf(n, bytes);
    return lists + factorsBytes(m, n, most, most, bytes);
  },
  reference(a) {
    const { m, n, most } = a;
    const F: Grid = { data: Float64Array.from(a.A.subarray(0, m * n)), at: 0, ld: n };
    const order = Int32Array.from({ length: n }, (_, j) => j);
    const tau: number[] = [];
    const limit = a.eps * frobenius(columnNorms(F, m, n, 0));
    while (tau.length < most) {
      const j = tau.length;
      const norms = columnNorms(F, m, n, j);
      if (!(frobenius(norms) > limit)) break;
      const p = norms.reduce((best, norm, c) => (norm > norms[best]! ? c : best), j);
      exchange(F, m, j, p);
      [order[j], order[p]] = [order[p]!, order[j]!];
      tau.push(reflect(F, m, j, j));
      applyReflector(F, m, j, j, tau[j]!, F, j + 1, n);
    }
    a.rank[0] = tau.length;
    a.permutation.set(order);
    a.Q.set(formQ(F, tau, m, tau.length));
    a.R.set(formR(F, tau.length, n));
  },
  flops: ({ m, n, most }) => 4 * m * n * most,
  /** m, n, most, eps as a power of 1/10 (0: none), kind. */
  cases: [
    ...[
      [0, 0],
      [0, 3],
      [3, 0],
      [1, 1],
      [1, 5],
      [5, 1],
      [3, 3],
      [6, 4],
      [4, 6],
      [20, 33],
      [64, 40],
    ].map(([m, n]) => [m!, n!, Math.min(m!, n!), 0, MatrixKind.uniform]),
    ...Object.values(MatrixKind).flatMap((kind) => [
      [40, 33, 33, 0, kind],
      [33, 40, 33, 3, kind],
    ]),
    [50, 70, 20, 0, MatrixKind.uniform],
    [70, 50, 50, 1, MatrixKind.graded],
  ],
  sample([m, n, most, digits, kind], random) {
    return {
      ...{ m: m!, n: n!, most: most!, eps: digits === 0 ? 0 : 1 / [1, 10, 100, 1000][digits!]! },
      A: matrixOf(kind!, m!, n!, random),
      Q: unset(m! * most!),
      R: unset(most! * n!),
      permutation: new Int32Array(n!).fill(-1),
      rank: Int32Array.of(-1),
    };
  },
});

/** Norms of columns from row `row` on; 0 for the columns before `row`. */
function columnNorms({ data, at, ld }: Grid, m: number, n: number, row: number): Float64Array {
  return Float64Array.from({ length: n }, (_, j) => {
    let top = 0;
    if (j < row) return 0;
    for (let i = row; i < m; i++) top = Math.max(top, Math.abs(data[at + i * ld + j]!));
    let sum = 0;
    for (let i = row; top > 0 && i < m; i++) sum += (data[at + i * ld + j]! / top) * (data[at + i * ld + j]! / top);
    return top * Math.sqrt(sum);
  });
}

function frobenius(norms: Float64Array): number {
  const top = norms.reduce((a, b) => Math.max(a, b), 0);
  return top === 0 ? 0 : top * Math.sqrt(norms.reduce((sum, x) => sum + (x / top) * (x / top), 0));
}

function exchange({ data, at, ld }: Grid, m: number, j: number, p: number): void {
  for (let i = 0; i < m; i++) {
    const [a, b] = [at + i * ld + j, at + i * ld + p];
    [data[a], data[b]] = [data[b]!, data[a]!];
  }
}
