/** Files of tensors on the command line: inspect, decompose, round and full. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadLowRank } from '../../src/io/lowRank.ts';
import { readNpy, writeNpy } from '../../src/io/npy.ts';
import { writeSafetensors } from '../../src/io/safetensors.ts';
import { Factored } from '../../src/formats/network.ts';
import type { PageData } from '../../src/page/data.ts';
import { cli, fresh } from '../support/cli.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('tensor files');

const SHAPE = [9, 10, 11] as const;
const values = Float64Array.from(
  { length: 990 },
  (_, k) => 1 / (3 + (k % 11) + (Math.floor(k / 11) % 10) + Math.floor(k / 110)),
);
const evil = '</script><script>alert(1)</script>\u001b[2J';
const npy = fresh('smooth.npy');
writeFileSync(npy, writeNpy({ dtype: 'f64', shape: SHAPE, data: values }));
const weights = fresh('weights.safetensors');
const matrix = Float32Array.from({ length: 64 * 40 }, (_, k) => Math.sin(k) + ((k * 7919) % 101) / 1000);
writeFileSync(
  weights,
  writeSafetensors([
    ['fc.weight', { dtype: 'f32', shape: [64, 40], data: matrix }],
    ['fc.bias', { dtype: 'f32', shape: [64], data: new Float32Array(64) }],
    [evil, { dtype: 'f32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
    ['ids', { dtype: 'i32', shape: [2, 2], data: Int32Array.of(1, 2, 3, 4) }],
  ]),
);
const parsed = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

/** |a - b| / |a|. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [miss, size] = [0, 0];
  for (let k = 0; k < a.length; k++) {
    miss += (a[k]! - b[k]!) ** 2;
    size += a[k]! ** 2;
  }
  return Math.sqrt(miss / size);
}

test('decompose, round and full keep the errors they were given', async () => {
  for (const format of ['tt', 'tucker', 'ht', 'tensor-ring', 'cp']) {
    const [small, smaller, again] = [fresh('a.safetensors'), fresh('b.safetensors'), fresh('c.npy')];
    const how = format === 'cp' ? ['--rank', '4', '--sweeps', '200'] : ['--eps', '1e-4'];
    const made = await cli(['decompose', npy, '--format', format, ...how, '-o', small, '--json']);
    assert.equal([made.code, made.err.replace(/^array.*\n/gm, '')], [0, ''], format);
    const [row] = parsed(made.out).tensors as { error: number; parameters: number; format: string }[];
    const limit = format === 'cp' ? 0.05 : 1e-4;
    assert.ok(row!.error <= limit && row!.parameters < 990, `${format} ${row!.error}`);
    assert.is((await cli(['full', small, '-o', again])).code, 0);
    const error = distance(values, readNpy(readFileSync(again)).data);
    assert.ok(Math.abs(error - row!.error) < 1e-9, `${format}: ${error}, said ${row!.error}`);
    const rounded = await cli(['round', small, '--eps', '0.05', '-o', smaller, '--json']);
    if (format === 'cp' || format === 'tensor-ring') {
      assert.equal([rounded.code, existsSync(smaller)], [2, false]);
      continue;
    }
    const [after] = parsed(rounded.out).tensors as { error: number; parameters: number }[];
    assert.ok(after!.parameters < row!.parameters && after!.error <= 0.05);
  }
});

test('a file keeps what is not decomposed, and nothing is overwritten unasked', async () => {
  const out = fresh('small.safetensors');
  const args = ['decompose', weights, '--format', 'low-rank', '--rank', '3', '-o', out];
  const { code, err } = await cli(args);
  assert.is(code, 0);
  assert.match(err, /<\/script><script>alert\(1\)<\/script>\\x1b\[2J would not shrink: it stays dense/);
  const loaded = loadLowRank(readFileSync(out));
  assert.equal([...loaded.keys()].sort(), [evil, 'fc.bias', 'fc.weight', 'ids'].sort());
  assert.instance(loaded.get('fc.weight'), Factored);
  assert.not.instance(loaded.get(evil), Factored);
  const again = await cli(args);
  assert.is(again.code, 3);
  assert.match(again.err, /decompose: --out names a new file; got '.*', which exists; choose another, or give --force/);
  assert.is((await cli([...args, '--force'])).code, 0);
  const dry = await cli(['decompose', weights, '--format', 'tt', '--eps', '0.5']);
  assert.match(dry.err, /nothing was written; -o FILE keeps it/);
});

test('inspect shows spectra, and forecasts that decompositions keep', async () => {
  const { code, out } = await cli(['inspect', npy, '--eps', '0.1,1e-3', '--json']);
  assert.is(code, 0);
  const [one] = parsed(out).tensors as {
    unfoldings: { shape: number[]; values: number[] }[];
    formats: { format: string; forecasts: { eps: number; ranks: object; parameters: number; error: number }[] }[];
  }[];
  const norm = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));
  for (const { shape, values: s } of one!.unfoldings) {
    assert.is(s.length, Math.min(...(shape as [number, number])));
    assert.ok(Math.abs(Math.sqrt(s.reduce((sum, x) => sum + x * x, 0)) - norm) < 1e-12 * norm);
  }
  assert.equal(
    one!.formats.map(({ format }) => format),
    ['tucker', 'tt', 'ht'],
  );
  for (const { format, forecasts } of one!.formats) {
    for (const { eps, ranks, error } of forecasts) {
      assert.ok(error <= eps);
      const made = await cli([
        'decompose',
        npy,
        '--format',
        format,
        '--rank',
        Object.values(ranks).join(','),
        '--json',
      ]);
      const [row] = parsed(made.out).tensors as { error: number }[];
      assert.ok(row!.error <= error * (1 + 1e-9), `${format} at ${eps}: ${row!.error}, at most ${error}`);
    }
  }
  const text = (await cli(['inspect', npy])).out;
  assert.match(text, /9 \| 10x11 \(modes 1\) +9x110 +█/);
  assert.match(text, /^tt +9x10x11 +0\.1 /m);
  const nan = fresh('nan.npy');
  writeFileSync(nan, writeNpy({ dtype: 'f64', shape: [2, 2], data: Float64Array.of(1, Number.NaN, 3, 4) }));
  assert.match((await cli(['inspect', nan])).out, /array +F64 +2x2 +dense, skipped: not finite/);
});

test('the page holds its data and no markup of a file', async () => {
  const page = fresh('page.html');
  const { code, out } = await cli(['inspect', weights, '--html', page]);
  assert.is(code, 0);
  assert.match(out, /fc\.weight +F32 +64x40 +dense/);
  const html = readFileSync(page, 'utf8');
  assert.not.match(html, /alert\(1\)<\/script>|https?:\/\/(?!.*license)/i);
  assert.is(html.split('</script>').length, 3);
  const data = JSON.parse(/<script id="data" type="application\/json">(.*?)<\/script>/s.exec(html)![1]!) as PageData;
  assert.equal(data.tensors.map(({ name }) => name).sort(), [evil, 'fc.bias', 'fc.weight', 'ids'].sort());
  assert.is((await cli(['inspect', weights, '--html', page])).code, 3);
});

test('what cannot be done is told in one line', async () => {
  const file = (name: string, bytes: Uint8Array): string => {
    const path = fresh(name);
    writeFileSync(path, bytes);
    return path;
  };
  const nan = file('nan.npy', writeNpy({ dtype: 'f64', shape: [2, 2], data: Float64Array.of(1, Number.NaN, 3, 4) }));
  const whole = file('whole.npy', writeNpy({ dtype: 'i32', shape: [2, 2], data: new Int32Array(4) }));
  const text = file('text.npz', new TextEncoder().encode('no archive'));
  const out = fresh('never.safetensors');
  const cases: [string[], number, RegExp][] = [
    [['decompose', nan, '--eps', '0.1', '-o', out], 3, /all elements are finite; got NaN at \[0, 1\]/],
    [['decompose', whole, '--eps', '0.1', '-o', out], 2, /got none of floats/],
    [['decompose', npy, '-o', out], 2, /--eps or --rank says how far; got neither/],
    [['decompose', npy, '--eps', '0.1', '--fold', '2x5,10,11', '-o', out], 3, /multiply to 9/],
    [['decompose', npy, '--eps', '0.1', '--format', 'ttMatrix', '-o', out], 2, /ttMatrix/i],
    [
      ['decompose', npy, '--eps', '0.1', '--tensor', 'x', '-o', out],
      3,
      /the file has the tensor; got 'x'; choose from array/,
    ],
    [['decompose', text, '--eps', '0.1', '-o', out], 3, /ZIP archive/],
    [['round', npy, '--eps', '0.1', '-o', out], 2, /low-rank tensors of tree formats; got none/],
    [['round', npy, '-o', out], 2, /--eps or --max-rank/],
    [['full', npy], 2, /--out says where to write/],
    [['full', weights, '-o', fresh('two.npy')], 3, /--out ends in \.safetensors/],
    [['inspect', npy, '--eps', '2'], 2, /--eps is a list of numbers from 0 to 1/],
  ];
  const outcomes = await Promise.all(cases.map(([args]) => cli([...args, '--quiet'])));
  outcomes.forEach(({ code, err, out: said }, k) => {
    assert.equal([code, said], [cases[k]![1], ''], cases[k]![0].join(' '));
    assert.match(err, cases[k]![2]);
    assert.is(err.trimEnd().split('\n').length, 1, err);
  });
  assert.not(existsSync(out));
});

test('full hands dense tensors on, also as .npy', async () => {
  const again = fresh('dense.npy');
  assert.is((await cli(['full', weights, '--tensor', 'fc.weight', '-o', again])).code, 0);
  const { shape, data } = readNpy(readFileSync(again));
  assert.equal([...shape], [64, 40]);
  assert.equal(data, matrix);
});

test.run();
