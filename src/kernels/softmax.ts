/** Softmax of rows, e^(x - max) / sum e^(x - max), or its logarithm, (x - max) - log sum e^(x - max). */

import { defineKernel, type Kernel } from './kernel.ts';
import { eachRow, rowCases, rowPieces } from './rows.ts';
import { numbers, unset } from './samples.ts';
import { exponentials, functionsOf } from './softmaxRow.ts';

export const Softmax = { plain: 0, logarithm: 1 } as const;

const fields = { code: 'int', rows: 'int', columns: 'int', x: 'data', y: 'data' } as const;

/** x [rows, columns] -> y, which may be x; `code` is one of Softmax. NaN or Infinity in a row makes it NaN. */
export const softmax: Kernel<typeof fields> = defineKernel({
  name: 'softmax',
  dtypes: ['f32', 'f64'],
  fields,
  tasks: rowPieces,
  scratch: (a, elementBytes) => (a.code === Softmax.plain ? 0 : a.columns * elementBytes),
  reference(a, round) {
    eachRow(a, (row) => {
      const x = a.x.subarray(row * a.columns, (row + 1) * a.columns);
      const { top, terms, sum } = exponentials(x, round);
      const shift = functionsOf(x).log(sum);
      for (let j = 0; j < a.columns; j++) {
        const y = a.code === Softmax.plain ? round(terms[j]! / sum) : round(round(x[j]! - top) - shift);
        a.y[row * a.columns + j] = y;
      }
    });
  },
  flops: (a) => 20 * a.rows * a.columns,
  cases: rowCases,
  sample([rows, columns, code], random) {
    const x = numbers(rows! * columns!, random);
    return { code: code!, rows: rows!, columns: columns!, x, y: rows! % 2 ? x : unset(x.length) };
  },
});
