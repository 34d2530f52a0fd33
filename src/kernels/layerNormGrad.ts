/**
 * Gradient of layerNorm by x: with h = (x - mean) inv and d = g gamma, dx = inv (d - mean(d) - h mean(d h)), means over
 * the row.
 */

import { defineKernel, type Kernel } from './kernel.ts';
import { laneSum, lanesOf } from './lanes.ts';
import { eachRow, rowCases, rowPieces } from './rows.ts';
import { numbers, unset } from './samples.ts';

const fields = {
  rows: 'int',
  columns: 'int',
  x: 'data',
  g: 'data',
  gamma: 'data',
  mean: 'data',
  inv: 'data',
  dx: 'data',
} as const;

/** x, g [rows, columns], gamma [columns] or null, saved mean and inv [rows] -> dx, which may be g. */
export const layerNormGrad: Kernel<typeof fields> = defineKernel({
  name: 'layerNormGrad',
  dtypes: ['f32', 'f64'],
  fields,
  tasks: rowPieces,
  scratch: (_, elementBytes) => 2 * elementBytes,
  reference(a, round) {
    const [n, lanes] = [a.columns, lanesOf(a.x)];
    eachRow(a, (row) => {
      const [mean, inv] = [a.mean[row]!, a.inv[row]!];
      const h = (j: number): number => round(round(a.x[row * n + j]! - mean) * inv);
      const d = (j: number): number => round(a.g[row * n + j]! * (a.gamma[j] ?? 1));
      const meanD = round(laneSum(n, lanes, d, round) / round(n));
      const meanDH = round(laneSum(n, lanes, (j) => round(d(j) * h(j)), round) / round(n));
      for (let j = 0; j < n; j++) a.dx[row * n + j] = round(round(round(d(j) - meanD) - round(h(j) * meanDH)) * inv);
    });
  },
  flops: (a) => 12 * a.rows * a.columns,
  cases: rowCases,
  sample([rows, columns, affine], random) {
    const [x, g] = [numbers(rows! * columns!, random), numbers(rows! * columns!, random)];
    const [mean, inv] = [numbers(rows!, random), numbers(rows!, random).map(Math.abs)];
    const gamma = affine ? numbers(columns!, random) : null;
    return { rows: rows!, columns: columns!, x, g, gamma, mean, inv, dx: affine ? unset(x.length) : g };
  },
});
