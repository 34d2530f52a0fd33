/** `rankwise train`: trains a model, writes metrics, checkpoints and the model file, prints one result. */

import type { Dataset } from '../io/dataset.ts';
import type { Snapshot } from '../train/train.ts';
import { openDataset } from '../node/datasets.ts';
import { loadCheckpoint, saveCheckpoint } from '../train/checkpoint.ts';
import { saveModel } from '../train/modelFile.ts';
import { type Command, Exit, type Invocation, UsageError } from './command.ts';
import { configOf, prepare, type RunConfig } from './config.ts';
import { RunFolder } from './folder.ts';
import { Run } from './run.ts';
import { grouped, table } from './output.ts';
import { percent } from './report.ts';
import { trainOptions } from './trainOptions.ts';

export const train: Command = {
  name: 'train',
  about: 'train a model, dense or in low-rank tensor form',
  wordCount: [0, 0],
  options: trainOptions,
  examples: [
    ['rankwise train --data digits --format tt --rank 0.1 --out run', 'tensor trains on the embedded digits'],
    [
      'rankwise train --data mnist --model lenet5 --format tucker --rank 0.1 --epochs 3 --out run --json',
      'LeNet-5 in Tucker form on MNIST',
    ],
    ['rankwise train --resume --out run', 'go on where a run was interrupted'],
    ['rankwise train --data mine.csv --widths 64,32 --out run', 'your own table; its last column is the label'],
  ],
  run,
};

/** What a run starts from: the command line, or the checkpoint of the folder. */
async function startOf(
  { values, given }: Invocation,
  folder: RunFolder | null,
): Promise<{ config: RunConfig; from?: Snapshot }> {
  if (values.resume !== true) return { config: configOf(values) };
  if (folder === null) throw new UsageError('train: --resume has a folder; got no --out; name the run with --out DIR');
  const fixed = [...given].filter((name) => !['resume', 'out', 'json', 'quiet', 'no-color', 'data-dir'].includes(name));
  if (fixed.length > 0) {
    const got = fixed.map((name) => `--${name}`).join(', ');
    throw new UsageError(`train: a resumed run keeps its options; got ${got}; leave them out`);
  }
  const { snapshot, config } = loadCheckpoint(await folder.readCheckpoint());
  const dir = values['data-dir'] === undefined ? {} : { dataDir: values['data-dir'] as string };
  return { config: { ...(config as RunConfig), ...dir }, from: snapshot };
}

async function run(invocation: Invocation): Promise<number> {
  const { values, output, signal } = invocation;
  const out = values.out as string | undefined;
  const options = { resume: values.resume === true, force: values.force === true };
  const folder = out === undefined || values['dry-run'] === true ? null : new RunFolder(out, options);
  const { config, from } = await startOf(invocation, folder);
  const data = await openDataset(config.data, config.dataDir === undefined ? {} : { dataDir: config.dataDir });
  const work = new Run({ config, data, prepared: prepare(config, data), output, signal, ...(from ? { from } : {}) });
  if (values['dry-run'] === true) return describe(work, data, invocation);
  await folder?.startLog(work.training.step);
  const save = async (): Promise<void> => folder?.save(saveCheckpoint(work.training.snapshot(), config));
  const finished = await work.train({ save, log: (line) => folder?.log(line) });
  if (!finished) {
    await save();
    const next =
      folder === null ? 'nothing was saved: give --out' : `go on with: rankwise train --resume --out ${folder.path}`;
    output.note(`stopped after step ${work.training.step}; ${next}`);
    return Exit.interrupted;
  }
  const result = await work.result();
  const path = await folder?.saveModel(saveModel(work.prepared.spec, work.training.finish()));
  output.result({ ...result, ...(path === undefined ? {} : { out: path }) });
  const { testAccuracy, parameters, denseParameters, compression } = result;
  output.line(`test accuracy  ${output.bold(percent(testAccuracy))}`);
  output.line(
    `parameters     ${grouped(parameters)} of ${grouped(denseParameters)} (${compression.toFixed(2)}x smaller)`,
  );
  if (path === undefined) return Exit.ok;
  output.line(`model          ${path}`);
  output.line(output.dim(`next: rankwise eval ${path}   rankwise inspect ${path}`));
  return Exit.ok;
}

function describe(work: Run, data: Dataset, { output }: Invocation): number {
  const rows = work.prepared.model.profile(work.training.params, data.shape, '');
  output.result({ layers: rows, ...work.counts() });
  const cells = rows.map(({ path, kind, output: shape, parameters, denseParameters, flops }) => [
    path,
    kind,
    shape.join('x'),
    grouped(parameters),
    grouped(denseParameters),
    grouped(flops),
  ]);
  for (const line of table(['layer', 'kind', 'output', 'parameters', 'dense', 'flops'], cells)) output.line(line);
  return Exit.ok;
}
