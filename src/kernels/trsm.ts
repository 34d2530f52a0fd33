/** Solves triangular systems (Golub & Van Loan, 3.1). The compiled kernel works in blocks. */

import { defineKernel, type Kernel, Status } from './kernel.ts';
import { matrixOf } from './matrixSamples.ts';
import { mulBytes } from './mul.ts';
import { unset } from './samples.ts';

const fields = {
  batch: 'int',
  n: 'int',
  columns: 'int',
  upper: 'int',
  unit: 'int',
  rowStride: 'int',
  columnStride: 'int',
  scatter: 'int',
  T: 'data',
  order: 'index',
  B: 'data',
  X: 'data',
} as const;

/** Rows of a block; assembly/lapack/trsm.ts has the same. */
const BLOCK = 32;

/**
 * T X = B[order] for T [batch, n, n], B and X [batch, n, columns]. Element (i, j) of T lies at i rowStride + j columnStride
 * behind its matrix' first, so a transpose is an exchange of strides; it is `upper` or lower as it is read so, and the
 * other triangle is not looked at, nor is the diagonal where it is `unit`. `order` [batch, n], optional, names the row of
 * B that stands in each place, or with `scatter` the row of X that each row of the solution becomes: X[order] = T^-1 B. X
 * may be B where there is no order. A zero on the diagonal is Status.pivot, detail =
 * matrix n + place; that X is then of no use.
 */
export const trsm: Kernel<typeof fields> = defineKernel({
  name: 'trsm',
  dtypes: ['f32', 'f64'],
  fields,
  tasks: (a) => a.batch,
  scratch: ({ n, columns, scatter }, bytes) =>
    (scatter ? Math.ceil((n * columns * bytes) / 64) * 64 : 0) +
    (columns === 1 ? 0 : BLOCK * columns * bytes + mulBytes(n, columns, Math.min(n, BLOCK), bytes)),
  reference(a, _, fail) {
    const { n, columns } = a;
    for (let t = a.begin; t < a.end; t++) {
      const T = (i: number, j: number): number => a.T[t * n * n + i * a.rowStride + j * a.columnStride]!;
      const B = a.B.subarray(t * n * columns, (t + 1) * n * columns);
      const place = (i: number): number => (a.order.length === 0 ? i : a.order[t * n + i]!);
      const X = new Float64Array(n * columns);
      for (let i = 0; i < n; i++) {
        const from = (a.scatter ? i : place(i)) * columns;
        X.set(B.subarray(from, from + columns), i * columns);
      }
      const zero = a.unit ? -1 : Array.from({ length: n }, (_, i) => T(i, i)).indexOf(0);
      if (zero >= 0) fail(Status.pivot, t * n + zero);
      else for (let c = 0; c < columns; c++) substitute(a, T, X, c);
      for (let i = 0; i < n; i++) {
        const to = t * n + (a.scatter ? place(i) : i);
        a.X.set(X.subarray(i * columns, (i + 1) * columns), to * columns);
      }
    }
  },
  flops: ({ batch, n, columns }) => batch * n * n * columns,
  /** Batch, n, columns, upper, unit, transposed, with an order: 0 none, 1 of B, 2 of X. */
  cases: [
    ...[
      [0, 2],
      [1, 1],
      [2, 3],
      [5, 1],
      [31, 4],
      [33, 1],
      [64, 5],
      [70, 33],
      [3, 0],
    ].flatMap(([n, columns]) =>
      [0, 1, 2, 3, 4, 5, 6, 7].map((k) => [1, n!, columns!, k & 1, (k >> 1) & 1, (k >> 2) & 1, n! % 3]),
    ),
    [3, 6, 2, 1, 0, 0, 1],
    [2, 9, 1, 0, 0, 2, 0],
  ],
  sample([batch, n, columns, upper, unit, transposed, ordered], random) {
    const T = new Float64Array(batch! * n! * n!);
    for (let t = 0; t < batch!; t++) T.set(matrixOf(0, n!, n!, random), t * n! * n!);
    // Mostly diagonally dominant, so that the triangle is well conditioned; now and then singular.
    for (let k = 0; k < T.length; k++) T[k]! /= Math.max(1, n!);
    for (let k = 0; k < T.length; k++) if (Math.floor(k / n!) % n! === k % n!) T[k] = 1 + 0.5 * random();
    if (n! > 1 && random() > 0.9) T[(n! >> 1) * (n! + 1)] = 0;
    const B = matrixOf(0, batch! * n!, columns!, random);
    const order = Int32Array.from({ length: batch! * n! }, (_, k) => n! - 1 - (k % n!));
    return {
      ...{ batch: batch!, n: n!, columns: columns!, upper: upper!, unit: unit!, T, B },
      rowStride: transposed ? 1 : n!,
      columnStride: transposed ? n! : 1,
      scatter: ordered === 2 ? 1 : 0,
      order: ordered ? order : null,
      X: !ordered && transposed ? B : unset(B.length),
    };
  },
});

/** Column c of X in place. */
function substitute(
  { n, columns, upper, unit }: { n: number; columns: number; upper: number; unit: number },
  T: (i: number, j: number) => number,
  X: Float64Array,
  c: number,
): void {
  for (let k = 0; k < n; k++) {
    const i = upper ? n - 1 - k : k;
    let sum = X[i * columns + c]!;
    for (let l = 0; l < k; l++) {
      const j = upper ? n - 1 - l : l;
      sum -= T(i, j) * X[j * columns + c]!;
    }
    X[i * columns + c] = unit ? sum : sum / T(i, i);
  }
}
