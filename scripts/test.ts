/**
 * Runs the test files, each in a process of its own, two at a time. `npm test`, `npm test -- tensor/ op.test`
 * A file that crashes, hangs, or executes no test has failed. The last line is `N passed, N failed`.
 */

import { parseArgs, stripVTControlCharacters } from 'node:util';
import { staleness } from './support/build.ts';
import { type Outcome, pool, run } from './support/run.ts';
import { isMain, readSources } from './support/sources.ts';

const HELP = `Usage: npm test -- [FILTER...] [--mode MODE] [--limit SECONDS]

Runs test/**/*.test.ts, or those whose path contains one of the filters.

  npm test                       all of them
  npm test -- kernels/ einsum    by folder or by name
  npm test -- --mode canary      kernel and op laws with guard bytes around every block

  --mode MODE      grow | high | canary | debug: how the wasm backend is stressed; only kernels/ and ops/ unless told
  --limit SECONDS  time for one file, default 120
  --stale          run although the kernels were compiled from other sources
  --help           this text
`;

/** Folders that are not suites of this command: shared code, and suites with a script of their own. */
const ELSEWHERE = /^test\/(?:laws|support|runtimes|zoo|crash|soak)\//;
const STRESSED = ['test/kernels/', 'test/ops/'];
const WIDTH = 2;

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Why the file failed other than by its tests, or ''. */
  readonly trouble: string;
}

/** Counts a file's tests from what it printed and how it ended. */
export function tally({ code, trouble, output }: Outcome): Tally {
  const text = stripVTControlCharacters(output);
  const sum = (word: string): number =>
    [...text.matchAll(new RegExp(`^  ${word}: +(\\d+)$`, 'gm'))].reduce((total, [, n]) => total + Number(n), 0);
  const [total, passed, skipped] = [sum('Total'), sum('Passed'), sum('Skipped')];
  let reason = trouble;
  if (reason === '' && total === 0) reason = 'no test was executed; does the file end with test.run()?';
  if (reason === '' && code !== 0 && passed === total) reason = `exit code ${code} after its tests`;
  return { passed, failed: total - passed + (reason === '' ? 0 : 1), skipped, trouble: reason };
}

/** Test files whose path contains one of the filters, or all. */
export function choose(paths: Iterable<string>, filters: readonly string[]): string[] {
  const all = [...paths].filter((path) => !ELSEWHERE.test(path));
  return filters.length === 0 ? all : all.filter((path) => filters.some((filter) => path.includes(filter)));
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      mode: { type: 'string' },
      limit: { type: 'string', default: '120' },
      stale: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const stale = staleness();
  if (stale !== '') process.stdout.write(`test: ${stale}\n`);
  if (stale !== '' && !values.stale) {
    process.stdout.write('0 passed, 1 failed\n');
    process.exitCode = 1;
    return;
  }
  const filters = positionals.length === 0 && values.mode !== undefined ? STRESSED : positionals;
  const files = choose(readSources(['test'], ['.test.ts']).keys(), filters);
  const env: Record<string, string> = values.mode === undefined ? {} : { RANKWISE_MODE: values.mode };
  const sums = { passed: 0, failed: 0, skipped: 0 };
  await pool(files, WIDTH, async (file) => {
    const outcome = await run(process.execPath, ['--import', 'tsx', file], { env, limit: Number(values.limit) });
    const { passed, failed, skipped, trouble } = tally(outcome);
    sums.passed += passed;
    sums.failed += failed;
    sums.skipped += skipped;
    const counts = `${passed} passed${failed > 0 ? `, ${failed} failed` : ''}${skipped > 0 ? `, ${skipped} skipped` : ''}`;
    process.stdout.write(`${failed === 0 ? 'ok  ' : 'FAIL'} ${file} ${counts} ${outcome.seconds.toFixed(1)} s\n`);
    if (failed > 0) process.stdout.write(`${outcome.output}${trouble === '' ? '' : `${file}: ${trouble}\n`}`);
  });
  if (files.length === 0) {
    process.stdout.write(`test: a filter names a file; got ${filters.join(' ') || 'no files'}; look under test/\n`);
    sums.failed++;
  }
  if (sums.skipped > 0) process.stdout.write(`${sums.skipped} skipped\n`);
  process.stdout.write(`${sums.passed} passed, ${sums.failed} failed\n`);
  if (sums.failed > 0) process.exitCode = 1;
}

if (isMain(import.meta.url)) await main();
