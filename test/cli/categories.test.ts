/** A table of one's own with categories, from training over the model file to predictions. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { touched } from '../../src/cli/touched.ts';
import type { Column } from '../../src/columns.ts';
import { cli, fresh } from '../support/cli.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('categories');

const folder = fresh('tables');
mkdirSync(folder);
const file = (name: string, lines: readonly string[]): string => {
  writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
  return join(folder, name);
};
const COLORS = ['red', 'green', 'blue'];
/** Red and blue things under 50 are bought. */
const shop = file('shop.csv', [
  'color,price,bought',
  ...Array.from({ length: 300 }, (_, n) => {
    const [color, price] = [n % 3, (37 * n) % 100];
    return `${COLORS[color]},${price},${color !== 1 && price < 50 ? 'yes' : 'no'}`;
  }),
]);

test('categories are learned by name, saved with the model and known again', async () => {
  const out = join(folder, 'run');
  const options = ['--epochs', '25', '--optimizer', 'adam', '--lr', '0.02', '--embedding-size', '4'];
  const run = await cli(['train', '--data', shop, '--model', 'dlrm', ...options, '--out', out, '--json']);
  assert.is(run.code, 0, run.err);
  assert.match(run.err, /distinct rows in training: color 3 of 3/);
  const result = JSON.parse(run.out) as { testAccuracy: number };
  assert.ok(result.testAccuracy > 0.9, String(result.testAccuracy));
  const inputs = file('inputs.csv', ['color,price', 'blue,5', 'green,5', 'red,95', 'red,10']);
  const predicted = await cli(['predict', out, inputs, '--json']);
  assert.is(predicted.code, 0, predicted.err);
  const { predictions } = JSON.parse(predicted.out) as { predictions: { class: string }[] };
  assert.equal(
    predictions.map((one) => one.class),
    ['yes', 'no', 'no', 'yes'],
  );
  const measured = await cli(['eval', out, '--data', shop, '--json']);
  assert.is(measured.code, 0, measured.err);
  const other = await cli(['predict', out, file('other.csv', ['color,price', 'pink,5'])]);
  assert.is.not(other.code, 0);
  assert.match(other.err, /categories are those of training; got "pink"/);
});

test('models of numbers refuse categories by the column’s name', async () => {
  const run = await cli(['train', '--data', shop, '--model', 'mlp']);
  assert.is.not(run.code, 0);
  assert.match(run.err, /mlp: the features are numbers; got categories in column 'color'; use the model 'dlrm'/);
});

test('the largest tables are told of, and none where there are none', () => {
  const columns = Array.from({ length: 10 }, (_, k): Column => ({ name: `c${k}`, kind: 'index', count: 1000 + k }));
  const [line] = touched(
    columns,
    Float32Array.from({ length: 20 }, (_, k) => k % 10),
  );
  assert.match(line!, /^distinct rows in training: c9 1 of 1,009, .*c2 1 of 1,002, and 2 smaller tables$/);
  assert.equal(touched([{ name: 'x', kind: 'number' }], Float32Array.of(1)), []);
});

test.run();
