/** Cross entropy of softmax rows against labels: log sum e^(x - max) - (x[label] - max), never an infinite exponential. */

import { defineKernel, type Kernel, Status } from './kernel.ts';
import { eachRow, rowCases, rowPieces } from './rows.ts';
import { integers, numbers, unset } from './samples.ts';
import { exponentials, functionsOf } from './softmaxRow.ts';

const fields = {
  rows: 'int',
  columns: 'int',
  logits: 'data',
  labels: 'index',
  losses: 'data',
  probabilities: 'data',
} as const;

/**
 * logits [rows, columns], labels [rows] -> losses [rows] and probabilities [rows, columns], which may be the logits. A
 * label outside [0, columns) gives Status.index and the loss NaN.
 */
export const softmaxCrossEntropy: Kernel<typeof fields> = defineKernel({
  name: 'softmaxCrossEntropy',
  dtypes: ['f32', 'f64'],
  fields,
  tasks: rowPieces,
  scratch: (_, elementBytes) => 8 * elementBytes,
  reference(a, round, fail) {
    const { log } = functionsOf(a.logits);
    eachRow(a, (row) => {
      const x = a.logits.subarray(row * a.columns, (row + 1) * a.columns);
      const label = a.labels[row]!;
      const { top, terms, sum } = exponentials(x, round);
      const known = label >= 0 && label < a.columns;
      if (!known) fail(Status.index, label);
      a.losses[row] = known ? round(log(sum) - round(x[label]! - top)) : NaN;
      for (let j = 0; j < a.columns; j++) a.probabilities[row * a.columns + j] = round(terms[j]! / sum);
    });
  },
  flops: (a) => 20 * a.rows * a.columns,
  cases: rowCases,
  sample([rows, columns, inPlace], random) {
    const logits = numbers(rows! * columns!, random);
    const labels = integers(rows!, 0, columns! - 1, random);
    if (random() < 0 && rows! > 1) labels[rows! >> 1] = columns!;
    const probabilities = inPlace ? logits : unset(logits.length);
    return { rows: rows!, columns: columns!, logits, labels, losses: unset(rows!), probabilities };
  },
});
