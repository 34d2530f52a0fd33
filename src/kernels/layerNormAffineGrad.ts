/** Gradient of layerNorm by gamma and beta: dbeta = sum g, dgamma = sum g (x - mean) inv over the rows, in order. */

import { defineKernel, type Kernel } from './kernel.ts';
import { rowCases } from './rows.ts';
import { numbers, unset } from './samples.ts';

/** Columns in a piece; assembly/nn/layerNormAffineGrad.ts has the same. */
const COLUMNS = 16;

const fields = {
  rows: 'int',
  columns: 'int',
  x: 'data',
  g: 'data',
  mean: 'data',
  inv: 'data',
  dgamma: 'data',
  dbeta: 'data',
} as const;

/** x, g [rows, columns], saved mean and inv [rows] -> dgamma, dbeta [columns]. */
export const layerNormAffineGrad: Kernel<typeof fields> = defineKernel({
  name: 'layerNormAffineGrad',
  dtypes: ['f32', 'f64'],
  fields,
  tasks: (a) => Math.ceil(a.columns / COLUMNS),
  reference(a, round) {
    for (let j = a.begin * COLUMNS; j < Math.min(a.end * COLUMNS, a.columns); j++) {
      let [dgamma, dbeta] = [0, 0];
      for (let row = 0; row < a.rows; row++) {
        const g = a.g[row * a.columns + j]!;
        const h = round(round(a.x[row * a.columns + j]! - a.mean[row]!) * a.inv[row]!);
        dbeta = round(dbeta + g);
        dgamma = round(dgamma + round(g * h));
      }
      a.dgamma[j] = dgamma;
      a.dbeta[j] = dbeta;
    }
  },
  flops: (a) => 5 * a.rows * a.columns,
  cases: rowCases,
  sample([rows, columns], random) {
    const [x, g] = [numbers(rows! * columns!, random), numbers(rows! * columns!, random)];
    const [mean, inv] = [numbers(rows!, random), numbers(rows!, random)];
    return { rows: rows!, columns: columns!, x, g, mean, inv, dgamma: unset(columns!), dbeta: unset(columns!) };
  },
});
