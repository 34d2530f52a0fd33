/** The generated click log: what it says of itself, its laws, and that a seed gives the same bits. */

import { crc32c, showCrc } from '../../src/io/crc32c.ts';
import { clicks } from '../../src/io/clicks.ts';
import { FormatError } from '../../src/errors.ts';
import { distinctRows } from '../../src/columns.ts';
import { criteoTables } from '../../src/nn/models/criteo.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('clicks');

const data = clicks(2000);
const width = data.shape[0]!;

test('it is named as generated, with the published tables and a fifth for testing', () => {
  assert.match(data.name, /^generated-clicks:2000$/);
  assert.match(data.about!, /^generated: .* planted/);
  assert.equal([data.train.count, data.test.count, data.classes], [1600, 400, 2]);
  const tables = data.columns!.filter((column) => column.kind === 'index' && column.count > 1e6);
  assert.equal(
    tables.map((column) => column.kind === 'index' && [column.count, column.fold]),
    criteoTables.map(({ count, fold }) => [count, fold]),
  );
  const { mean, std } = data;
  data.columns!.forEach(({ kind }, k) => {
    if (kind === 'index') assert.equal([mean[k], std[k]], [0, 1]);
    else assert.ok(Math.abs(mean[k]!) < 0.15 && Math.abs(std[k]! - 1) < 0.15, `${mean[k]} ${std[k]}`);
  });
});

test('the same seed gives the same bits here as everywhere, another seed another log', () => {
  const bits = ({ images }: { images: Uint8Array | Float32Array }): string =>
    showCrc(crc32c(new Uint8Array(images.buffer, images.byteOffset, images.byteLength)));
  const again = clicks(2000);
  assert.equal([again.train, again.test, again.optimum], [data.train, data.test, data.optimum]);
  assert.equal([bits(data.train), bits(data.test)], ['671b18bb', 'b97b7764']);
  assert.not.equal(bits(clicks(2000, 1).train), bits(data.train));
  // Examples are those of their number, whatever is around them.
  const longer = clicks(4000);
  assert.equal(longer.train.images.slice(0, 1600 * width), data.train.images);
});

test('labels are drawn with the true probabilities, and the optimum is below what the mean alone gives', () => {
  const { test: tests, optimum } = clicks(10_000);
  const { labels, count } = tests;
  const share = labels.reduce((n, label) => n + label, 0) / count;
  const constant = -share * Math.log(share) - (1 - share) * Math.log(1 - share);
  const { loss, accuracy } = optimum!;
  assert.ok(share > 0.15 && share < 0.3, String(share));
  assert.ok(loss < 0.7 * constant && loss > 0.4 * constant, `${loss} of ${constant}`);
  assert.ok(accuracy > 1 - share + 0.03 && accuracy < 0.95, String(accuracy));
});

test('few rows are frequent and many are rare, as in Zipf’s law', () => {
  const touched = distinctRows(data.columns!, data.train.images);
  for (const table of ['table1', 'table2', 'table3', 'table4', 'table5']) {
    assert.ok(touched[table]! > 400 && touched[table]! < 1200, `${touched[table]} rows of ${table}`);
  }
  assert.equal([touched.hour, touched.device, touched.country], [24, 7, 60]);
  const column = data.columns!.findIndex(({ name }) => name === 'table2');
  const times = new Map<number, number>();
  for (let i = column; i < data.train.images.length; i += width) {
    times.set(data.train.images[i]!, (times.get(data.train.images[i]!) ?? 0) + 1);
  }
  const [first, second] = [...times.values()].sort((a, b) => b - a) as [number, number];
  // The most frequent row has the share of [1, 2) under x^-1.05, about 7 %.
  assert.ok(first > 70 && first < 170 && second < first, `${first} and ${second} of 1600`);
});

test('numbers of rows that are none are refused', () => {
  for (const rows of [9, 0, -1, 10.5, Number.NaN, 2 ** 25])
    throws(() => clicks(rows), FormatError, /10 to 16777216 rows/);
});

test.run();
