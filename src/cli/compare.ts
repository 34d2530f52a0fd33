/** `rankwise compare`: several methods on one task, with the simple controls beside them, in one table and one report. */

import { join } from 'node:path';
import { EVENT_FILE, tensorboardOf } from '../io/tensorboard.ts';
import { isFile, makeFolder, writeAtomic } from '../node/files.ts';
import type { CompareData, CompareRun } from '../page/compareData.ts';
import { runChild } from './childRun.ts';
import { type Command, Exit, Interrupted, type Invocation, UsageError } from './command.ts';
import { gather, isFinished } from './compareGather.ts';
import {
  type Entrant,
  entrantsOf,
  groupsOf,
  type PlannedRun,
  plannedRun,
  remodelled,
  sharedArgs,
} from './comparePlan.ts';
import { mean, rowsOf, tableOf } from './compareTable.ts';
import { openData } from './data.ts';
import { trainOptions } from './trainOptions.ts';
import { learningRates, timed, tuned } from './tune.ts';
import { version } from './version.ts';

const { method, with: own, seed, out, resume, force, 'dry-run': dry, steps, spectra, ...rest } = trainOptions;
const { 'lr-scale': scale, ...shared } = rest;

export const compare: Command = {
  name: 'compare',
  about: 'several methods on one task, with controls, in one table and one report',
  wordCount: [0, 0],
  options: {
    methods: {
      kind: 'text',
      value: 'all|LIST',
      about: 'such as dlrt:tau=0.1+oneStep,bayes; settings are joined by +',
      fallback: 'all',
    },
    ...shared,
    format: { kind: 'text', value: 'NAME,…', about: "formats for all methods; default each method's own" },
    minutes: { kind: 'number', value: 'M', about: 'training time of each run, instead of --epochs', min: 0.001 },
    seeds: { kind: 'number', value: 'K', about: 'runs of each, with seeds 1 to K', fallback: 1, min: 1, whole: true },
    trials: {
      kind: 'number',
      value: 'T',
      about: 'learning rates tried for each method and control; the best on the validation part is used',
      fallback: 3,
      min: 1,
      max: learningRates.length,
      whole: true,
    },
    out: { kind: 'text', value: 'DIR', about: 'folder for runs, table and report', fallback: 'compare' },
    tensorboard: { kind: 'flag', about: 'write event files for TensorBoard' },
  },
  savesWhenStopped: true,
  examples: [
    ['rankwise compare --data digits --methods all --out comparison', 'every method on the embedded digits'],
    [
      'rankwise compare --data mnist --model lenet5 --methods dlrt,bayes --epochs 10 --seeds 3 --out comparison',
      'two methods on MNIST, three seeds each',
    ],
  ],
  run,
};

/** A method that could not be run, and why. */
interface Skipped {
  readonly label: string;
  readonly reason: string;
}

/** Exit codes that mean that a method does not fit the task. */
const UNFIT: readonly (number | null)[] = [Exit.usage, Exit.input, Exit.diverged];

class Comparison {
  readonly runs: CompareRun[] = [];
  readonly skipped: Skipped[] = [];
  readonly #invocation: Invocation;
  readonly #folder: string;
  /** Why the last run that failed did. */
  #reason = 'no trial has an accuracy';

  constructor(invocation: Invocation, folder: string) {
    this.#invocation = invocation;
    this.#folder = folder;
  }

  /** Runs that are not there yet, one after another: times are those of a lone run. */
  async add(entrants: readonly Entrant[]): Promise<void> {
    const { values } = this.#invocation;
    for (const entrant of entrants) {
      const done = (run: PlannedRun): Promise<CompareRun | undefined> => this.#done(run);
      const minutes = values.minutes as number | undefined;
      const budgeted = minutes === undefined ? entrant : await timed(entrant, 60 * minutes, done);
      const chosen = budgeted && (await tuned(budgeted, values.trials as number, done));
      if (chosen === undefined) this.skipped.push({ label: entrant.label, reason: this.#reason });
      for (let k = 1; chosen !== undefined && k <= (values.seeds as number); k++) {
        const run = await this.#done(plannedRun(chosen, k));
        if (run === undefined) {
          this.skipped.push({ label: entrant.label, reason: this.#reason });
          break;
        }
        this.runs.push(run);
      }
    }
  }

  /** A run, done now or earlier; undefined where the method does not fit the task. */
  async #done(run: PlannedRun): Promise<CompareRun | undefined> {
    const { output, signal } = this.#invocation;
    const folder = join(this.#folder, 'runs', run.name);
    if (!(await isFinished(folder))) {
      const title = `${run.entrant.label} seed ${run.seed}`;
      output.note(title);
      const isBegun = await isFile(join(folder, 'checkpoint.safetensors'));
      const args = isBegun ? ['--resume'] : [...run.args, '--force'];
      const { code, message } = await runChild(['train', ...args, '--spectra', '--out', folder], {
        signal,
        line: (text) => output.progress(`${title}: ${text}`),
      });
      if (signal.aborted) throw new Interrupted();
      if (code !== Exit.ok) {
        if (!UNFIT.includes(code)) throw new Error(`compare: ${title} ended with ${code}: ${message}`);
        output.note(`  left out: ${message}`);
        this.#reason = message;
        return undefined;
      }
    }
    return gather(folder, run);
  }
}

async function run(invocation: Invocation): Promise<number> {
  const { values, given, output } = invocation;
  const folder = values.out as string;
  const args = sharedArgs(values, given);
  if ((values.trials as number) > 1) {
    if (!given.has('validation')) args.push('--validation', '0.1');
    else if (values.validation === 0) {
      throw new UsageError('compare: trials are judged on a validation part; got --validation 0; use --trials 1');
    }
  }
  const entrants = entrantsOf(values, args);
  // Data that is not there is told once, not by every method.
  await openData(values.data as string, values['data-dir'] as string | undefined);
  const comparison = new Comparison(invocation, folder);
  try {
    await comparison.add(entrants);
    // Rivals of the same size come last: only now the sizes are known.
    const compressed = comparison.runs.filter(({ method }) => method !== 'dense');
    const labels = [...new Set(compressed.map(({ label }) => label))];
    const counts = labels.map((one) =>
      Math.round(mean(compressed.filter(({ label }) => label === one).map(({ parameters }) => parameters))),
    );
    await comparison.add(remodelled(groupsOf(counts), args));
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    output.note(`stopped; go on with the same command: what is done in ${folder} is not done again`);
    return Exit.interrupted;
  }
  if (comparison.runs.length === 0) throw new UsageError('compare: some method fits the task; got none; see above');
  return report(comparison, folder, invocation);
}

async function report(comparison: Comparison, folder: string, { values, output }: Invocation): Promise<number> {
  const { runs, skipped } = comparison;
  const data = values.data as string;
  const model = values.model as string;
  const rows = rowsOf(runs);
  const page: CompareData = { title: `${model} on ${data}`, data, model, version: version(), runs };
  const write = (name: string, content: string | Uint8Array): Promise<void> =>
    writeAtomic(join(folder, name), typeof content === 'string' ? new TextEncoder().encode(content) : content);
  await makeFolder(folder);
  const { comparePage } = await import('./comparePage.ts');
  await write('report.html', comparePage(page));
  await write('table.json', `${JSON.stringify({ data, model, rows, skipped }, null, 2)}\n`);
  if (values.tensorboard === true) {
    for (const one of runs) {
      const inside = join(folder, 'tensorboard', `${one.label.replaceAll(/[^\w.=-]+/g, '-')}-seed${one.seed}`);
      await makeFolder(inside);
      await writeAtomic(join(inside, EVENT_FILE), tensorboardOf(one));
    }
  }
  output.result({ data, model, rows, skipped, out: folder });
  for (const line of tableOf(rows)) output.line(line);
  output.line();
  output.line('Rows in brackets are controls: simple rivals trained on the same data for the same epochs.');
  output.line(`report         ${join(folder, 'report.html')}`);
  return Exit.ok;
}
