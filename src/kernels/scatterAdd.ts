/**
 * y[index[i], :] += x[i, :] for i in order; x [n, width], y [rows, width], dense. An index outside y is reported as
 * Status.index, and its row is left out. The gradient of gather.
 */

import { defineKernel, type Kernel, Status } from './kernel.ts';
import { integers, numbers } from './samples.ts';

type Fields = {
  readonly rows: 'int';
  readonly n: 'int';
  readonly width: 'int';
  readonly x: 'data';
  readonly index: 'index';
  readonly y: 'data';
};

/** Columns in a piece: two pieces never write one element. assembly/move/scatterAdd.ts has the same. */
const COLUMNS = 64;

export const scatterAdd: Kernel<Fields> = defineKernel({
  name: 'scatterAdd',
  dtypes: ['f32', 'f64'],
  fields: { rows: 'int', n: 'int', width: 'int', x: 'data', index: 'index', y: 'data' },
  tasks: (a) => Math.ceil(a.width / COLUMNS),
  flops: (a) => a.n * a.width,
  reference({ begin, end, rows, n, width, x, index, y }, round, fail) {
    const last = Math.min(end * COLUMNS, width);
    for (let i = 0; i < n; i++) {
      const k = index[i]!;
      if (k < 0 || k >= rows) fail(Status.index, k);
      else {
        for (let j = begin * COLUMNS; j < last; j++) y[k * width + j] = round(y[k * width + j]! + x[i * width + j]!);
      }
    }
  },
  /** Rows, indices, width, the one index that lies outside (0: none). */
  cases: [
    [5, 0, 3, 0],
    [5, 3, 0, 0],
    [1, 1, 1, 0],
    [7, 30, 1, 0],
    [4, 9, 3, 0],
    [9, 4, 17, 0],
    [4, 9, 31, 0],
    [3, 50, 131, 0],
    [4, 9, 3, 4],
    [4, 9, 67, -1],
    [0, 2, 5, 7],
    [20, 300, 256, 0],
  ],
  sample([rows, n, width, outside], random) {
    const index = integers(n!, 0, rows! - 1, random);
    if (outside !== 0) index.fill(outside!, rows === 0 ? 0 : 1, rows === 0 ? n! : 3);
    const y = numbers(rows! * width!, random);
    return { rows: rows!, n: n!, width: width!, x: numbers(n! * width!, random), index, y };
  },
});
