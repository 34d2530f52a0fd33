/** Layer normalization (Ba et al. 2016): y = (x - mean) / sqrt(variance + eps) gamma + beta, by row, in two passes. */

import { defineKernel, type Kernel } from './kernel.ts';
import { laneSum, lanesOf } from './lanes.ts';
import { eachRow, rowCases, rowPieces } from './rows.ts';
import { numbers, unset } from './samples.ts';

const fields = {
  rows: 'int',
  columns: 'int',
  eps: 'real',
  x: 'data',
  gamma: 'data',
  beta: 'data',
  y: 'data',
  mean: 'data',
  inv: 'data',
} as const;

/**
 * x [rows, columns], gamma and beta [columns] (both null: 1 and 0) -> y, mean [rows] and
 * inv = 1 / sqrt(variance + eps) [rows]. y may be x.
 */
export const layerNorm: Kernel<typeof fields> = defineKernel({
  name: 'layerNorm',
  dtypes: ['f32', 'f64'],
  fields,
  tasks: rowPieces,
  reference(a, round) {
    const [n, lanes] = [a.columns, lanesOf(a.x)];
    const affine = a.gamma.length > 0 && a.beta.length > 0;
    eachRow(a, (row) => {
      const x = a.x.subarray(row * n, (row + 1) * n);
      const mean = round(laneSum(n, lanes, (j) => x[j]!, round) / round(n));
      const square = (j: number): number => {
        const d = round(x[j]! - mean);
        return round(d * d);
      };
      const variance = round(laneSum(n, lanes, square, round) / round(n));
      const inv = round(1 / round(Math.sqrt(round(variance + round(a.eps)))));
      a.mean[row] = mean;
      a.inv[row] = inv;
      for (let j = 0; j < n; j++) {
        const h = round(round(x[j]! - mean) * inv);
        a.y[row * n + j] = affine ? round(round(h * a.gamma[j]!) + a.beta[j]!) : round(h + 0);
      }
    });
  },
  flops: (a) => 8 * a.rows * a.columns,
  cases: rowCases,
  sample([rows, columns, affine], random) {
    const sizes = { rows: rows!, columns: columns!, eps: 1e-5 };
    const x = numbers(rows! * columns!, random);
    const [gamma, beta] = affine ? [numbers(columns!, random), numbers(columns!, random)] : [null, null];
    return { ...sizes, x, gamma, beta, y: affine ? unset(x.length) : x, mean: unset(rows!), inv: unset(rows!) };
  },
});
