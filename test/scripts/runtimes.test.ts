/** The judge of runtimes sees every bit that differs, and bundles leave out no law that they could run. */

import { readFileSync } from 'node:fs';
import { lawFiles } from '../../scripts/runtimes/bundle.ts';
import { judge, judgeNaive, judgeStrict, reportIn } from '../../scripts/runtimes/report.ts';
import { Tally } from '../../scripts/runtimes/tally.ts';
import { expectedHashes } from '../../src/train/probeHashes.ts';
import type { Report } from '../runtimes/probe.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('runtimes');

const golden: Record<string, string> = JSON.parse(readFileSync('test/golden/hashes.json', 'utf8'));
const MIB = 2 ** 20;

const sound: Report = {
  runtime: 'Here 1.0',
  hashes: golden,
  training: expectedHashes,
  kernels: { 'kernel.gemm': '1', 'kernel.fill': '2' },
  laws: { suites: 2, passed: 9, failed: [] },
  naive: { calls: 100_000, live: [5, 5], capacity: [MIB, MIB], host: [100 * MIB, 120 * MIB] },
};

/** What a judgement counts and says. */
function judged(act: (tally: Tally) => void): { passed: number; failed: number; text: string } {
  let text = '';
  const tally = new Tally((more) => {
    text += more;
  });
  act(tally);
  const { passed, failed } = tally;
  return { passed, failed, text };
}

test('a sound report passes, with and without laws', () => {
  assert.equal(judged((tally) => judge(tally, 'here', sound, sound)).failed, 0);
  const bare = { ...sound, laws: { suites: 0, passed: 0, failed: [] } };
  assert.is(judged((tally) => judge(tally, 'here', bare, sound)).passed, 3);
});

test('every hash that differs, is missing or is unknown fails by name', () => {
  const broken: readonly (readonly [Partial<Report>, RegExp])[] = [
    [{ hashes: { ...golden, 'conv.f32': '0' } }, /conv\.f32 is 0, expected/],
    [{ hashes: { ...golden, other: '0' } }, /other is 0, expected no such hash/],
    [{ hashes: {} }, /random\.philox is missing/],
    [{ training: { ...expectedHashes, tucker: '0' } }, /tucker is 0, expected/],
    [{ training: {} }, /tucker is missing/],
    [{ kernels: { ...sound.kernels, 'kernel.gemm': '3' } }, /kernel\.gemm is 3, expected 1/],
    [{ kernels: { 'kernel.gemm': '1' } }, /kernel\.fill is missing/],
    [{ laws: { suites: 2, passed: 8, failed: ['op add: leaks'] } }, /op add: leaks/],
  ];
  for (const [change, told] of broken) {
    const { failed, text } = judged((tally) => judge(tally, 'there', { ...sound, ...change }, sound));
    assert.is(failed, 1, text);
    assert.match(text, told);
  }
});

test('memory that grows fails, and so does a page that hides why it refuses', () => {
  const naive = (change: Partial<Report['naive']>) =>
    judged((tally) => judgeNaive(tally, 'x', { ...sound.naive, ...change }));
  assert.is(naive({}).failed, 0);
  assert.match(naive({ live: [5, 6] }).text, /1 blocks outlive/);
  assert.match(naive({ capacity: [MIB, 2 * MIB] }).text, /linear memory grew/);
  assert.match(naive({ host: [MIB, 101 * MIB] }).text, /the host grew/);
  assert.is(naive({ host: [null, null] }).failed, 0);
  for (const refused of ['', 'CompileError: no']) {
    assert.is(judged((tally) => judgeStrict(tally, 'x', { refused, hashes: golden })).failed, 1);
  }
});

test('a report is found among other lines, and its absence is told with what was printed', () => {
  const text = `(node:1) Warning\n${JSON.stringify(sound)}\nbye\n`;
  assert.equal(reportIn(text).runtime, sound.runtime);
  assert.throws(() => reportIn('Segmentation fault'), /no report in: Segmentation fault/);
});

test('the laws of every kernel, operation and format go along', () => {
  const { files, left } = lawFiles();
  for (const path of ['test/kernels/gemm.test.ts', 'test/ops/einsum.test.ts', 'test/formats/tt.test.ts']) {
    assert.ok(files.includes(path), path);
  }
  assert.is(files.filter((path) => left.includes(path)).length, 0);
});

test.run();
