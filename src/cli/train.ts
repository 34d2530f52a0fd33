/** `rankwise train`: trains a model, writes metrics, checkpoints and the model file, prints one result. */

import type { Dataset } from '../io/dataset.ts';
import { DivergenceError } from '../errors.ts';
import { loadCheckpoint, saveCheckpoint } from '../train/checkpoint.ts';
import { saveModel } from '../train/modelFile.ts';
import { modelOf } from '../train/modelSpec.ts';
import { checkParams } from '../train/structure.ts';
import type { Snapshot } from '../train/train.ts';
import { asTrained, checkAdaptOptions, deltaOf, onBase, openBase } from './adapt.ts';
import { type Command, Exit, Interrupted, type Invocation, UsageError } from './command.ts';
import { checkedConfig, prepare, type RunConfig, sameData } from './config.ts';
import { configOf } from './configOf.ts';
import { openData } from './data.ts';
import { RunFolder } from './folder.ts';
import { grouped, type Output, table } from './output.ts';
import { percent } from './report.ts';
import { Run, type RunResult } from './run.ts';
import { nothingSpent, type Spent } from './spent.ts';
import { trainOptions } from './trainOptions.ts';

export const train: Command = {
  name: 'train',
  about: 'train a model, dense or in low-rank tensor form',
  wordCount: [0, 0],
  options: trainOptions,
  savesWhenStopped: true,
  examples: [
    ['rankwise train --data digits --format tt --rank 0.1 --out run', 'tensor trains on the embedded digits'],
    [
      'rankwise train --data mnist --model lenet5 --format tucker --rank 0.1 --epochs 3 --out run --json',
      'LeNet-5 in Tucker form on MNIST',
    ],
    [
      'rankwise train --adapt run --data digits --format lowRank --rank 4 --out delta',
      'a small delta beside a trained model',
    ],
    ['rankwise train --resume --out run', 'go on where a run was interrupted'],
    ['rankwise train --data mine.csv --widths 64,32 --out run', 'your own table; its last column is the label'],
  ],
  run,
};

/** Options that may differ when a run is gone on with. */
const FREE = ['resume', 'out', 'json', 'quiet', 'no-color', 'data-dir', 'save-every', 'spectra', 'dry-run'];

/** What a run starts from: the command line, or the checkpoint of the folder. */
async function startOf(
  { values, given }: Invocation,
  folder: RunFolder | undefined,
): Promise<{ config: RunConfig; from?: Snapshot }> {
  if (values.resume !== true) return { config: configOf(values) };
  if (folder === undefined) throw new UsageError('train: --resume has a folder; got no --out; name it with --out DIR');
  const fixed = [...given].filter((name) => !FREE.includes(name));
  if (fixed.length > 0) {
    const got = fixed.map((name) => `--${name}`).join(', ');
    throw new UsageError(`train: a resumed run keeps its options; got ${got}; leave them out`);
  }
  const { snapshot, config } = loadCheckpoint(await folder.readCheckpoint());
  const dir = values['data-dir'] === undefined ? {} : { dataDir: values['data-dir'] as string };
  return { config: { ...checkedConfig(config), ...dir }, from: snapshot };
}

async function run(invocation: Invocation): Promise<number> {
  const { values, given, output, signal } = invocation;
  // Mistakes on the command line are told before anything is looked for on the disk.
  if (values.resume !== true) {
    checkAdaptOptions(given);
    configOf(values);
  }
  const how = { resume: values.resume === true, force: values.force === true || values['dry-run'] === true };
  const folder = values.out === undefined ? undefined : await RunFolder.at(values.out as string, how);
  const { config: wanted, from } = await startOf(invocation, folder);
  const base = wanted.adapt === undefined ? undefined : await openBase('train', wanted.adapt.path);
  const asked = base === undefined ? wanted : onBase(wanted, base, from !== undefined || given.has('data'));
  const opened = await openData(asked.data, asked.dataDir);
  const data = base === undefined ? opened : asTrained(base, opened);
  const config = sameData(asked, data);
  const prepared = prepare(config, data, base);
  if (from !== undefined) {
    const { spec } = prepared;
    checkParams('train', (weight) => modelOf(spec, weight), from.params);
  }
  const isResumed = values.resume === true && from !== undefined;
  const spent = isResumed && values['dry-run'] !== true ? await folder!.resume(from.step) : nothingSpent;
  const spectra = values.spectra === true;
  const work = new Run({ config, data, prepared, output, signal, spent, spectra, ...(from ? { from } : {}) });
  if (values['dry-run'] === true) return describe(work, data, invocation);
  return carryOut(work, config, folder, invocation);
}

async function carryOut(
  work: Run,
  config: RunConfig,
  folder: RunFolder | undefined,
  { values, output }: Invocation,
): Promise<number> {
  const checkpoint = (): Uint8Array => saveCheckpoint(work.training.snapshot(), config);
  const save = async (spent: Spent): Promise<void> =>
    folder?.save(checkpoint(), { step: work.training.step, ...spent });
  if (values.resume !== true) await folder?.begin(checkpoint());
  try {
    await work.train({
      save,
      log: (line) => folder?.log(line),
      amend: async (step, fields) => folder?.amend(step, fields),
      saveEvery: values['save-every'] as number,
    });
    await conclude(work, config, folder, output);
    return Exit.ok;
  } catch (error) {
    if (!(error instanceof Interrupted)) {
      // What led to the error is worth reading; that it could not be written is not worth another one.
      await folder?.flush().catch(() => {});
      if (error instanceof DivergenceError && folder !== undefined) {
        output.note(`the state before it is in ${await folder.saveDiverged(checkpoint())}`);
      }
      throw error;
    }
    await save(work.spent);
    const next =
      folder === undefined
        ? 'nothing was saved: give --out'
        : `go on with: rankwise train --resume --out ${folder.path}`;
    output.note(`stopped after step ${work.training.step}; ${next}`);
    return Exit.interrupted;
  }
}

/** Measures and saves what a run has come to, and tells it. */
async function conclude(work: Run, config: RunConfig, folder: RunFolder | undefined, output: Output): Promise<void> {
  const result = await work.result();
  const delta = work.prepared.base === undefined ? undefined : deltaOf(work.prepared, work.final());
  const path =
    delta === undefined
      ? await folder?.saveModel(saveModel(work.prepared.spec, work.final()))
      : await folder?.saveDelta(delta.bytes);
  const told = {
    ...result,
    ...(delta === undefined ? {} : { deltaParameters: delta.stored }),
    epochSeconds: result.seconds / result.epochs,
    peakBytes: peakBytes(),
  };
  await folder?.saveResult(told);
  output.result({ ...told, ...(path === undefined ? {} : { out: path }) });
  const { testAccuracy, parameters, denseParameters, compression } = result;
  output.line(`test accuracy  ${output.bold(percent(testAccuracy))}`);
  for (const line of uncertaintyOf(result)) output.line(line);
  output.line(
    `parameters     ${grouped(parameters)} of ${grouped(denseParameters)} (${compression.toFixed(2)}x smaller)`,
  );
  if (path === undefined) {
    output.note('the model was not saved; --out DIR keeps it');
    return;
  }
  if (delta === undefined) {
    output.line(`model          ${path}`);
    output.line(output.dim(`next: rankwise eval ${path}   rankwise inspect ${path}`));
  } else {
    output.line(`delta          ${path}, ${grouped(delta.stored)} parameters`);
    output.line(output.dim(`next: rankwise merge ${config.adapt!.path} ${path} -o merged.safetensors`));
  }
}

/** How likely and how well calibrated the predictions are, of the means and of the draws of a posterior. */
function uncertaintyOf({ testLoss, calibrationError, posterior }: RunResult): string[] {
  if (posterior === undefined) return [];
  const figures = (loss: number, error: number): string =>
    `negative log-likelihood ${loss.toFixed(4)}, calibration error ${percent(error)}`;
  const drawn = `${percent(posterior.testAccuracy)}, ${figures(posterior.testLoss, posterior.calibrationError)}`;
  return [
    `means          ${figures(testLoss, calibrationError!)}`,
    `${`${posterior.samples} draws`.padEnd(14)} ${drawn}`,
  ];
}

function describe(work: Run, data: Dataset, { output }: Invocation): number {
  const rows = work.prepared.model.profile(work.training.params, data.shape, '');
  output.result({ layers: rows, ...work.counts(), steps: work.prepared.task.totalSteps });
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

/** The most memory that this process has held, from the host. */
function peakBytes(): number {
  return 1024 * process.resourceUsage().maxRSS;
}
