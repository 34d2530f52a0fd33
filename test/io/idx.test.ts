/** IDX: all six types are read; a file that is not exactly what its header says is refused. */

import fc from 'fast-check';
import { readIdx } from '../../src/io/idx.ts';
import { cases, nearly, readOrRefuse, refuses } from '../support/hostile.ts';
import { assert, test } from '../support/test.ts';

/** A file with these sizes and big-endian data bytes. */
function idx(type: number, sizes: readonly number[], data: ArrayLike<number>, order = sizes.length): Uint8Array {
  const out = new Uint8Array(4 + 4 * sizes.length + data.length);
  const view = new DataView(out.buffer);
  out.set([0, 0, type, order]);
  sizes.forEach((n, k) => void view.setUint32(4 + 4 * k, n));
  out.set(Array.from(data), 4 + 4 * sizes.length);
  return out;
}

/** Bytes of `values` written big-endian with a setter of DataView. */
function big(
  width: number,
  values: readonly number[],
  put: (view: DataView, at: number, value: number) => void,
): Uint8Array {
  const view = new DataView(new ArrayBuffer(width * values.length));
  values.forEach((v, k) => void put(view, width * k, v));
  return new Uint8Array(view.buffer);
}

test('reads each type', () => {
  const rows: [number, string, number[], Uint8Array][] = [
    [0x08, 'u8', [0, 7, 255], Uint8Array.of(0, 7, 255)],
    [0x09, 'i32', [-128, 0, 127], Uint8Array.of(128, 0, 127)],
    [0x0b, 'i32', [-2, 300], big(2, [-2, 300], (v, at, x) => v.setInt16(at, x))],
    [0x0c, 'i32', [-2, 70000], big(4, [-2, 70000], (v, at, x) => v.setInt32(at, x))],
    [0x0d, 'f32', [0.5, -3], big(4, [0.5, -3], (v, at, x) => v.setFloat32(at, x))],
    [0x0e, 'f64', [0.1, -3], big(8, [0.1, -3], (v, at, x) => v.setFloat64(at, x))],
  ];
  for (const [type, dtype, values, bytes] of rows) {
    const read = readIdx(idx(type, [values.length], bytes));
    assert.is(read.dtype, dtype);
    assert.equal([...read.data], values);
  }
});

test('the order of the file is that of the tensor, and the data is a copy', () => {
  const file = idx(8, [2, 2, 3], [...Array(12).keys()]);
  const read = readIdx(Buffer.from(file));
  assert.equal([...read.shape], [2, 2, 3]);
  assert.equal([...read.data], [...Array(12).keys()]);
  assert.is(read.data.buffer.byteLength, 12);
  assert.is(readIdx(idx(8, [0, 28, 28], [])).data.length, 0);
});

const fixtures: [string, Uint8Array, RegExp][] = [
  ['no bytes', new Uint8Array(0), /at least 4 bytes/],
  ['gzip', Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0), /got 1f 8b 08 00.*unpacked/],
  ['a first byte of 1', idx(8, [1], [0]).fill(1, 0, 1), /00 00/],
  ['type 0', idx(0, [1], [0]), /type/],
  ['type 0a', idx(0x0a, [1], [0]), /type/],
  ['type 0f', idx(0x0f, [1], [0]), /type/],
  ['order 0', idx(8, [], [0], 0), /order/],
  ['order 9', idx(8, Array(9).fill(1), [0]), /order/],
  ['order 255', idx(8, [1], [0], 255), /order/],
  ['sizes beyond the file', idx(8, [1], [], 8), /header is whole/],
  ['a byte too few', idx(8, [2, 2], [1, 2, 3]), /fills the file/],
  ['a byte too many', idx(8, [2, 2], [1, 2, 3, 4, 5]), /fills the file/],
  ['half an element', idx(0x0d, [1], [1, 2, 3]), /fills the file/],
  ['sizes that wrap 2^32', idx(8, [65536, 65536], []), /fills the file/],
  ['sizes that wrap 2^64', idx(8, [0xffffffff, 0xffffffff, 0xffffffff], []), /fills the file/],
  ['the same behind a zero', idx(8, [0, 0xffffffff, 0xffffffff], []), /fills the file/],
];
for (const [what, bytes, pattern] of fixtures) {
  test(`refused: ${what}`, () => refuses(() => readIdx(bytes), pattern, what));
}

const samples = [
  idx(8, [2, 2, 2], [...Array(8).keys()]),
  idx(0x0d, [2], Array(8).fill(1)),
  idx(0x0e, [1], Array(8).fill(2)),
];

test('every truncation is refused', () => {
  for (const whole of samples) {
    for (let n = 0; n < whole.length; n++) refuses(() => readIdx(whole.subarray(0, n)), /./, `${n} bytes`);
  }
});

test('fuzz: changed files are read or refused', () => {
  fc.assert(
    fc.property(nearly(samples), (bytes) => {
      const read = readOrRefuse(() => readIdx(bytes));
      if (read !== undefined) assert.ok(read.data.byteLength <= 4 * bytes.length);
    }),
    cases(500),
  );
});

test.run();
