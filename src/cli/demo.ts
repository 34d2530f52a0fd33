/** `rankwise demo`: one network dense, narrowed, at fixed ranks and at ranks that are found, on the embedded digits. */

import type { Dataset } from '../io/dataset.ts';
import { modelNamed } from '../nn/models/all.ts';
import { ranksByPath } from '../nn/counts.ts';
import { narrowWidth } from '../nn/narrow.ts';
import { openDataset } from '../node/datasets.ts';
import { type Command, Exit, type Invocation, type Values } from './command.ts';
import { prepare, type RunConfig } from './config.ts';
import { configOf } from './configOf.ts';
import { grouped, table } from './output.ts';
import { percent } from './report.ts';
import { Run, type RunResult } from './run.ts';
import { stairs, type Stair } from './stairs.ts';
import { trainOptions } from './trainOptions.ts';

const WIDTHS = '256,256';
/** Settings that suit so few examples. */
const DENSE: Values = { method: 'dense', lr: 0.05 };
const LOW_RANK: readonly (readonly [name: string, values: Values])[] = [
  ['fixed', { method: 'descent', format: 'ttMatrix', lr: 0.05 }],
  ['dlrt', { method: 'dlrt', format: 'ttMatrix', rank: '50%', optimizer: 'adam', lr: 0.003, with: 'tau=0.25,oneStep' }],
  ['bayes', { method: 'bayes', rank: '12', lr: 0.01, with: 'weight=0.0003' }],
];

export const demo: Command = {
  name: 'demo',
  about: 'one network dense, narrowed and in low-rank form, and ranks being found',
  wordCount: [0, 0],
  options: {
    rank: { kind: 'text', value: 'R', about: "fixed rank, or share of each weight's parameters", fallback: '0.1' },
    epochs: { kind: 'number', value: 'N', about: 'passes over the data', fallback: 15, min: 1, whole: true },
    seed: { kind: 'number', value: 'N', about: 'seed of weights and order', fallback: 1, min: 0, whole: true },
  },
  examples: [
    ['rankwise demo', 'five networks on 1,797 handwritten digits, in under a minute'],
    ['rankwise demo --rank 0.05 --json', 'smaller fixed ranks, one JSON object'],
  ],
  run,
};

function configFor(own: Values, { values }: Invocation): RunConfig {
  const fallbacks = Object.fromEntries(Object.entries(trainOptions).map(([name, spec]) => [name, spec.fallback]));
  return configOf({ ...fallbacks, widths: WIDTHS, ...values, ...own });
}

interface Row {
  readonly name: string;
  readonly result: RunResult;
  readonly stairs: readonly Stair[];
}

/** Trains one row of the table. */
async function row(name: string, own: Values, data: Dataset, invocation: Invocation): Promise<Row> {
  const { output, signal } = invocation;
  const config = configFor(own, invocation);
  const run = new Run({ config, data, prepared: prepare(config, data), output, signal, title: `${name}: ` });
  const lines: Readonly<Record<string, unknown>>[] = [{ ranks: ranksByPath(run.training.params) }];
  try {
    const nothing = async (): Promise<void> => {};
    const log = (line: Readonly<Record<string, unknown>>): unknown => lines.push(line);
    await run.train({ save: nothing, log, amend: nothing, saveEvery: Number.POSITIVE_INFINITY });
    return { name, result: await run.result(), stairs: stairs(lines) };
  } finally {
    run.dispose();
  }
}

async function run(invocation: Invocation): Promise<number> {
  const { output } = invocation;
  const data = await openDataset('digits');
  output.line('One network (64-256-256-10) on 1,437 handwritten digits, tested on 360 others.');
  const dense = await row('dense', DENSE, data, invocation);
  const lowRank: Row[] = [];
  for (const [name, own] of LOW_RANK) {
    const rank: Values = name === 'fixed' ? { rank: invocation.values.rank } : {};
    lowRank.push(await row(name, { ...own, ...rank }, data, invocation));
  }
  const most = Math.max(...lowRank.map(({ result }) => result.parameters));
  const config = configFor(DENSE, invocation);
  const shape = { input: data.shape, classes: data.classes, widths: config.widths! };
  const width = narrowWidth(modelNamed(config.model), shape, most);
  const narrow = await row('narrow', { ...DENSE, width }, data, invocation);
  report([dense, narrow, ...lowRank], invocation);
  return Exit.ok;
}

function report(rows: readonly Row[], { output }: Invocation): void {
  const full = rows[0]!.result.parameters;
  output.result({ rows: rows.map(({ name, result }) => ({ network: name, ...result })) });
  const cells = rows.map(({ name, result: { parameters, testAccuracy, seconds } }) => [
    name,
    grouped(parameters),
    `${(full / parameters).toFixed(1)}x`,
    percent(testAccuracy),
    `${seconds.toFixed(1)}s`,
  ]);
  output.line();
  for (const line of table(['network', 'parameters', 'smaller', 'accuracy', 'time'], cells)) output.line(line);
  output.line();
  output.line("'narrow' is dense with fewer units, as small as the largest of the three TT-matrix networks below it.");
  output.line('dlrt and bayes have found their ranks while they trained, from the start and epoch by epoch:');
  output.line();
  const found = rows.filter(({ name }) => name === 'dlrt' || name === 'bayes');
  const climbed = found.flatMap(({ name, stairs: all }) =>
    all.map(({ weight, bond, drawn, first, last }) => [name, weight, bond, String(first), drawn, String(last)]),
  );
  for (const line of table(['network', 'weight', 'bond', 'from', 'over time', 'to'], climbed)) output.line(line);
  output.line();
  output.line(output.dim('next: rankwise compare --data digits --methods all --out comparison'));
  output.line(output.dim('      rankwise train --data digits --method dlrt --out run'));
}
