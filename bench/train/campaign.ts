/**
 * The results of training methods on real data: `npm run results -- [row ...] [--from DIR] [--only TEXT] [--seeds N] [--print]`
 * Each run is `rankwise train` in a process of its own. A run that is there is not done again, one that was stopped is gone
 * on with, and after each the tables of bench/train/RESULTS.md are written anew. Data packages are found from --from.
 */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { crc32c, showCrc } from '../../src/io/crc32c.ts';
import { rows } from './rows/all.ts';
import type { RowRun } from './rows/row.ts';
import { type Finished, resultsPage } from './resultsPage.ts';

const HERE = import.meta.dirname;
const RESULTS = join(HERE, 'results');
/** Folders of runs that are not done; nothing in them is kept. */
const WORK = join(HERE, '.runs');
const ROOT = join(HERE, '../..');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    from: { type: 'string', default: '.' },
    only: { type: 'string', default: '' },
    seeds: { type: 'string', default: '3' },
    print: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const text = (bytes: string): Uint8Array => new TextEncoder().encode(bytes);
const printOf = (args: readonly string[]): string => showCrc(crc32c(text(JSON.stringify(args))));
const fileOf = (run: RowRun, seed: number): string =>
  join(RESULTS, `${run.label.replaceAll(/[^\w.=-]+/g, '-')}-seed${seed}.json`);

/** A finished run with these very arguments, if there is one. */
function finished(run: RowRun, seed: number): Finished | undefined {
  const path = fileOf(run, seed);
  if (!existsSync(path)) return undefined;
  const found = JSON.parse(readFileSync(path, 'utf8')) as Finished;
  return printOf(found.args) === printOf(run.args) ? found : undefined;
}

/** Trains one run to its end and keeps what it printed. False where it could not be done. */
function carryOut(run: RowRun, seed: number): boolean {
  const folder = join(WORK, `${printOf([...run.args, String(seed)])}`);
  const isBegun = existsSync(join(folder, 'checkpoint.safetensors'));
  const args = isBegun ? ['--resume'] : [...run.args, '--seed', String(seed), '--force'];
  process.stderr.write(`${run.label} seed ${seed}${isBegun ? ' (gone on with)' : ''}\n`);
  const command = ['--import', import.meta.resolve('tsx'), join(ROOT, 'src/cli/main.ts'), 'train'];
  const child = spawnSync(process.execPath, [...command, ...args, '--out', folder], {
    cwd: resolve(values.from),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (child.signal !== null || child.status === 130) process.exit(130);
  if (child.status !== 0) {
    process.stderr.write(`  failed with ${child.status}\n`);
    return false;
  }
  const lines = readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
  const curve = lines
    .map((line) => JSON.parse(line) as { epochLoss?: number; parameters?: number; validationAccuracy?: number })
    .filter(({ epochLoss }) => epochLoss !== undefined)
    .map(({ epochLoss, parameters, validationAccuracy }) => ({ loss: epochLoss!, parameters, validationAccuracy }));
  const result = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as Finished['result'];
  const kept: Finished = {
    label: run.label,
    args: run.args,
    seed,
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
    node: process.version,
    result,
    curve,
  };
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(fileOf(run, seed), `${JSON.stringify(kept, null, 1)}\n`);
  rmSync(folder, { recursive: true, force: true });
  return true;
}

function writePage(): void {
  const all = rows.map((row) => ({
    row,
    runs: row.runs.flatMap((run) => Array.from({ length: run.seeds }, (_, k) => finished(run, k + 1) ?? [])).flat(),
  }));
  writeFileSync(join(HERE, 'RESULTS.md'), resultsPage(all));
}

function main(): void {
  const known = rows.map(({ name }) => name);
  const stranger = positionals.find((name) => !known.includes(name));
  if (values.help || stranger !== undefined) {
    process.stdout.write(
      `npm run results -- [row ...] [--from DIR] [--only TEXT] [--seeds N] [--print]\nrows: ${known.join(', ')}\n`,
    );
    process.exit(values.help ? 0 : 2);
  }
  const chosen = rows.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  let failed = 0;
  if (!values.print) {
    // The first seed of every run comes first: a table with one seed is worth more than half a table with three.
    const runs = chosen.flatMap((row) => row.runs).filter(({ label }) => label.includes(values.only));
    const limit = Number(values.seeds);
    if (runs.length === 0 || !(Number.isInteger(limit) && limit > 0)) {
      const got = `--only '${values.only}' (${runs.length} runs) --seeds ${values.seeds}`;
      process.stderr.write(`results: --only is part of a label, --seeds a whole number >= 1; got ${got}\n`);
      process.exit(2);
    }
    const most = Math.min(limit, Math.max(...runs.map(({ seeds }) => seeds)));
    for (let seed = 1; seed <= most; seed++) {
      for (const run of runs) {
        if (seed > run.seeds || finished(run, seed) !== undefined) continue;
        if (!carryOut(run, seed)) failed++;
        writePage();
      }
    }
  }
  writePage();
  if (failed > 0) process.exit(1);
}

main();
