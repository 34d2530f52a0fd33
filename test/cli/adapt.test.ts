/** Adapting a trained model from end to end: train --adapt, resume, merge, eval and predict. */

import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors } from '../../src/io/safetensors.ts';
import { cli, fresh } from '../support/cli.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('adapt');

const base = fresh('base');
const delta = fresh('delta');
const file = join(delta, 'delta.safetensors');
const adapt = ['train', '--adapt', base, '--format', 'lowRank', '--rank', '2', '--quiet'];

async function json(args: readonly string[]): Promise<Record<string, number | string | string[]>> {
  const { code, out, err } = await cli([...args, '--json']);
  assert.is(code, 0, err);
  return JSON.parse(out);
}

test('a delta is trained beside a model, and is all that is written', async () => {
  await json(['train', '--widths', '32,16', '--epochs', '3', '--lr', '0.05', '--out', base, '--quiet']);
  const before = readFileSync(join(base, 'model.safetensors'));
  const result = await json([...adapt, '--epochs', '2', '--out', delta]);
  assert.equal(readFileSync(join(base, 'model.safetensors')), before);
  assert.equal([result.model, result.data, result.out], ['mlp', 'digits', file]);
  // 2 (64 + 32) and 2 (32 + 16) parameters.
  assert.is(result.deltaParameters, 288);
  assert.equal([...readSafetensors(readFileSync(file)).tensors.keys()].sort(), [
    'fc1.weight.left',
    'fc1.weight.right',
    'fc2.weight.left',
    'fc2.weight.right',
  ]);
  assert.ok(statSync(file).size < 4 * 288 + 2048);
});

test('merged files predict as the model with its delta', async () => {
  const [merged, kept] = [`${fresh('merged')}.safetensors`, `${fresh('kept')}.safetensors`];
  const told = await json(['merge', base, file, '-o', merged]);
  assert.equal(told.deltas, ['fc1.weight', 'fc2.weight']);
  await json(['merge', base, file, '--keep-terms', '-o', kept]);
  const measured = await Promise.all([
    json(['eval', base, '--delta', file]),
    json(['eval', merged]),
    json(['eval', kept]),
    json(['eval', base]),
  ]);
  const [beside, added, sums, plain] = measured.map(({ loss }) => loss as number);
  assert.ok(Math.abs(added! - beside!) < 1e-5, `${added} and ${beside}`);
  assert.is(sums, beside);
  assert.is.not(plain, beside);
  const predictions = await Promise.all(
    [[base, '--delta', file], [kept]].map((model) => json(['predict', ...model, '--data', 'digits', '--first', '20'])),
  );
  assert.equal(predictions[0], predictions[1]);
  const again = await cli(['merge', base, file, '-o', merged]);
  assert.is(again.code, 3, again.err);
  assert.match(again.err, /force/);
});

test('a run can be gone on with, on the base that it began with alone', async () => {
  const [whole, halves] = [fresh('whole'), fresh('halves')];
  const method = ['--method', 'early', '--with', 'at=1,floor=1'];
  await json([...adapt, ...method, '--epochs', '2', '--out', whole]);
  await json([...adapt, ...method, '--epochs', '2', '--out', halves]);
  const config = await cli(['train', '--resume', '--out', halves, '--quiet']);
  assert.is(config.code, 0, config.err);
  assert.equal(readFileSync(join(halves, 'delta.safetensors')), readFileSync(join(whole, 'delta.safetensors')));
  const model = join(base, 'model.safetensors');
  const bytes = readFileSync(model);
  await json(['train', '--widths', '32,16', '--epochs', '1', '--out', base, '--force', '--quiet']);
  const other = await cli(['train', '--resume', '--out', halves, '--quiet']);
  writeFileSync(model, bytes);
  assert.is(other.code, 3);
  assert.match(other.err, /a run goes on with the model it began with; got [0-9a-f]{8}, not [0-9a-f]{8}/);
});

test('mistakes are told by name', async () => {
  const cases: [string[], number, RegExp][] = [
    [[...adapt, '--widths', '8'], 2, /--adapt brings its own model; got --widths; leave them out/],
    [[...adapt, '--method', 'narrow'], 3, /--adapt keeps the model; got --method narrow/],
    [[...adapt, '--data', 'nothing.csv'], 3, /nothing.csv/],
    [['train', '--adapt', file], 3, /the metadata has 'rankwise'/],
    [['merge', base, join(base, 'model.safetensors'), '-o', fresh('x')], 3, /the metadata has 'rankwise.delta'/],
    [['merge', base, file], 2, /--out says where to write/],
  ];
  const outcomes = await Promise.all(cases.map(([args]) => cli(args)));
  outcomes.forEach(({ code, out, err }, k) => {
    assert.match(err, cases[k]![2]);
    assert.equal([code, out], [cases[k]![1], ''], err);
  });
});

test.run();
