/** Judges what a runtime reported: hashes against the committed ones and those of the first runtime, laws, memory. */

import { readFileSync } from 'node:fs';
import { expectedHashes } from '../../src/train/probeHashes.ts';
import type { Hashes } from '../../test/runtimes/hashes.ts';
import type { Strict } from '../../test/runtimes/hosts/strict.ts';
import type { Report } from '../../test/runtimes/probe.ts';
import type { Tally } from './tally.ts';

const GOLDEN = 'test/golden/hashes.json';

/** Bytes by which a host may grow in the naive loop: the rhythm of its collector, not a leak of more than 100 MB. */
const SLACK = 64 * 2 ** 20;

/** A line for each hash that is missing, differs or is not expected. */
function differences(got: Hashes, want: Hashes): string[] {
  const names = [...new Set([...Object.keys(want), ...Object.keys(got)])];
  const wrong = names.filter((name) => got[name] !== want[name]);
  return wrong.map((name) => `${name} is ${got[name] ?? 'missing'}, expected ${want[name] ?? 'no such hash'}`);
}

function naiveProblems({ calls, live, capacity, host: [before, after] }: Report['naive']): string[] {
  const problems: string[] = [];
  if (live[1] !== live[0]) problems.push(`${live[1] - live[0]} blocks outlive ${calls} calls`);
  if (capacity[1] !== capacity[0]) problems.push(`linear memory grew by ${capacity[1] - capacity[0]} bytes`);
  if (before !== null && after !== null && after - before > SLACK) {
    problems.push(`the host grew by ${after - before} bytes`);
  }
  return problems;
}

/** The naive loop as one check; `host` replaces what the runtime could not tell of itself. */
export function judgeNaive(
  tally: Tally,
  name: string,
  naive: Report['naive'],
  host: Report['naive']['host'] = naive.host,
): void {
  const mib = (bytes: number | null): string => (bytes === null ? '?' : `${(bytes / 2 ** 20).toFixed(0)} MiB`);
  const flat = `linear memory ${mib(naive.capacity[0])} to ${mib(naive.capacity[1])}`;
  const detail = `${flat}, host ${mib(host[0])} to ${mib(host[1])}, ${naive.live[1] - naive.live[0]} blocks left`;
  tally.check(`${name}: ${naive.calls} products in a naive loop`, naiveProblems({ ...naive, host }), detail);
}

function judgeHashes(tally: Tally, name: string, hashes: Hashes): void {
  const golden: Hashes = JSON.parse(readFileSync(GOLDEN, 'utf8'));
  tally.check(`${name}: ${Object.keys(golden).length} hashes of arithmetic`, differences(hashes, golden));
}

/** A page that may not compile: refused with the remedy, and right with it. */
export function judgeStrict(tally: Tally, name: string, { refused, hashes }: Strict): void {
  const told = refused.includes('init({ module })') && refused.startsWith('BackendError');
  tally.check(`${name}: refuses where compiling is forbidden`, told ? [] : [refused || 'no error'], refused);
  judgeHashes(tally, `${name}, a module from elsewhere`, hashes);
}

/** Counts a report's checks. Kernels are compared with those of `first`, or with nothing where it is the same. */
export function judge(tally: Tally, name: string, report: Report, first: Report): void {
  const { hashes, training, kernels, laws } = report;
  judgeHashes(tally, name, hashes);
  const shown = Object.entries(training).map(([probe, hash]) => `${probe} ${hash}`);
  tally.check(`${name}: 20 steps of training`, differences(training, expectedHashes), shown.join(', '));
  const of = first === report ? 'hashed' : `as in ${first.runtime}`;
  tally.check(`${name}: ${Object.keys(kernels).length} kernels`, differences(kernels, first.kernels), of);
  if (laws.suites > 0) tally.check(`${name}: ${laws.passed + laws.failed.length} laws`, laws.failed);
}

/** The report in what a command printed: its last line that looks like one. */
export function reportIn(output: string): Report {
  const line = output.split('\n').findLast((text) => text.startsWith('{"runtime"'));
  if (line === undefined) throw new Error(`no report in: ${output.slice(-2000)}`);
  return JSON.parse(line) as Report;
}
