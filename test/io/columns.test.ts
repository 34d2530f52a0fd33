/** Mixed columns: what fits together, what passes unchanged, and tables of texts read as categories. */

import { checkColumns, type Column, columnList, distinctRows } from '../../src/columns.ts';
import { FormatError } from '../../src/errors.ts';
import { assemble } from '../../src/io/batch.ts';
import { readCsv } from '../../src/io/csv.ts';
import { type Dataset, makeDataset } from '../../src/io/dataset.ts';
import { refuses } from '../support/hostile.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('columns');

const columns: readonly Column[] = [
  { name: 'user', kind: 'index', count: 16_777_216 },
  { name: 'age', kind: 'number' },
  { name: 'day', kind: 'index', count: 7 },
];
const values = (...rows: number[][]): Float32Array => Float32Array.from(rows.flat());

function dataset(images: Float32Array, kinds: readonly Column[] = columns): Dataset {
  const count = images.length / 3;
  const split = { count, images, labels: Int32Array.from({ length: count }, (_, n) => n % 2) };
  return makeDataset({ name: 'made', shape: [3], classes: 2, columns: kinds, train: split, test: split });
}

test('indices pass unchanged where numbers are normalised', () => {
  const data = dataset(values([16_777_215, 10, 6], [0, 30, 0]));
  assert.equal(
    [data.mean, data.std],
    [
      [0, 20, 0],
      [1, 10, 1],
    ],
  );
  const { images } = assemble(data.train, Int32Array.of(1, 0), data);
  assert.equal([...images], [0, 1, 0, 16_777_215, -1, 6]);
});

test('indices that are none are told with column, example and part', () => {
  refuses(
    () => dataset(values([0, 1, 0], [5, 1, 7])),
    /'day' holds whole numbers from 0 to 6; got 7 in example 1 of made train/,
  );
  refuses(() => dataset(values([0.5, 1, 0])), /'user' holds whole numbers .*; got 0.5 in example 0/);
  refuses(() => dataset(values([0, 1, -1])), /'day' .*got -1/);
});

test('columns that do not fit together are refused', () => {
  const wrong = (kinds: Column[], message: RegExp): void =>
    throws(() => checkColumns('x', kinds), FormatError, message);
  const day = { name: 'day', kind: 'index', count: 7 } as const;
  wrong([day, { ...day, count: 3 }], /names of their own; got two called 'day'/);
  wrong([{ ...day, count: 0 }], /1 to 16777216 categories; got 0 in 'day'/);
  wrong([{ ...day, count: 2 ** 24 + 1 }], /categories; got 16777217/);
  wrong([{ ...day, count: 1.5 }], /categories; got 1.5/);
  wrong(
    [
      { ...day, group: 'g' },
      { ...day, name: 'other', count: 8, group: 'g' },
    ],
    /one count; got 7 and 8 in 'g'/,
  );
  wrong([{ ...day, fold: [2, 3] }], /a fold of 7 rows .*; got \[2, 3\] of 'day'/);
  wrong([{ ...day, fold: [4, 4] }], /up to twice as much; got \[4, 4\]/);
  wrong([{ ...day, names: ['a'] }], /7 names of categories; got 1 in 'day'/);
  refuses(() => dataset(values([0, 1, 0]), columns.slice(1)), /one column for each feature; got 2 columns for \[3\]/);
});

test('columns are read from plain values, and nothing else is', () => {
  const at = { op: 'test', path: 'columns' };
  const all: Column[] = [
    ...columns,
    { name: 'word', kind: 'index', count: 3, group: 'words', fold: [2, 2], names: ['a', 'b', 'c'] },
  ];
  assert.equal(columnList(JSON.parse(JSON.stringify(all)), at), all);
  refuses(() => columnList([{ name: 'x', kind: 'number', more: 1 }], at), /has the fields name, kind; got "more"/);
  refuses(() => columnList([{ name: 'x', kind: 'index' }], at), /count is a whole number/);
  refuses(() => columnList([columns[2], columns[2]], at), /are columns that fit together/);
});

test('distinct rows are counted by table', () => {
  const kinds: Column[] = [
    { name: 'from', kind: 'index', count: 9, group: 'place' },
    { name: 'km', kind: 'number' },
    { name: 'to', kind: 'index', count: 9, group: 'place' },
  ];
  assert.equal(distinctRows(kinds, values([1, 0.5, 2], [2, 7, 8], [1, 9, 1])), { place: 3 });
  assert.equal(distinctRows(columns, values([1, 0.5, 2], [1, 7, 3])), { user: 1, day: 2 });
});

const text = (lines: string): Uint8Array => new TextEncoder().encode(lines);

test('columns of texts become categories in an order that the rows do not change', () => {
  const lines = ['red,1,3,a', 'blue,2,10,b', 'red,3,9,a'];
  const read = (rows: readonly string[]) =>
    readCsv(text(['color,size,shop,label', ...rows].join('\n')), { categories: { declared: ['shop'] } });
  const table = read(lines);
  assert.equal(table.kinds, [
    { name: 'color', kind: 'index', count: 2, names: ['blue', 'red'] },
    { name: 'size', kind: 'number' },
    { name: 'shop', kind: 'index', count: 3, names: ['3', '9', '10'] },
  ]);
  assert.equal([...table.features], [1, 1, 0, 0, 2, 2, 1, 3, 1]);
  assert.equal(read([...lines].reverse()).kinds, table.kinds);
  const numbers = readCsv(text('a,b\n1,x\n2,y'), { categories: {} });
  assert.equal(numbers.kinds, [{ name: 'a', kind: 'number' }]);
});

test('a label column between others leaves the columns in place', () => {
  const table = readCsv(text('k,label,v\nx,no,1\ny,yes,2'), { label: 'label', categories: {} });
  assert.equal([...table.features], [0, 1, 1, 2]);
  assert.equal(
    table.kinds!.map(({ name }) => name),
    ['k', 'v'],
  );
});

test('categories of an earlier table keep their indices, and new ones are refused', () => {
  const known = readCsv(text('color,size,label\nred,1,a\nblue,2,b\nteal,2,b'), { categories: {} }).kinds!;
  const again = readCsv(text('color,size\nteal,5\nblue,6'), { label: null, categories: { known } });
  assert.equal([[...again.features], again.kinds], [[2, 5, 0, 6], known]);
  const read = (lines: string) => () => readCsv(text(lines), { label: null, categories: { known } });
  refuses(read('color,size\npink,5'), /those of training; got "pink" on line 2 in column 1 \("color"\).*|got "pink"/);
  refuses(read('color\nred'), /the 2 columns it was trained on; got 1/);
  refuses(read('color,size\nred,blue'), /finite f32 numbers/);
});

test('what is no category is refused where it stands', () => {
  const read =
    (lines: string, declared: string[] = []) =>
    () =>
      readCsv(text(lines), { categories: { declared } });
  refuses(read('a,b,label\nx,1,u\n7,2,v'), /begins with a text has texts alone; got "7" in column 1 \("a"\) on line 3/);
  refuses(read('a,b,label\nx,1,u\n,2,v'), /every field has a category; got an empty field/);
  refuses(read('a,b,label\nx,1,u\ny,z,v'), /finite f32 numbers.*; got "z" in column 2/);
  refuses(read('a,b,label\n,1,u\ny,2,v'), /finite f32 numbers.*; got an empty field in column 1/);
  refuses(read('a,b,label\nx,1,u', ['c']), /declared columns are in the table; got "c"/);
  refuses(() => readCsv(text('a,b,label\nx,1,u')), /finite f32 numbers.*; got "x" in column 1/);
});

test.run();
