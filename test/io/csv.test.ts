/** CSV: numbers and labels come back as written; whatever is not a number names its line and column. */

import fc from 'fast-check';
import { type CsvOptions, type CsvTable, readCsv } from '../../src/io/csv.ts';
import { cases, nearly, readOrRefuse, refuses } from '../support/hostile.ts';
import { assert, test } from '../support/test.ts';

const utf8 = new TextEncoder();
const read = (text: string, options?: CsvOptions): CsvTable => readCsv(utf8.encode(text), options);

test('numbers and a last column of labels', () => {
  const { rows, columns, features, labels, classes, names } = read('1,2.5,-3e-1,1\n.5,+4.,5,0\n');
  assert.equal([rows, columns], [2, 3]);
  assert.equal([...features], [1, 2.5, Math.fround(-0.3), 0.5, 4, 5]);
  assert.equal([...labels], [1, 0]);
  assert.equal(classes, ['0', '1']);
  assert.is(names, undefined);
});

test('names, quotes, CRLF, semicolons, tabs, a byte order mark and blank ends', () => {
  const text = '\ufeff"sepal, ""cm""";petal;kind\r\n"1";2;Iris setosa\r\n3; 4 ;"a;b\nc"\r\n\r\n\r\n';
  const table = read(text);
  assert.equal(table.names, ['sepal, "cm"', 'petal']);
  assert.equal([...table.features], [1, 2, 3, 4]);
  assert.equal(table.classes, ['Iris setosa', 'a;b\nc']);
  assert.equal([...read('1\t2\ta\n3\t4\tb').features], [1, 2, 3, 4]);
  assert.equal([...read('1,2,a\r3,4,b\r').labels], [0, 1]);
});

test('the label column is chosen by name or by index, from either end', () => {
  const text = 'kind,x,y\nb,1,2\na,3,4\n';
  for (const label of ['kind', 0, -3] as const) {
    const table = read(text, { label });
    assert.equal([...table.features], [1, 2, 3, 4]);
    assert.equal([...table.labels], [1, 0]);
    assert.equal(table.names, ['x', 'y']);
  }
});

test('classes are ordered by value when whole, else by characters, whatever the order of the rows', () => {
  assert.equal(read('1,10\n1,9\n1,-1\n1,09.0\n').classes, ['-1', '9', '10']);
  assert.equal([...read('1,10\n1,9\n1,-1\n1,09.0\n').labels], [2, 1, 0, 1]);
  assert.equal(read('1,10\n1,9\n1,x\n').classes, ['10', '9', 'x']);
  assert.equal(read('1,b\n1,"__proto__"\n1,constructor\n').classes, ['__proto__', 'b', 'constructor']);
  assert.equal(read('1," "\n1,0x10\n').classes, [' ', '0x10']);
});

test('a header that is all numbers must be said to be one', () => {
  assert.is(read('0,1,2\n5,6,1\n').rows, 2);
  assert.is(read('0,1,2\n5,6,1\n', { header: true }).rows, 1);
  assert.is(read('1,x,2\n2,y,3\n', { label: 1, header: true }).names?.join(), '1,2');
});

const fixtures: [string, string, RegExp, CsvOptions?][] = [
  ['nothing', '', /rows/],
  ['blank lines alone', '\n\n \n', /rows/],
  ['names alone', 'x,label\n', /rows; got none below the names/],
  ['one column', '1\n2\n', /one|label; got 1 field on line 1/],
  ['an empty field', 'x,y,k\n1,2,0\n3,,1\n', /an empty field in column 2 \("y"\) on line 3/],
  ['NaN', '1,2,0\nNaN,3,0\n', /"NaN" in column 1 on line 2/],
  ['Inf', '1,2,0\n1,Infinity,0\n', /"Infinity" in column 2 on line 2/],
  ['too large for f32', '1,1e39,0\n', /"1e39" in column 2 on line 1/],
  ['too large for f64', '1,1e999,0\n', /"1e999"/],
  ['hexadecimal', '1,2,0\n1,0x10,0\n', /"0x10"/],
  ['a decimal comma', '1;2;0\n"1,5";2;0\n', /decimal point; got "1,5" in column 1 on line 2/],
  ['a space in a number', '1,2,0\n1 0,2,0\n', /"1 0"/],
  ['an expression', '1,2,0\n=1+1,2,0\n', /"=1\+1"/],
  ['a line too short', '1,2,0\n1,0\n', /every line has 3 fields; got 2 on line 2/],
  ['a line too long', '1,2,0\n1,2,3,0\n', /every line has 3 fields; got 4 on line 2/],
  ['a blank line within', '1,2,0\n\n1,2,0\n', /blank lines come only at the end; got one on line 2/],
  ['a quote never closed', '1,"2,0\n1,2,0\n', /closed; got .* on line 1/],
  ['text behind a quote', '1,"2"x,0\n', /delimiter follows/],
  ['a line number behind a quoted break', '"a\nb",x,k\n1,y,0\n', /"y" in column 2 \("x"\) on line 3/],
  ['an empty label', '1,2,0\n1,2,\n', /every row has a label; got "" on line 2/],
  ['NaN as a label', '1,2,0\n1,2,nan\n', /every row has a label/],
  ['fractions as labels', '1,2,0\n1,2,0.25\n', /whole numbers or names; got "0.25" on line 2/],
  [
    'a label column that is not there',
    'x,k\n1,2\n',
    /named once; got "kind" .*choose one of "x", "k"/,
    { label: 'kind' },
  ],
  ['a label column named twice', 'k,k\n1,2\n', /named once/, { label: 'k' }],
  ['a label column beyond the last', '1,2\n', /one of 2; got 2/, { label: 2 }],
  ['a label column before the first', '1,2\n', /one of 2; got -3/, { label: -3 }],
  ['half a label column', '1,2\n', /one of 2; got 0.5/, { label: 0.5 }],
  ['100,001 fields', '1,'.repeat(100_001), /at most 100000 fields/],
  ['10,001 classes', Array.from({ length: 10_001 }, (_, k) => `1,${k}\n`).join(''), /at most 10000 classes/],
];
for (const [what, text, pattern, options] of fixtures) {
  test(`refused: ${what}`, () => refuses(() => read(text, options), pattern, what));
}
test('refused: bytes that are not UTF-8', () => refuses(() => readCsv(Uint8Array.of(0x31, 0xff, 0x0a)), /UTF-8/));

const cell = fc.float({ noNaN: true, noDefaultInfinity: true });
const table = fc.integer({ min: 1, max: 5 }).chain((columns) =>
  fc.array(fc.tuple(fc.array(cell, { minLength: columns, maxLength: columns }), fc.string({ minLength: 1 })), {
    minLength: 1,
    maxLength: 8,
  }),
);
const quote = (s: string): string => `"${s.replaceAll('"', '""')}"`;

test('a table that is written is read back, with any text as a label', () => {
  fc.assert(
    fc.property(table, fc.constantFrom(',', ';', '\t'), fc.constantFrom('\n', '\r\n'), (rows, delimiter, end) => {
      const labelled = rows.map(([cells, label]) => [cells, `'${label}`] as const);
      const text = labelled.map(([cells, label]) => [...cells, quote(label)].join(delimiter)).join(end);
      const got = read(text, { delimiter: delimiter as ',', header: false });
      assert.equal(
        [...got.features].map(String),
        labelled.flatMap(([cells]) => cells.map(String)),
      );
      assert.equal(
        [...got.labels].map((k) => got.classes[k]),
        labelled.map(([, label]) => label),
      ); // the same names
    }),
    cases(200),
  );
});

const samples = ['x,y,k\n1,2,a\n3,4,b\n', '"1";"2";0\r\n3;4;1\r\n', '1\t2\t3\n'].map((s) => utf8.encode(s));

test('fuzz: changed files are read or refused', () => {
  fc.assert(
    fc.property(nearly(samples), (bytes) => {
      const got = readOrRefuse(() => readCsv(bytes));
      if (got === undefined) return;
      assert.is(got.features.length, got.rows * got.columns);
      assert.is(got.labels.length, got.rows);
      assert.ok(got.features.every(Number.isFinite));
      assert.ok(got.labels.every((k) => k < got.classes.length));
    }),
    cases(500),
  );
});

test.run();
