/** Commands from end to end: what they print where, and how they end. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digits } from '../../src/io/digits.ts';
import { writeSafetensors } from '../../src/io/safetensors.ts';
import { readSafetensors } from '../../src/io/safetensors.ts';
import { cli, fresh, SMALL, start } from '../support/cli.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('commands');

const ESCAPE = '\u001b';
const trained = fresh('trained');
const model = join(trained, 'model.safetensors');

/** The one JSON object on standard output. */
function parsed(out: string): Record<string, unknown> {
  assert.match(out, /^\{.*\}\n$/);
  return JSON.parse(out);
}

test('help comes without a command, with -h, --help and help, on standard output', async () => {
  const [none, short, long, named, about] = await Promise.all(
    [[], ['-h'], ['--help'], ['help', 'train'], ['train', '--json', '-h']].map((args) => cli(args)),
  );
  assert.match(none!.out, /^rankwise: .*\n\nExamples\n/);
  assert.equal([short, long], [none, none]);
  assert.match(named!.out, /^rankwise train: .*\n\nExamples\n {2}rankwise train/);
  assert.equal(about, named);
  assert.equal([none!.code, none!.err, named!.code, named!.err], [0, '', 0, '']);
  const version = await cli(['--version']);
  assert.equal(version, { code: 0, out: `${JSON.parse(readFileSync('package.json', 'utf8')).version}\n`, err: '' });
});

test('mistakes on the command line end with 2, a suggestion, and nothing on standard output', async () => {
  const cases: [string[], RegExp][] = [
    [['trian'], /rankwise: the command is known; got 'trian'; did you mean train\?/],
    [['help', 'x'], /the command is known; got 'x'/],
    [['train', '--epoch', '3'], /did you mean --epochs\?/],
    [['train', 'digits'], /train: takes 0 words; got digits; see rankwise train --help/],
    [['eval'], /eval: takes 1 words; got none/],
    [['train', '--resume'], /--resume has a folder; got no --out/],
    [['train', '--format', 'tt', '--rank', '1.5'], /tt: a rank is a whole number/],
    [['predict', trained], /inputs come from FILE or from --data; got neither/],
    [['completion', 'sh'], /the shell is one of bash, zsh, fish; got 'sh'/],
  ];
  const outcomes = await Promise.all(cases.map(([args]) => cli(args)));
  outcomes.forEach(({ code, out, err }, k) => {
    assert.equal([code, out], [2, ''], err);
    assert.match(err, cases[k]![1]);
    assert.is(err.trimEnd().split('\n').length, 1);
  });
});

test('train prints exactly one object with --json, with the figures of the run', async () => {
  const { code, out, err } = await cli([...SMALL, '--epochs', '2', '--validation', '0.1', '--out', trained, '--json']);
  assert.equal([code, err], [0, '']);
  const result = parsed(out);
  const numbers = ['testAccuracy', 'testLoss', 'parameters', 'denseParameters', 'compression', 'seconds', 'cpuSeconds'];
  for (const name of numbers) assert.type(result[name], 'number', name);
  const { data, model: network, format, method, epochs, seed, steps, ranks } = result;
  assert.equal([data, network, format, method, epochs, seed, steps], ['digits', 'mlp', 'tt', 'descent', 2, 1, 42]);
  assert.is(result.denseParameters, 64 * 16 + 16 + 16 * 10 + 10);
  assert.is(result.compression, (result.denseParameters as number) / (result.parameters as number));
  assert.equal(Object.keys(ranks as object), ['fc1.weight']);
  assert.is(result.out, model);
  const lines = readFileSync(join(trained, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
  const metrics = lines.map((line) => JSON.parse(line));
  assert.equal(
    metrics.map(({ step }) => step),
    Array.from({ length: 42 }, (_, k) => k + 1),
  );
  assert.is(metrics[41].validationAccuracy, result.validationAccuracy);
});

test('eval gives what train has told', async () => {
  const [text, json, train] = await Promise.all(
    [
      ['eval', trained],
      ['eval', model, '--json'],
      ['eval', model, '--json', '--split', 'train'],
    ].map((args) => cli(args)),
  );
  const { accuracy, samples, split } = parsed(json!.out);
  assert.equal([samples, split, parsed(train!.out).samples], [360, 'test', 1437]);
  assert.ok(text!.out.includes(`${(100 * (accuracy as number)).toFixed(2)}% of 360 (digits test)`));
  assert.is(text!.out.includes(ESCAPE), false);
});

test('predict takes a set, a table without labels or an array, and agrees', async () => {
  const data = digits();
  const rows = Array.from({ length: 7 }, (_, k) => [...data.test.images.subarray(64 * k, 64 * k + 64)]);
  const csv = fresh('inputs.csv');
  writeFileSync(csv, rows.map((row) => `${row.join()}\n`).join(''));
  const npy = fresh('inputs.npy');
  const head = "{'descr': '|u1', 'fortran_order': False, 'shape': (7, 8, 8), }".padEnd(117) + '\n';
  writeFileSync(
    npy,
    Buffer.concat([Buffer.from([0x93, 78, 85, 77, 80, 89, 1, 0, 118, 0]), Buffer.from(head), Buffer.from(rows.flat())]),
  );
  const from = (...args: string[]): Promise<{ out: string; err: string }> =>
    cli(['predict', trained, ...args, '--json']);
  const [set, table, array, text] = await Promise.all([
    from('--data', 'digits', '--first', '7'),
    from(csv),
    from(npy),
    cli(['predict', trained, csv, '--first', '2']),
  ]);
  type Row = { index: number; class: number; probability: number; label?: number };
  const [a, b, c] = [set, table, array].map(({ out }) => parsed(out).predictions as Row[]);
  assert.equal(b, c);
  assert.equal(
    a!.map(({ label, ...row }) => row),
    b,
  );
  assert.equal(
    a!.map(({ label }) => label),
    [...data.test.labels.subarray(0, 7)],
  );
  assert.is(text.out.split('\n').length, 4);
  const wrong = fresh('wrong.csv');
  writeFileSync(wrong, '1,2,3\n4,5,6\n');
  const refused = await cli(['predict', trained, wrong]);
  assert.equal([refused.code, refused.out], [3, '']);
  assert.match(refused.err, /predict: an input has 64 values \[1, 8, 8\]; got \[2, 3\]/);
});

test('inspect shows models, other files of tensors, and arrays', async () => {
  const other = fresh('other.safetensors');
  const a = { dtype: 'f32', shape: [2, 3], data: new Float32Array(6) } as const;
  writeFileSync(other, writeSafetensors([['evil\u001b[2J', a]], [['by', 'someone']]));
  const [folder, json, foreign] = await Promise.all(
    [
      ['inspect', trained],
      ['inspect', model, '--json'],
      ['inspect', other],
    ].map((args) => cli(args)),
  );
  assert.match(folder!.out, /fc1 +linear +tt [\d,]+ +16/);
  assert.is((parsed(json!.out).spec as { data: string }).data, 'digits');
  assert.match(foreign!.out, /evil\\x1b\[2J {2}F32 {4}2x3/);
});

test('a damaged, forged or missing model is told in one line with 3', async () => {
  const bytes = readFileSync(model);
  const cut = fresh('cut.safetensors');
  writeFileSync(cut, bytes.subarray(0, 999));
  const forged = fresh('forged.safetensors');
  const { tensors, metadata } = readSafetensors(bytes);
  const header = JSON.parse(metadata.get('rankwise')!);
  header.nodes['fc1.weight'].net.parts = 7;
  writeFileSync(forged, writeSafetensors(tensors, [['rankwise', JSON.stringify(header)]]));
  const cases: [string, RegExp][] = [
    [cut, /safetensors.*; got /i],
    [forged, /loadModel: 'rankwise'\.nodes\.fc1\.weight\.net\.parts is an object; got 7/],
    [fresh('missing'), /exists; got ENOENT/],
  ];
  const outcomes = await Promise.all(cases.map(([path]) => cli(['eval', path])));
  outcomes.forEach(({ code, out, err }, k) => {
    assert.equal([code, out], [3, '']);
    assert.match(err, cases[k]![1]);
    assert.is(err.trimEnd().split('\n').length, 1, err);
  });
});

test('a model is not measured on other classes or shapes', async () => {
  const csv = fresh('other.csv');
  writeFileSync(csv, Array.from({ length: 20 }, (_, k) => `${k},${k % 2 ? 'yes' : 'no'}\n`).join(''));
  const { code, err } = await cli(['eval', trained, '--data', csv]);
  assert.is(code, 3);
  assert.match(err, /eval: the model takes \[1, 8, 8\] in 10 classes; got \[1\] in 2 classes from .*other\.csv/);
});

test('a reader that goes away ends the command quietly', async () => {
  const { child, ended } = start(['predict', trained, '--data', 'digits']);
  child.stdout!.destroy();
  const { code, err } = await ended;
  assert.equal([code, err.replace(/^\d+ of \d+\n/gm, '')], [0, '']);
});

test('without a reader of messages a run still ends well', async () => {
  const out = fresh();
  const { child, ended } = start(['train', '--widths', '8', '--epochs', '1', '--out', out, '--json']);
  child.stderr!.destroy();
  const { code, out: text } = await ended;
  assert.is(code, 0);
  assert.is(parsed(text).epochs, 1);
  assert.ok(existsSync(join(out, 'model.safetensors')));
});

/** What a command prints on a terminal. */
async function onTerminal(args: readonly string[], env: Record<string, string>): Promise<string> {
  const through = ['sh', '-c', 'exec script -qefc "$0 $*" /dev/null'];
  return (await cli(args, { env: { TERM: 'xterm', ...env }, through })).out;
}

test('colours and moving lines are for terminals, unless NO_COLOR, --no-color or TERM=dumb', async () => {
  const probe = spawn('script', ['-qefc', 'true', '/dev/null'], { stdio: 'ignore' });
  const [code] = await Promise.race([once(probe, 'close'), once(probe, 'error')]);
  // Without util-linux there is no terminal to be had; the rest of this law is in output.test.ts.
  if (code !== 0) return;
  const [plain, asked, option, dumb] = await Promise.all([
    onTerminal(['eval', trained], {}),
    onTerminal(['eval', trained], { NO_COLOR: '1' }),
    onTerminal(['eval', trained, '--no-color'], {}),
    onTerminal(['train', '--widths', '8', '--epochs', '1'], { TERM: 'dumb' }),
  ]);
  assert.match(plain!.replaceAll(ESCAPE, 'ESC'), /ESC\[1m[\d.]+%ESC\[22m/);
  for (const text of [asked, option, dumb]) assert.is(text!.includes(ESCAPE), false, text);
  const moving = await onTerminal(['train', '--widths', '8', '--epochs', '1'], {});
  assert.match(moving, `\r${ESCAPE}[2Kepoch 1/1  step 1/23`);
});

test('completion scripts are read by their shells', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, out } = await cli(['completion', shell]);
    assert.is(code, 0);
    for (const word of ['transformer-tiny', 'inspect']) assert.ok(out.includes(word), `${word} in ${shell}`);
  }
  const { out } = await cli(['completion', 'bash']);
  const script = fresh('completion.bash');
  const asks = ['train --form', 'train --format t', 'insp'].map((line) => {
    const words = `rankwise ${line}`.split(' ');
    return `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _rankwise; echo "\${COMPREPLY[*]}"`;
  });
  writeFileSync(script, `${out}${asks.join('\n')}\n`);
  const bash = spawn('bash', [script], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  bash.stdout.on('data', (text) => {
    said += text;
  });
  await once(bash, 'close');
  assert.is(said, '--format\ntucker tt ttMatrix tensorRing\ninspect\n');
});

test.run();
