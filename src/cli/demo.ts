/** `rankwise demo`: one network dense, narrowed, and in three formats, on the embedded digits. */

import type { Dataset } from '../io/dataset.ts';
import { modelNamed } from '../nn/models/all.ts';
import { openDataset } from '../node/datasets.ts';
import { narrowWidth } from '../nn/narrow.ts';
import { type Command, Exit, type Invocation } from './command.ts';
import { prepare, type RunConfig } from './config.ts';
import { configOf } from './configOf.ts';
import { grouped, table } from './output.ts';
import { percent } from './report.ts';
import { Run, type RunResult } from './run.ts';
import { trainOptions } from './trainOptions.ts';

const FORMATS = ['lowRank', 'tt', 'ttMatrix'];
const WIDTHS = '256,256';
/** Small data allow larger steps than the default. */
const LEARNING_RATE = 0.05;

export const demo: Command = {
  name: 'demo',
  about: 'one network dense, narrowed and in three formats, side by side',
  wordCount: [0, 0],
  options: {
    rank: { kind: 'text', value: 'R', about: "rank, or share of each weight's parameters", fallback: '0.1' },
    epochs: { kind: 'number', value: 'N', about: 'passes over the data', fallback: 15, min: 1, whole: true },
    seed: { kind: 'number', value: 'N', about: 'seed of weights and order', fallback: 1, min: 0, whole: true },
  },
  examples: [
    ['rankwise demo', 'five networks on 1,797 handwritten digits, in under a minute'],
    ['rankwise demo --rank 0.05 --json', 'smaller ranks, one JSON object'],
  ],
  run,
};

function configFor(format: string, { values }: Invocation, width?: number): RunConfig {
  const fallbacks = Object.fromEntries(Object.entries(trainOptions).map(([name, spec]) => [name, spec.fallback]));
  return configOf({
    ...fallbacks,
    widths: WIDTHS,
    lr: LEARNING_RATE,
    ...values,
    format,
    ...(width === undefined ? {} : { width }),
  });
}

/** Trains one row of the table. */
async function row(name: string, config: RunConfig, data: Dataset, { output, signal }: Invocation): Promise<RunResult> {
  const run = new Run({ config, data, prepared: prepare(config, data), output, signal, title: `${name}: ` });
  try {
    const nothing = async (): Promise<void> => {};
    await run.train({ save: nothing, log: nothing, amend: nothing, saveEvery: Number.POSITIVE_INFINITY });
    return await run.result();
  } finally {
    run.dispose();
  }
}

async function run(invocation: Invocation): Promise<number> {
  const { output } = invocation;
  const data = await openDataset('digits');
  output.line('One network (64-256-256-10) on 1,437 handwritten digits, tested on 360 others.');
  const results: [string, RunResult][] = [];
  for (const format of ['dense', ...FORMATS]) {
    results.push([format, await row(format, configFor(format, invocation), data, invocation)]);
  }
  const most = Math.max(...results.slice(1).map(([, { parameters }]) => parameters));
  const dense = configFor('dense', invocation);
  const shape = { input: data.shape, classes: data.classes, widths: dense.widths! };
  const width = narrowWidth(modelNamed(dense.model), shape, most);
  const narrow = await row('narrow', configFor('dense', invocation, width), data, invocation);
  results.splice(1, 0, ['narrow', narrow]);
  report(results, invocation);
  return Exit.ok;
}

function report(results: readonly [string, RunResult][], { output }: Invocation): void {
  const full = results[0]![1].parameters;
  output.result({ rows: results.map(([network, result]) => ({ network, ...result })) });
  const cells = results.map(([name, { parameters, testAccuracy, seconds }]) => [
    name,
    grouped(parameters),
    `${(full / parameters).toFixed(1)}x`,
    percent(testAccuracy),
    `${seconds.toFixed(1)}s`,
  ]);
  output.line();
  for (const line of table(['network', 'parameters', 'smaller', 'accuracy', 'time'], cells)) output.line(line);
  output.line();
  output.line("'narrow' is a dense network with fewer units, as small as the largest of the three below it.");
  output.line(output.dim('next: rankwise train --data digits --format tt --rank 0.05 --out run'));
  output.line(output.dim('      rankwise inspect run/model.safetensors'));
}
