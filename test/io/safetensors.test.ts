/** safetensors: what is written is read back bit for bit, and equal content gives equal bytes. */

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { decodeTensor, readSafetensors, type TensorData, writeSafetensors } from '../../src/io/safetensors.ts';
import { readSafetensorsHeader, safetensorsHeaderBytes } from '../../src/io/safetensorsHeader.ts';
import { halfToFloat, STORED_BITS, type StoredDtype } from '../../src/io/stored.ts';
import { cases, refuses } from '../support/hostile.ts';
import { assert, test } from '../support/test.ts';

const bits = (data: ArrayBufferView): number[] => [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];

const shape = fc.array(fc.nat(4), { maxLength: 4 });
const tensor: fc.Arbitrary<TensorData> = shape.chain((sizes) => {
  const length = sizes.reduce((a, b) => a * b, 1);
  const exact = { minLength: length, maxLength: length };
  return fc.oneof(
    fc.float32Array({ ...exact, noNaN: true }).map((data) => ({ dtype: 'f32' as const, shape: sizes, data })),
    fc.float64Array({ ...exact, noNaN: true }).map((data) => ({ dtype: 'f64' as const, shape: sizes, data })),
    fc.int32Array(exact).map((data) => ({ dtype: 'i32' as const, shape: sizes, data })),
    fc.uint8Array(exact).map((data) => ({ dtype: 'u8' as const, shape: sizes, data })),
  );
});
const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const name = fc
  .oneof(text, fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', 'layers.0.weight.core1'))
  .filter((s) => s !== '' && !s.includes('\0') && s !== '__metadata__');
const files = fc.tuple(
  fc.uniqueArray(fc.tuple(name, tensor), { maxLength: 6, selector: ([n]) => n }),
  fc.uniqueArray(fc.tuple(text, text), { maxLength: 4, selector: ([k]) => k }),
);

test('reading what was written gives the same names, shapes, bits and metadata', () => {
  fc.assert(
    fc.property(files, fc.boolean(), ([tensors, metadata], checksums) => {
      const read = readSafetensors(writeSafetensors(tensors, metadata, { checksums }));
      assert.is(read.tensors.size, tensors.length);
      for (const [key, { dtype, shape, data }] of tensors) {
        const got = read.tensors.get(key)!;
        assert.is(got.dtype, dtype.toUpperCase());
        assert.equal([...got.shape], shape);
        assert.equal(bits(decodeTensor(got)), bits(data));
      }
      for (const [key, value] of metadata) {
        if (key !== 'crc32c') assert.is(read.metadata.get(key), value);
      }
    }),
    cases(300),
  );
});

test('writing what was read gives the same bytes, in whatever order the tensors come', () => {
  fc.assert(
    fc.property(files, ([tensors, metadata]) => {
      const file = writeSafetensors(tensors, metadata);
      const read = readSafetensors(file);
      assert.equal(bits(writeSafetensors([...read.tensors].reverse(), [...read.metadata].reverse())), bits(file));
    }),
    cases(200),
  );
});

test('the layout is the canonical one', () => {
  const file = writeSafetensors(
    [
      ['b', { dtype: 'u8', shape: [3], data: Uint8Array.of(1, 2, 3) }],
      ['a', { dtype: 'u8', shape: [], data: Uint8Array.of(9) }],
      ['c', { dtype: 'f64', shape: [1], data: Float64Array.of(1) }],
    ],
    [
      ['step', '4'],
      ['format', 'pt'],
    ],
  );
  const length = safetensorsHeaderBytes(file, file.length);
  const header = new TextDecoder().decode(file.subarray(8, 8 + length));
  const expected =
    '{"__metadata__":{"format":"pt","step":"4"},' +
    '"c":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},' +
    '"a":{"dtype":"U8","shape":[],"data_offsets":[8,9]},' +
    '"b":{"dtype":"U8","shape":[3],"data_offsets":[9,12]}}';
  assert.is(header.trimEnd(), expected);
  assert.is(length % 8, 0);
  assert.is(header.length - expected.length < 8, true);
  assert.equal([...file.subarray(8 + length)], [0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 9, 1, 2, 3]);
});

test("a file of the format's reference is read, and written again byte for byte", () => {
  const golden = JSON.parse(readFileSync(new URL('../golden/safetensors.json', import.meta.url), 'utf8'));
  const file = new Uint8Array(Buffer.from(golden.base64, 'base64'));
  const { tensors, metadata } = readSafetensors(file);
  const values = [...tensors].map(([name, stored]) => [name, [...decodeTensor(stored)]]);
  assert.equal(Object.fromEntries(values), golden.values);
  assert.equal(bits(writeSafetensors(tensors, metadata)), bits(file));
});

test('a tensor decodes from any offset of the file', () => {
  const header =
    '{"pad":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"x":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}';
  const file = new Uint8Array(8 + header.length + 5);
  new DataView(file.buffer).setUint32(0, header.length, true);
  file.set(new TextEncoder().encode(header), 8);
  new DataView(file.buffer).setFloat32(8 + header.length + 1, -2.5, true);
  assert.equal([...decodeTensor(readSafetensors(file).tensors.get('x')!)], [-2.5]);
  // A Buffer's slice is a view; the decoded array must still be a copy.
  const decoded = decodeTensor(readSafetensors(Buffer.from(file)).tensors.get('x')!);
  assert.is(decoded.buffer.byteLength, 4);
});

test('the header alone tells where each tensor lies', () => {
  const file = writeSafetensors([
    ['w', { dtype: 'f32', shape: [2], data: Float32Array.of(1, 2) }],
    ['n', { dtype: 'u8', shape: [1], data: Uint8Array.of(7) }],
  ]);
  const length = safetensorsHeaderBytes(file.subarray(0, 8), file.length);
  const { entries, dataStart } = readSafetensorsHeader(file.subarray(0, 8 + length), file.length);
  const { begin, end } = entries.get('n')!;
  assert.equal([...file.subarray(dataStart + begin, dataStart + end)], [7]);
});

test('NaN is written as one pattern, and everything else keeps its bits', () => {
  const data = new Float32Array(Uint32Array.of(0x7fc12345, 0xffc00000, 0x80000000, 1).buffer);
  const wide = new Float64Array(BigUint64Array.of(0xfff8_0000_0000_0001n, 0x8000_0000_0000_0000n).buffer);
  const read = readSafetensors(
    writeSafetensors([
      ['x', { dtype: 'f32', shape: [4], data }],
      ['y', { dtype: 'f64', shape: [2], data: wide }],
    ]),
  ).tensors;
  assert.equal([...new Uint32Array(decodeTensor(read.get('x')!).buffer)], [0x7fc00000, 0x7fc00000, 0x80000000, 1]);
  assert.equal(
    [...new BigUint64Array(decodeTensor(read.get('y')!).buffer)],
    [0x7ff8_0000_0000_0000n, 0x8000_0000_0000_0000n],
  );
});

function decode(dtype: StoredDtype, values: ArrayBufferView): number[] {
  const bytes = new Uint8Array(values.buffer);
  return [...decodeTensor({ dtype, shape: [(bytes.length * 8) / STORED_BITS[dtype]], bytes })];
}

test('other dtypes convert exactly', () => {
  assert.equal(decode('F16', Uint16Array.of(0x3c00, 0xc000, 0x7bff, 1, 0x3ff, 0x3555)), [
    1,
    -2,
    65504,
    2 ** -24,
    1023 * 2 ** -24,
    0.333251953125,
  ]);
  assert.equal(decode('F16', Uint16Array.of(0x7c00, 0xfc00)), [Infinity, -Infinity]);
  assert.ok(Number.isNaN(halfToFloat(0x7c01)));
  assert.ok(Object.is(halfToFloat(0x8000), -0));
  assert.equal(decode('BF16', Uint16Array.of(0x3f80, 0xbfc0, 0x0001)), [1, -1.5, 2 ** -133]);
  assert.equal(decode('I8', Int8Array.of(-128, 127)), [-128, 127]);
  assert.equal(decode('I16', Int16Array.of(-32768, 5)), [-32768, 5]);
  assert.equal(decode('U16', Uint16Array.of(65535)), [65535]);
  assert.equal(decode('U32', Uint32Array.of(2147483647)), [2147483647]);
  assert.equal(decode('I64', BigInt64Array.of(-1n, -2147483648n, 2147483647n)), [-1, -2147483648, 2147483647]);
  assert.equal(decode('U64', BigUint64Array.of(12n)), [12]);
  assert.equal(decode('BOOL', Uint8Array.of(0, 1)), [0, 1]);
});

test('every half is the number that f32 arithmetic finds', () => {
  for (let h = 0; h < 65536; h++) {
    const [exponent, fraction] = [(h >> 10) & 31, h & 1023];
    if (exponent === 31) continue;
    const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
    if (!Object.is(halfToFloat(h), h < 32768 ? size : -size)) assert.unreachable(`half ${h}`);
  }
});

test('what i32 and the floats cannot hold is refused by name', () => {
  refuses(() => decode('U32', Uint32Array.of(2147483648)), /integers fit in i32; got 2147483648 at element 0/);
  refuses(() => decode('I64', BigInt64Array.of(0n, 1n << 40n)), /at element 1/);
  refuses(() => decode('I64', BigInt64Array.of((1n << 32n) + 5n)), /got 4294967301/);
  refuses(() => decode('U64', BigUint64Array.of(0xffff_ffff_ffff_ffffn)), /i32/);
  for (const dtype of ['F4', 'F6_E2M3', 'F8_E4M3', 'C64'] as const) {
    refuses(() => decode(dtype, new Uint8Array(24)), new RegExp(dtype));
  }
});

test('the writer refuses what no reader takes', () => {
  const one: TensorData = { dtype: 'f32', shape: [1], data: Float32Array.of(1) };
  refuses(() => writeSafetensors([['', one]]), /names are distinct/);
  refuses(() => writeSafetensors([['__metadata__', one]]), /names are distinct/);
  refuses(() => writeSafetensors([['a\0', one]]), /names are distinct/);
  refuses(
    () =>
      writeSafetensors([
        ['a', one],
        ['a', one],
      ]),
    /names are distinct/,
  );
  refuses(() => writeSafetensors([['\ud800', one]]), /lone surrogates/);
  refuses(() => writeSafetensors([['字'.repeat(1366), one]]), /at most 4096 bytes/);
  refuses(() => writeSafetensors([['a', { ...one, shape: [2] }]]), /dtype and size/);
  refuses(() => writeSafetensors([['a', { ...one, dtype: 'i32' }]]), /dtype and size/);
  refuses(() => writeSafetensors([['a', { ...one, shape: [-1, -1] }]]), /dtype and size/);
  refuses(() => writeSafetensors([], [['note', '\udc00']]), /lone surrogates/);
  assert.is(readSafetensors(writeSafetensors([['字'.repeat(1365), one]])).tensors.size, 1);
});

test.run();
