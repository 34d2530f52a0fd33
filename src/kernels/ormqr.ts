/** Q C or Q' C for the Q of geqrf, which is never formed. */

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
  transposed: 'int',
  F: 'data',
  tau: 'data',
  C: 'data',
  Y: 'data',
} as const;

/**
 * Y = Q C, or Q' C with `transposed` = 1, for C and Y [batch, m, columns]; Y may be C. Q [batch, m, m] is given by F
 * [batch, m, n] and tau [batch, min(m, n)] as geqrf makes them, with the signs that make the diagonal of R >= 0.
 */
export const ormqr: Kernel<typeof fields> = defineKernel({
  name: 'ormqr',
  dtypes: ['f32', 'f64'],
  fields,
  tasks: (a) => a.batch,
  scratch({ m, n, columns }, bytes) {
    const k = Math.min(m, n);
    return factorsBytes(m, Math.max(columns, k), Math.min(k, 16), 0, bytes);
  },
  reference(a) {
    const { m, n, columns } = a;
    const k = Math.min(m, n);
    const all = [...Array(k).keys()];
    const order = a.transposed ? all : all.reverse();
    for (let t = a.begin; t < a.end; t++) {
      const F: Grid = { data: Float64Array.from(a.F.subarray(t * m * n, (t + 1) * m * n)), at: 0, ld: n };
      const Y: Grid = {
        data: Float64Array.from(a.C.subarray(t * m * columns, (t + 1) * m * columns)),
        at: 0,
        ld: columns,
      };
      const negate = (): void => {
        for (let p = 0; p < k * columns; p++) {
          const i = Math.floor(p / columns);
          if (F.data[i * n + i]! < 0) Y.data[p] = -Y.data[p]!;
        }
      };
      if (!a.transposed) negate();
      for (const j of order) applyReflector(F, m, j, j, a.tau[t * k + j]!, Y, 0, columns);
      if (a.transposed) negate();
      a.Y.set(Y.data, t * m * columns);
    }
  },
  flops: ({ batch, m, n, columns }) => batch * columns * Math.min(m, n) * (4 * m - 2 * Math.min(m, n)),
  /** Batch, m, n, columns of C, transposed, kind of matrix that F factors. */
  cases: [0, 1].flatMap((transposed) => [
    ...[
      [0, 3, 2],
      [3, 0, 2],
      [3, 3, 0],
      [1, 1, 1],
      [2, 5, 3],
      [5, 2, 3],
      [33, 33, 1],
      [40, 32, 8],
      [50, 33, 20],
      [20, 70, 5],
      [130, 70, 12],
    ].map(([m, n, columns]) => [m! < 10 ? 2 : 1, m!, n!, columns!, transposed, MatrixKind.uniform]),
    [3, 20, 20, 20, transposed, MatrixKind.uniform],
    [1, 40, 40, 7, transposed, MatrixKind.low],
    [1, 40, 20, 7, transposed, MatrixKind.gaps],
  ]),
  sample([batch, m, n, columns, transposed, kind], random) {
    const k = Math.min(m!, n!);
    const F = new Float64Array(batch! * m! * n!);
    const tau = new Float64Array(batch! * k);
    for (let t = 0; t < batch!; t++) {
      const grid: Grid = { data: matrixOf(kind!, m!, n!, random), at: 0, ld: n! };
      for (let j = 0; j < k; j++) {
        tau[t * k + j] = reflect(grid, m!, j, j);
        applyReflector(grid, m!, j, j, tau[t * k + j]!, grid, j + 1, n!);
      }
      F.set(grid.data, t * m! * n!);
    }
    const C = Float64Array.from({ length: batch! * m! * columns! }, random);
    const Y = columns! % 2 === 0 ? C : unset(C.length);
    return { batch: batch!, m: m!, n: n!, columns: columns!, transposed: transposed!, F, tau, C, Y };
  },
});
