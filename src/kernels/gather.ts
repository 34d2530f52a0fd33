/**
 * y[i, :] = table[index[i], :]; table [rows, width], y [n, width], dense. An index outside the table is reported as
 * Status.index, and its row is filled with NaN (0 for integers).
 */

import { defineKernel, type Kernel, Status } from './kernel.ts';
import { PIECE } from './pieces.ts';
import { integers, numbers, unset } from './samples.ts';

type Fields = {
  readonly rows: 'int';
  readonly n: 'int';
  readonly width: 'int';
  readonly table: 'data';
  readonly index: 'index';
  readonly y: 'data';
};

/** Rows in a piece. */
function rowsOf(width: number): number {
  return Math.max(1, Math.floor(PIECE / width));
}

export const gather: Kernel<Fields> = defineKernel({
  name: 'gather',
  dtypes: ['f32', 'f64', 'i32', 'u8'],
  fields: { rows: 'int', n: 'int', width: 'int', table: 'data', index: 'index', y: 'data' },
  tasks: (a) => (a.width === 0 ? 0 : Math.ceil(a.n / rowsOf(a.width))),
  reference({ begin, end, rows, n, width, table, index, y }, _, fail) {
    const last = Math.min(end * rowsOf(width), n);
    for (let i = begin * rowsOf(width); i < last; i++) {
      const k = index[i]!;
      const inside = k >= 0 && k < rows;
      if (!inside) fail(Status.index, k);
      for (let j = 0; j < width; j++) y[i * width + j] = inside ? table[k * width + j]! : NaN;
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
    [3, 5, 67, 0],
    [4, 9, 3, 4],
    [4, 9, 5, -1],
    [0, 2, 5, 7],
    [3, 40, 1000, 0],
    [2, 3, 20000, 0],
  ],
  sample([rows, n, width, outside], random) {
    const index = integers(n!, 0, rows! - 1, random);
    if (outside !== 0) index.fill(outside!, rows === 0 ? 0 : 1, rows === 0 ? n! : 3);
    return { rows: rows!, n: n!, width: width!, table: numbers(rows! * width!, random), index, y: unset(n! * width!) };
  },
});
