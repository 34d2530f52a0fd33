/** Ctrl-C and SIGTERM: the first saves and ends, the second ends at once; nothing that was done is lost. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseCommand } from '../../src/cli/args.ts';
import { Output } from '../../src/cli/output.ts';
import { train } from '../../src/cli/train.ts';
import { loadCheckpoint } from '../../src/train/checkpoint.ts';
import { sameBytes } from '../support/bytes.ts';
import { appears, cli, fresh, SMALL, start } from '../support/cli.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('signals');

const linesOf = (folder: string): string[] =>
  readFileSync(join(folder, 'metrics.jsonl'), 'utf8').split('\n').slice(0, -1);
const stepsLogged = (folder: string): number => linesOf(folder).length;

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

test('a run stopped while its epoch is being measured is measured when it is gone on with', async () => {
  const [out, whole] = [fresh(), fresh()];
  const args = ['train', '--widths', '16', '--epochs', '3', '--validation', '0.2', '--quiet', '--out'];
  const output = new Output({ json: true, quiet: true, color: false, live: false, width: 80, write: () => {} });
  const invoke = async (line: readonly string[], stop = new AbortController()): Promise<number> => {
    const { values, given, words } = parseCommand(train, line.slice(1));
    // Progress in a measurement is the only one before the epoch's last line.
    output.progress = (text) => {
      if (/validating/.test(text) && stepsLogged(out) === 0) stop.abort();
    };
    return train.run({ values, given, words, output, signal: stop.signal });
  };
  assert.is(await invoke([...args, out]), 130);
  const [line] = linesOf(out).slice(-1);
  assert.is(JSON.parse(line!).step, stepOf(out));
  assert.not('validationAccuracy' in JSON.parse(line!));
  assert.is(await invoke(['train', '--resume', '--out', out, '--quiet']), 0);
  assert.is(await invoke([...args, whole]), 0);
  assert.ok('validationAccuracy' in JSON.parse(linesOf(whole)[JSON.parse(line!).step - 1]!));
  sameBytes(readFileSync(join(out, 'metrics.jsonl')), readFileSync(join(whole, 'metrics.jsonl')), 'metrics.jsonl');
});

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
