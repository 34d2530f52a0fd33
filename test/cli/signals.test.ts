/** Ctrl-C and SIGTERM: the first saves and ends, the second ends at once; nothing that was done is lost. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { loadCheckpoint } from '../../src/train/checkpoint.ts';
import { sameBytes } from '../support/bytes.ts';
import { appears, cli, fresh, SMALL, start } from '../support/cli.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('signals');

/** Well above the second that it may take, since other work may share the machine. */
const AT_ONCE_MS = 5000;
const stepOf = (folder: string): number =>
  loadCheckpoint(readFileSync(join(folder, 'checkpoint.safetensors'))).snapshot.step;

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} saves, ends with ${code}, and the run gone on with is the uninterrupted one`, async () => {
    const [out, whole] = [fresh(), fresh()];
    const args = ['train', '--widths', '16', '--format', 'tt', '--epochs', '60', '--validation', '0.2', '--out'];
    const uninterrupted = cli([...args, whole, '--quiet']);
    const { child, ended } = start([...args, out]);
    await appears(join(out, 'metrics.jsonl'));
    await setTimeout(300);
    const sent = performance.now();
    child.kill(signal);
    const outcome = await ended;
    assert.ok(performance.now() - sent < AT_ONCE_MS);
    assert.equal([outcome.code, outcome.out], [code, ''], outcome.err);
    const step = stepOf(out);
    assert.ok(step > 0 && step < 60 * 18, `stopped after step ${step}`);
    assert.match(outcome.err, `stopped after step ${step}; go on with: rankwise train --resume --out ${out}\n`);
    assert.is((await cli(['train', '--resume', '--out', out, '--quiet'])).code, 0);
    await uninterrupted;
    for (const name of ['model.safetensors', 'checkpoint.safetensors', 'metrics.jsonl']) {
      sameBytes(readFileSync(join(out, name)), readFileSync(join(whole, name)), name);
    }
  });
}

test('a second Ctrl-C ends at once, within a step too long to wait for', async () => {
  const out = fresh();
  const args = ['train', '--model', 'vgg11-small', '--width', '2', '--batch', '1437', '--epochs', '1', '--out', out];
  const { child, ended } = start(args);
  await appears(join(out, 'metrics.jsonl'));
  await setTimeout(200);
  child.kill('SIGINT');
  await setTimeout(20);
  // Two within a moment are one key press, passed on twice.
  child.kill('SIGINT');
  await setTimeout(300);
  assert.is(child.exitCode, null);
  const sent = performance.now();
  child.kill('SIGINT');
  assert.is((await ended).code, 130);
  assert.ok(performance.now() - sent < AT_ONCE_MS);
  assert.is(stepOf(out), 0);
});

test('commands that save nothing just end', async () => {
  const { child, ended } = start(['demo']);
  child.stderr!.once('data', () => child.kill('SIGINT'));
  const { code } = await ended;
  assert.is(code, 130);
});

test('a run without --out says that nothing was saved', async () => {
  const { child, ended } = start([...SMALL.slice(0, -1), '--epochs', '500']);
  child.stderr!.once('data', () => child.kill('SIGINT'));
  const { code, err } = await ended;
  assert.is(code, 130);
  assert.match(err, /stopped after step \d+; nothing was saved: give --out\n/);
});

test.run();
