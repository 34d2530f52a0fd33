/**
 * The same laws and the same bits on every runtime. `npm run test:runtimes`, `-- --only deno,bun`
 * Each runtime runs alone, one after the other. One that cannot be had is skipped by name, with the reason.
 */

import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Report } from '../test/runtimes/probe.ts';
import { lawFiles } from './runtimes/bundle.ts';
import { probeChromium, strictChromium } from './runtimes/chromium.ts';
import { testEdge } from './runtimes/edge.ts';
import { find } from './runtimes/install.ts';
import { testPackage, testTypes } from './runtimes/packed.ts';
import { probeProgram } from './runtimes/programs.ts';
import { judge, judgeNaive, judgeStrict } from './runtimes/report.ts';
import { testReports } from './runtimes/reports.ts';
import { Tally } from './runtimes/tally.ts';
import { probeWorkerd } from './runtimes/workerd.ts';

/** Products in the naive loop; an emulated machine does fewer. */
const CALLS = 100_000;
const FEW = 2000;

type Test = (tally: Tally, name: string, command: readonly string[]) => Promise<void>;

/** The report of the first runtime, whose kernels the others must match. */
let first: Report | undefined;

function judged(tally: Tally, name: string, report: Report): void {
  first ??= report;
  judge(tally, name, report, first);
}

const program: Test = async (tally, name, command) => {
  const report = await probeProgram(command, { laws: true, calls: CALLS });
  judged(tally, name, report);
  judgeNaive(tally, name, report.naive);
};

const hashesOnly: Test = async (tally, name, command) => {
  const report = await probeProgram(command, { laws: false, calls: FEW });
  judged(tally, `${name} (${report.runtime})`, report);
};

const page: Test = async (tally, name, command) => {
  const report = await probeChromium(command, CALLS);
  judged(tally, name, report);
  judgeNaive(tally, name, report.naive);
};

const strict: Test = async (tally, name, command) => {
  judgeStrict(tally, name, await strictChromium(command));
};

const worker: Test = async (tally, name, command) => {
  const { report, naive, host } = await probeWorkerd(command, CALLS);
  judged(tally, name, report);
  judgeNaive(tally, name, naive, host);
};

const edge: Test = (tally, _, command) => testEdge(tally, command);

const types: Test = (tally) => testTypes(tally);

/** What is done with each runtime, in order. */
const TESTS: Readonly<Record<string, readonly Test[]>> = {
  node20: [program, testPackage, types],
  node24: [program, testPackage],
  deno: [program, testPackage],
  bun: [program, testPackage],
  workerd: [worker, edge],
  chromium: [page, strict, testReports],
  arm64: [hashesOnly],
};

function chosen(): string[] {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const all = Object.keys(TESTS);
  const names = values.only?.split(',') ?? all;
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length === 0) return names;
  process.stderr.write(`test:runtimes: runtimes are ${all.join(', ')}; got ${unknown.join(', ')}; correct --only\n`);
  return process.exit(2);
}

async function main(): Promise<void> {
  const names = chosen();
  if (!existsSync('dist/index.js')) {
    process.stderr.write('test:runtimes: dist/ is built; got none; npm run build\n');
    process.exit(2);
  }
  const tally = new Tally();
  const { files, left } = lawFiles();
  process.stdout.write(`laws of ${files.length} files; left to npm test: ${left.join(', ')}\n`);
  for (const name of names) {
    const place = find(name);
    if ('missing' in place) {
      tally.skip(name, place.missing);
      continue;
    }
    const begin = performance.now();
    for (const test of TESTS[name]!) await tally.guard(name, () => test(tally, name, place.command));
    process.stdout.write(`     ${name}: ${((performance.now() - begin) / 1000).toFixed(0)} s\n`);
  }
  process.stdout.write(`${tally.summary}\n`);
  process.exitCode = tally.failed > 0 ? 1 : 0;
}

await main();
