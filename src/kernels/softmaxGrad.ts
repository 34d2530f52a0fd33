/** Gradient of softmax rows from their results: y (g - sum g y); of the logarithm: g - e^y sum g. */

import { defineKernel, type Kernel } from './kernel.ts';
import { laneSum, lanesOf } from './lanes.ts';
import { eachRow, rowCases, rowPieces } from './rows.ts';
import { numbers, unset } from './samples.ts';
import { Softmax } from './softmax.ts';
import { functionsOf } from './softmaxRow.ts';

const fields = { code: 'int', rows: 'int', columns: 'int', y: 'data', g: 'data', dx: 'data' } as const;

/** y (what softmax gave), g [rows, columns] -> dx, which may be g or y; `code` is one of Softmax. */
export const softmaxGrad: Kernel<typeof fields> = defineKernel({
  name: 'softmaxGrad',
  dtypes: ['f32', 'f64'],
  fields,
  tasks: rowPieces,
  reference(a, round) {
    const { exp } = functionsOf(a.y);
    eachRow(a, (row) => {
      const y = a.y.slice(row * a.columns, (row + 1) * a.columns);
      const g = a.g.slice(row * a.columns, (row + 1) * a.columns);
      const term = (j: number): number => (a.code === Softmax.plain ? round(g[j]! * y[j]!) : g[j]!);
      const sum = laneSum(a.columns, lanesOf(a.y), term, round);
      for (let j = 0; j < a.columns; j++) {
        const plain = round(y[j]! * round(g[j]! - sum));
        a.dx[row * a.columns + j] = a.code === Softmax.plain ? plain : round(g[j]! - round(exp(y[j]!) * sum));
      }
    });
  },
  flops: (a) => (a.code === Softmax.plain ? 4 : 20) * a.rows * a.columns,
  cases: rowCases,
  sample([rows, columns, code], random) {
    const [y, g] = [numbers(rows! * columns!, random), numbers(rows! * columns!, random)];
    return { code: code!, rows: rows!, columns: columns!, y, g, dx: rows! % 2 ? g : unset(g.length) };
  },
});
