/** The tables of RESULTS.md, from the runs that are done. */

import { deviation, mean } from '../../src/cli/compareTable.ts';
import { grouped } from '../../src/cli/output.ts';
import { toldBy } from './ownTable.ts';
import type { Row } from './rows/row.ts';

/** A run that is done, as its file holds it. */
export interface Finished {
  readonly label: string;
  readonly args: readonly string[];
  readonly seed: number;
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  readonly result: {
    readonly testAccuracy: number;
    /** Of the part of the training set that settings were chosen on. */
    readonly validationAccuracy?: number;
    readonly auc?: number;
    readonly testLoss: number;
    readonly calibrationError?: number;
    readonly parameters: number;
    readonly denseParameters: number;
    readonly compression: number;
    readonly seconds: number;
    readonly cpuSeconds?: number;
    readonly epochSeconds: number;
    readonly epochs: number;
    readonly peakBytes: number;
    readonly ranks: Readonly<Record<string, Readonly<Record<string, number>>>>;
  };
  readonly curve: readonly { loss: number; parameters?: number; validationAccuracy?: number }[];
}

/** A column that only tables have where a run has it. */
interface Column {
  readonly head: string;
  readonly of: (result: Finished['result']) => number | undefined;
  readonly show: (mean: number) => string;
}

const OPTIONAL: readonly Column[] = [
  { head: 'validation %', of: ({ validationAccuracy }) => validationAccuracy, show: (x) => (100 * x).toFixed(2) },
  { head: 'AUC', of: ({ auc }) => auc, show: (x) => x.toFixed(4) },
  {
    head: 'log-loss',
    of: ({ auc, testLoss }) => (auc === undefined ? undefined : testLoss),
    show: (x) => x.toFixed(4),
  },
  // Processor time: the other runs on a machine hardly change it.
  { head: 'CPU s', of: ({ cpuSeconds }) => cpuSeconds, show: (x) => x.toFixed(0) },
];

/** The mean over the runs that have the figure; nothing where none has. */
function optionalCell({ of, show }: Column, same: readonly Finished[]): string {
  const known = same.flatMap(({ result }) => of(result) ?? []);
  return known.length === 0 ? '' : show(mean(known));
}

const HEAD = `# Results

What \`npm run results\` has printed: methods and controls on real data. Accuracy is that of the last epoch on the whole
test set, which has chosen nothing; means over seeds, ± the sample deviation. Parameters are all stored scalars, biases,
norms and dense classifiers included; compression is dense over stored, where dense is the same network with every weight
dense. Runs share the machine with others now and then, so seconds are rough: those of the processor, where they were
measured, are what to compare.
`;

/** RESULTS.md as a text. Rows without a run yet say so. */
export function resultsPage(all: readonly { readonly row: Row; readonly runs: readonly Finished[] }[]): string {
  const minutes = new Map(
    all.flatMap(({ runs }) => runs.map((run) => [`${run.label} ${run.seed}`, run.result.seconds])),
  );
  const total = [...minutes.values()].reduce((sum, s) => sum + s, 0) / 60;
  const sections = all.map(({ row, runs }) => section(row, runs));
  return `${HEAD}\nTraining time of all runs below: ${total.toFixed(0)} minutes.\n\n${sections.join('\n')}`;
}

function section(row: Row, runs: readonly Finished[]): string {
  return `${runsOf(row, runs)}${scriptOf(row)}`;
}

function scriptOf({ script }: Row): string {
  if (script === undefined) return '';
  return `\n\`npx tsx bench/train/${script}.ts --from DIR\`\n\n${toldBy(script) ?? 'Not run yet.\n'}`;
}

function runsOf({ name, claim, runs: planned }: Row, runs: readonly Finished[]): string {
  const lines = [`## ${name}`, '', `To be shown: ${claim}`, '', `\`npm run results -- ${name}\``, ''];
  if (runs.length === 0) return [...lines, 'Not run yet.', ''].join('\n');
  const optional = OPTIONAL.filter(({ of }) => runs.some(({ result }) => of(result) !== undefined));
  const head = [
    'run',
    'seeds',
    'accuracy %',
    ...optional.map(({ head: name }) => name),
    'parameters',
    'compression',
    's',
    'MB',
    'ranks (seed 1)',
  ];
  lines.push(`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`);
  for (const label of planned.map((run) => run.label)) {
    const same = runs.filter((run) => run.label === label);
    if (same.length > 0) lines.push(`| ${cellsOf(label, same, denseOf(same[0]!, runs), optional).join(' | ')} |`);
  }
  const missing = planned.filter(({ label }) => !runs.some((run) => run.label === label)).map(({ label }) => label);
  if (missing.length > 0) lines.push('', `Not run yet: ${missing.join('; ')}.`);
  const [{ machine, node }] = runs as readonly [Finished];
  const dates = runs.map(({ date }) => date).sort();
  const spent = runs.reduce((sum, { result }) => sum + result.seconds, 0) / 60;
  lines.push(
    '',
    `${dates[0]} to ${dates.at(-1)}, ${machine}, Node ${node}, ${spent.toFixed(1)} minutes of training.`,
    '',
  );
  return lines.join('\n');
}

/** The same network with every weight dense and no width cut: the largest of those on the same data. */
function denseOf(run: Finished, runs: readonly Finished[]): number {
  const networkOf = ({ args }: Finished): string =>
    ['--data', '--model', '--widths'].map((name) => args[args.indexOf(name) + 1] ?? '').join(' ');
  const same = runs.filter((other) => networkOf(other) === networkOf(run));
  return Math.max(...same.map(({ result }) => result.denseParameters));
}

function cellsOf(label: string, same: readonly Finished[], dense: number, optional: readonly Column[]): string[] {
  const of = (pick: (result: Finished['result']) => number): number => mean(same.map(({ result }) => pick(result)));
  const accuracies = same.map(({ result }) => 100 * result.testAccuracy);
  const spread = same.length > 1 ? ` ± ${deviation(accuracies).toFixed(2)}` : '';
  const ranks = Object.values((same.find(({ seed }) => seed === 1) ?? same[0]!).result.ranks)
    .map((bonds) => Object.values(bonds).join(' '))
    .join(' · ');
  const parameters = of((result) => result.parameters);
  return [
    label,
    String(same.length),
    `${mean(accuracies).toFixed(2)}${spread}`,
    ...optional.map((column) => optionalCell(column, same)),
    grouped(parameters),
    `${(dense / parameters).toFixed(1)}x`,
    of((result) => result.seconds).toFixed(0),
    (of((result) => result.peakBytes) / 1e6).toFixed(0),
    ranks,
  ];
}
