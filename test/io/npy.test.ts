/** .npy: NumPy's own files are read, ours are read back bit for bit, hostile ones are refused. */

import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { readNpy, writeNpy } from '../../src/io/npy.ts';
import type { TensorData } from '../../src/io/stored.ts';
import { cases, nearly, readOrRefuse, refuses } from '../support/hostile.ts';
import { assert, test } from '../support/test.ts';

interface Golden {
  readonly name: string;
  readonly dtype: string;
  readonly shape: number[];
  readonly values: number[];
  readonly zlib: string;
}
const golden = JSON.parse(readFileSync(new URL('../golden/npy.json', import.meta.url), 'utf8')).files as Golden[];
const bytesOf = (g: Golden): Uint8Array => new Uint8Array(inflateSync(Buffer.from(g.zlib, 'base64')));
const bits = (data: ArrayBufferView): number[] => [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];

for (const g of golden) {
  test(`reads NumPy's ${g.name}`, () => {
    const { dtype, shape, data } = readNpy(bytesOf(g));
    assert.is(dtype, g.dtype);
    assert.equal([...shape], g.shape);
    assert.equal([...data], g.values);
  });
}

test('writes the bytes that NumPy writes', () => {
  const same = golden.filter((g) =>
    ['f4', 'f8 scalar', 'f4, empty', 'u1 of order 1', 'i4 of order 4'].includes(g.name),
  );
  assert.is(same.length, 5);
  for (const g of same) assert.equal(bits(writeNpy(readNpy(bytesOf(g)))), bits(bytesOf(g)), g.name);
});

const tensor: fc.Arbitrary<TensorData> = fc.array(fc.nat(4), { maxLength: 4 }).chain((shape) => {
  const length = shape.reduce((a, b) => a * b, 1);
  const exact = { minLength: length, maxLength: length };
  return fc.oneof(
    fc.float32Array({ ...exact, noNaN: true }).map((data) => ({ dtype: 'f32' as const, shape, data })),
    fc.float64Array({ ...exact, noNaN: true }).map((data) => ({ dtype: 'f64' as const, shape, data })),
    fc.int32Array(exact).map((data) => ({ dtype: 'i32' as const, shape, data })),
    fc.uint8Array(exact).map((data) => ({ dtype: 'u8' as const, shape, data })),
  );
});

test('reading what was written gives the same bits', () => {
  fc.assert(
    fc.property(tensor, (x) => {
      const file = writeNpy(x);
      const read = readNpy(file);
      assert.is(read.dtype, x.dtype);
      assert.equal([...read.shape], [...x.shape]);
      assert.equal(bits(read.data), bits(x.data));
      assert.is((file.length - x.data.byteLength) % 64, 0);
    }),
    cases(200),
  );
  refuses(() => writeNpy({ dtype: 'f32', shape: [2], data: Float32Array.of(1) }), /1 elements for f32 \[2\]/);
  refuses(() => writeNpy({ dtype: 'i32', shape: [1], data: Float32Array.of(1) }), /writeNpy/);
});

/** A file of version `major` with this header text and `data` bytes; `length` lies about the header when given. */
function npy(header: string, data = 0, major = 1, length = header.length): Uint8Array {
  const out = new Uint8Array((major === 1 ? 10 : 12) + header.length + data);
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, major, 0]);
  const view = new DataView(out.buffer);
  if (major === 1) view.setUint16(8, length, true);
  else view.setUint32(8, length, true);
  for (let i = 0; i < header.length; i++) out[out.length - data - header.length + i] = header.charCodeAt(i);
  return out;
}
const dict = (descr: string, shape: string, order = 'False'): string =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;
const good = dict("'<f4'", '(2,)');

const fixtures: [string, Uint8Array, RegExp][] = [
  ['no bytes', new Uint8Array(0), /starts with/],
  ['another magic', npy(good, 8).fill(0x92, 0, 1), /starts with/],
  ['version 0', npy(good, 8, 0), /version/],
  ['version 4', npy(good, 8, 4), /version/],
  ['version 1.1', npy(good, 8).fill(1, 7, 8), /version/],
  ['a header beyond the file', npy(good, 8, 1, 9999), /within the file/],
  ['a header of 4 GiB', npy(good, 8, 2, 0xffffffff), /at most 10000/],
  ['a header of 10,001 bytes', npy(good.padEnd(10_000) + '\n', 8), /at most 10000/],
  ['no header', npy(''), /line break/],
  ['no line break', npy(good.trimEnd(), 8), /line break/],
  ['an empty dict', npy('{}\n'), /descr/],
  ['a list', npy('[]\n'), /'\{' here/],
  ['an expression', npy(dict("'<f4'", '(1+1,)'), 8), /ends with a comma/],
  ['a call', npy(dict("'<f4'", "__import__('os')"), 8), /values are/],
  ['a name', npy(dict('f4', '(2,)'), 8), /values are/],
  ['pickled objects', npy(dict("'|O'", '(2,)'), 8), /descr "\|O"/],
  ['a structure', npy(dict("[('x', '<f4')]", '(2,)'), 8), /values are/],
  ['void', npy(dict("'|V4'", '(2,)'), 8), /descr/],
  ['text', npy(dict("'<U1'", '(2,)'), 8), /descr/],
  ['complex numbers', npy(dict("'<c8'", '(1,)'), 8), /descr/],
  ['dates', npy(dict("'<M8[s]'", '(1,)'), 8), /descr/],
  ['f1', npy(dict("'|f1'", '(8,)'), 8), /descr/],
  ['f16', npy(dict("'<f16'", '(1,)'), 16), /descr/],
  ['b4', npy(dict("'<b4'", '(2,)'), 8), /descr/],
  ['no byte order', npy(dict("'f4'", '(2,)'), 8), /descr/],
  ['byte order | for four bytes', npy(dict("'|f4'", '(2,)'), 8), /descr/],
  ['descr of True', npy(dict('True', '(2,)'), 8), /descr/],
  ['a shape that is text', npy(dict("'<f4'", "'2'"), 8), /tuple/],
  ['a shape in a list', npy(dict("'<f4'", '[2]'), 8), /values are/],
  ['a shape without comma', npy(dict("'<f4'", '(2)'), 8), /comma/],
  ['a negative size', npy(dict("'<f4'", '(-2,)'), 8), /sizes/],
  ['a float size', npy(dict("'<f4'", '(2.0,)'), 8), /sizes/],
  ['a leading zero', npy(dict("'<f4'", '(02,)'), 8), /sizes/],
  ['a nested tuple', npy(dict("'<f4'", '((2,),)'), 8), /sizes/],
  ['a size of 2^64', npy(dict("'<f4'", '(18446744073709551616,)'), 8), /sizes/],
  ['sizes that wrap', npy(dict("'<f4'", '(4294967296, 4294967296)'), 0), /fills the file/],
  ['sizes that wrap behind a zero', npy(dict("'<f4'", '(0, 4294967296, 4294967296)'), 0), /fills the file/],
  ['33 modes', npy(dict("'<f4'", `(${'1, '.repeat(33)})`), 4), /at most 32/],
  ['fortran_order of 0', npy(dict("'<f4'", '(2,)', '0'), 8), /values are/],
  ['fortran_order of text', npy(dict("'<f4'", '(2,)', "'False'"), 8), /fortran_order/],
  ['no shape', npy("{'descr': '<f4', 'fortran_order': False}\n", 8), /tuple/],
  ['a fourth field', npy(good.replace(', }', ", 'x': True}"), 8), /header has descr/],
  ['a field twice', npy(good.replace(', }', ", 'descr': '<f4'}"), 8), /once/],
  ['two dicts', npy(`${good}${good}`, 8), /only white space/],
  ['an escape', npy(dict("'\\x3cf4'", '(2,)'), 8), /values are/],
  ['a key of True', npy(good.replace("'descr'", 'True'), 8), /keys are strings/],
  ['a byte too few', npy(good, 7), /fills the file/],
  ['a byte too many', npy(good, 9), /fills the file/],
  ['i8 beyond i32', npy(dict("'<i8'", '(1,)'), 8).fill(0xff, -2), /integers fit in i32/],
];

for (const [what, bytes, pattern] of fixtures) {
  test(`refused: ${what}`, () => refuses(() => readNpy(bytes), pattern, what));
}

const samples = golden.map(bytesOf);

test('every truncation is refused', () => {
  for (const whole of samples) {
    for (let length = 0; length < whole.length; length++) {
      refuses(() => readNpy(whole.subarray(0, length)), /./, `${length} of ${whole.length} bytes`);
    }
  }
});

test('fuzz: changed files are read or refused', () => {
  fc.assert(
    fc.property(nearly(samples), (bytes) => {
      const read = readOrRefuse(() => readNpy(bytes));
      if (read === undefined) return;
      assert.is(
        read.data.length,
        read.shape.reduce((a, b) => a * b, 1),
      );
      const file = writeNpy(read);
      assert.equal(bits(writeNpy(readNpy(file))), bits(file));
    }),
    cases(500),
  );
});

const piece = fc.constantFrom(
  ...['{', '}', '(', ')', ',', ':', "'descr'", "'shape'", "'fortran_order'", "'<f4'", "'>i8'", 'True', 'False'],
  ...['0', '1', '2', '-1', '2.5', "'", '"', ' ', '\n', '\\', 'None', '[', ']', '99999999999999999999'],
);

test('fuzz: headers built from pieces are read or refused', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 24 }), fc.nat(16), (pieces, data) => {
      readOrRefuse(() => readNpy(npy(`${pieces.join('')}\n`, data)));
      readOrRefuse(() => readNpy(npy(`{'descr': '<f4', 'fortran_order': True, 'shape': (${pieces.join('')}\n`, data)));
    }),
    cases(500),
  );
});

test.run();
