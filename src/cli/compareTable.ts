/** The table of a comparison: a row a method with its settings, means over seeds. */

import type { CompareRun } from '../page/compareData.ts';
import { grouped, table } from './output.ts';
import { percent, size } from './report.ts';

export interface CompareRow {
  readonly method: string;
  readonly label: string;
  readonly format: string;
  readonly isControl: boolean;
  readonly seeds: number;
  /** Mean over seeds, as all numbers here. */
  readonly testAccuracy: number;
  /** Sample deviation over seeds; 0 for one. */
  readonly spread: number;
  readonly auc?: number;
  readonly parameters: number;
  /** Parameters of the dense network over these. */
  readonly compression: number;
  readonly flops: number;
  readonly epochSeconds: number;
  readonly seconds: number;
  readonly peakBytes: number;
  /** Of the first seed. */
  readonly ranks: CompareRun['ranks'];
}

/** Of at least one value. */
export const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** Sample deviation; 0 for fewer than two values. */
export function deviation(values: readonly number[]): number {
  const center = mean(values);
  const squares = values.reduce((sum, x) => sum + (x - center) * (x - center), 0);
  return values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1));
}

/** One row a label, in the order of the runs. Compression is against the dense network of the comparison, where it is. */
export function rowsOf(runs: readonly CompareRun[]): CompareRow[] {
  const labels = [...new Set(runs.map(({ label }) => label))];
  const dense = runs.find(({ method }) => method === 'dense')?.parameters;
  return labels.map((label) => {
    const same = runs.filter((run) => run.label === label);
    const [first] = same as [CompareRun];
    const of = (pick: (run: CompareRun) => number): number => mean(same.map(pick));
    const parameters = of((run) => run.parameters);
    return {
      method: first.method,
      label,
      format: first.format,
      isControl: first.isControl,
      seeds: same.length,
      testAccuracy: of((run) => run.testAccuracy),
      spread: deviation(same.map((run) => run.testAccuracy)),
      ...(first.auc === undefined ? {} : { auc: of((run) => run.auc!) }),
      parameters,
      compression: dense === undefined ? of((run) => run.compression) : dense / parameters,
      flops: of((run) => run.flops),
      epochSeconds: of((run) => run.epochSeconds),
      seconds: of((run) => run.seconds),
      peakBytes: of((run) => run.peakBytes),
      ranks: first.ranks,
    };
  });
}

/** The ranks of a network in a few characters: '12 · 8 8 · 3', a group a weight. */
function shownRanks(ranks: CompareRun['ranks']): string {
  const text = Object.values(ranks)
    .map((bonds) => Object.values(bonds).join(' '))
    .join(' · ');
  return text.length > 34 ? `${text.slice(0, 33)}…` : text;
}

/** The lines of the table, methods by accuracy, then controls. */
export function tableOf(rows: readonly CompareRow[]): string[] {
  const order = [...rows].sort((a, b) => Number(a.isControl) - Number(b.isControl) || b.testAccuracy - a.testAccuracy);
  const hasAuc = rows.some(({ auc }) => auc !== undefined);
  const head = [
    'method',
    'accuracy',
    ...(hasAuc ? ['AUC'] : []),
    'parameters',
    'smaller',
    'flops',
    'epoch',
    'total',
    'memory',
    'ranks',
  ];
  const cells = order.map((row) => [
    row.isControl ? `(${row.label})` : row.label,
    row.seeds < 2 ? percent(row.testAccuracy) : `${percent(row.testAccuracy)} ±${(100 * row.spread).toFixed(2)}`,
    ...(hasAuc ? [row.auc === undefined ? '' : row.auc.toFixed(4)] : []),
    grouped(Math.round(row.parameters)),
    `${row.compression.toFixed(1)}x`,
    grouped(Math.round(row.flops)),
    `${row.epochSeconds.toFixed(2)}s`,
    `${row.seconds.toFixed(1)}s`,
    size(row.peakBytes),
    shownRanks(row.ranks),
  ]);
  return table(head, cells);
}
