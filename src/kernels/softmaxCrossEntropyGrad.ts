/** Gradient of softmaxCrossEntropy by the logits: (probabilities - onehot(label)) g by row. */

import { defineKernel, type Kernel, Status } from './kernel.ts';
import { eachRow, rowCases, rowPieces } from './rows.ts';
import { integers, numbers, unset } from './samples.ts';

const fields = {
  rows: 'int',
  columns: 'int',
  probabilities: 'data',
  labels: 'index',
  g: 'data',
  dlogits: 'data',
} as const;

/**
 * probabilities [rows, columns], labels [rows], g [rows] -> dlogits [rows, columns], which may be the probabilities. A
 * label outside [0, columns) gives Status.index and a row of NaN.
 */
export const softmaxCrossEntropyGrad: Kernel<typeof fields> = defineKernel({
  name: 'softmaxCrossEntropyGrad',
  dtypes: ['f32', 'f64'],
  fields,
  tasks: rowPieces,
  reference(a, round, fail) {
    eachRow(a, (row) => {
      const label = a.labels[row]!;
      const known = label >= 0 && label < a.columns;
      if (!known) fail(Status.index, label);
      const g = known ? a.g[row]! : NaN;
      for (let j = 0; j < a.columns; j++) {
        const p = a.probabilities[row * a.columns + j]!;
        a.dlogits[row * a.columns + j] = round((j === label ? round(p - 1) : p) * g);
      }
    });
  },
  flops: (a) => a.rows * a.columns,
  cases: rowCases,
  sample([rows, columns, inPlace], random) {
    const probabilities = numbers(rows! * columns!, random);
    const labels = integers(rows!, 0, columns! - 1, random);
    if (random() < 0 && rows! > 1) labels[rows! >> 1] = columns!;
    const dlogits = inPlace ? probabilities : unset(probabilities.length);
    return { rows: rows!, columns: columns!, probabilities, labels, g: numbers(rows!, random), dlogits };
  },
});
