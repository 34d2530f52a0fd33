/** Hostile safetensors: each is refused with a FormatError that says why, at once and in little memory. */

import fc from 'fast-check';
import { decodeTensor, readSafetensors, verifyChecksums, writeSafetensors } from '../../src/io/safetensors.ts';
import { cases, nearly, readOrRefuse, refuses } from '../support/hostile.ts';
import { assert, test } from '../support/test.ts';

const utf8 = new TextEncoder();

/** A file of a header (text or bytes) and `data` zero bytes; `length` lies about the header when given. */
function file(header: string | Uint8Array, data = 0, length?: bigint): Uint8Array {
  const bytes = typeof header === 'string' ? utf8.encode(header) : header;
  const out = new Uint8Array(8 + bytes.length + data);
  new DataView(out.buffer).setBigUint64(0, length ?? BigInt(bytes.length), true);
  out.set(bytes, 8);
  return out;
}

const entry = (dtype: string, shape: string, offsets: string): string =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;
const one = (dtype: string, shape: string, offsets: string, data = 0): Uint8Array =>
  file(`{"a":${entry(dtype, shape, offsets)}}`, data);
const two = (first: string, second: string, data: number): Uint8Array =>
  file(`{"a":${entry('U8', '[4]', first)},"b":${entry('U8', '[4]', second)}}`, data);
const joined = (...parts: (string | number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((p) => (typeof p === 'string' ? [...utf8.encode(p)] : p)));

const ok = entry('U8', '[4]', '[0,4]');
const fixtures: [string, Uint8Array, RegExp][] = [
  ['no bytes', new Uint8Array(0), /at least 8 bytes/],
  ['one byte', new Uint8Array(1), /at least 8 bytes/],
  ['seven bytes', new Uint8Array(7), /at least 8 bytes/],
  ['only a length of zero', new Uint8Array(8), /starts with '\{'/],
  ['a length of zero before data', file('', 16), /starts with '\{'/],
  ['a header above the limit', file('{}', 0, 100_000_001n), /at most 100000000/],
  ['a header of 2^63 bytes', file('{}', 0, 1n << 63n), /at most 100000000/],
  ['a header of 2^64 - 1 bytes', file('{}', 0, (1n << 64n) - 1n), /at most 100000000/],
  ['a header of 2^32 + 2 bytes', file('{}', 0, (1n << 32n) + 2n), /at most 100000000/],
  ['a header beyond the file', file('{}', 0, 3n), /ends within the file/],
  ['a byte order mark', file('\ufeff{}'), /starts with '\{'/],
  ['a leading space', file(' {}'), /starts with '\{'/],
  ['a list', file('[]'), /starts with '\{'/],
  ['nothing but padding', file(' '.repeat(64)), /starts with '\{'/],
  ['an open object', file('{'), /a string here; got the end/],
  ['an object closed twice', file('{}}'), /only spaces follow/],
  ['a newline behind the header', file('{}\n'), /only spaces follow/],
  ['NUL padding', file('{}\0\0'), /only spaces follow/],
  ['two headers', file('{}{}'), /only spaces follow/],
  ['a comma at the end', file(`{"a":${ok},}`, 4), /a string here/],
  ['no comma', file(`{"a":${ok}"b":${ok}}`, 4), /',' or '\}' here/],
  ['no colon', file(`{"a"${ok}}`, 4), /':' here/],
  ['a key in single quotes', file(`{'a':${ok}}`, 4), /a string here/],
  ['a comment', file(`{/**/"a":${ok}}`, 4), /a string here/],
  ['bad UTF-8 in a name', file(joined('{"', [0xc3, 0x28], `":${ok}}`), 4), /UTF-8/],
  ['a surrogate in UTF-8', file(joined('{"', [0xed, 0xa0, 0x80], `":${ok}}`), 4), /UTF-8/],
  ['an overlong slash', file(joined('{"', [0xc0, 0xaf], `":${ok}}`), 4), /UTF-8/],
  ['a lone high surrogate', file(`{"\\ud800":${ok}}`, 4), /lone surrogates/],
  ['a lone low surrogate', file(`{"x\\udc00":${ok}}`, 4), /lone surrogates/],
  ['an unknown escape', file(`{"\\x41":${ok}}`, 4), /escape/],
  ['a short escape', file(`{"\\u12":${ok}}`, 4), /escape/],
  ['control characters as digits of an escape', file(`{"\\u00\x101":${ok}}`, 4), /escape/],
  ['a line break in a name', file(`{"a\nb":${ok}}`, 4), /control characters/],
  ['NUL in a name', file(`{"a\\u0000b":${ok}}`, 4), /no NUL/],
  ['an empty name', file(`{"":${ok}}`, 4), /not empty/],
  ['a name of 4097 bytes', file(`{"${'n'.repeat(4097)}":${ok}}`, 4), /at most 4096 bytes/],
  ['an unclosed name', file('{"aaaa'), /closed/],
  ['a name twice', file(`{"a":${ok},"a":${ok}}`, 4), /once; got "a" twice/],
  ['a name twice with other offsets', two('[0,4]', '[4,8]', 8).map((c) => (c === 98 ? 97 : c)), /once/],
  ['a name twice, once escaped', file(`{"a":${ok},"\\u0061":${ok}}`, 4), /once/],
  ['__proto__ twice', file(`{"__proto__":${ok},"__proto__":${ok}}`, 4), /once/],
  ['metadata twice', file('{"__metadata__":{},"__metadata__":{}}'), /once/],
  ['a metadata key twice', file('{"__metadata__":{"k":"1","k":"2"}}'), /once/],
  ['metadata that is null', file('{"__metadata__":null}'), /an object here/],
  ['metadata that is text', file('{"__metadata__":"x"}'), /an object here/],
  ['a number in metadata', file('{"__metadata__":{"k":1}}'), /a string here/],
  ['null in metadata', file('{"__metadata__":{"k":null}}'), /a string here/],
  ['an object in metadata', file('{"__metadata__":{"k":{}}}'), /a string here/],
  ['an unknown dtype', one('F128', '[0]', '[0,0]'), /one that safetensors names/],
  ['a dtype in lower case', one('f32', '[1]', '[0,4]', 4), /one that safetensors names/],
  ['a dtype from the prototype', one('toString', '[1]', '[0,4]', 4), /one that safetensors names/],
  ['a dtype of 10 kB', one('F'.repeat(10_000), '[1]', '[0,4]', 4), /at most 16 bytes/],
  ['no dtype', file('{"a":{"shape":[4],"data_offsets":[0,4]}}', 4), /less for "a"/],
  ['no shape', file('{"a":{"dtype":"U8","data_offsets":[0,4]}}', 4), /less for "a"/],
  ['no offsets', file('{"a":{"dtype":"U8","shape":[4]}}', 4), /less for "a"/],
  ['an empty entry', file('{"a":{}}'), /less for "a"/],
  ['a fourth field', file(`{"a":${ok.replace('}', ',"x":1}')}}`, 4), /fields are/],
  ['a field twice', file(`{"a":${ok.replace('}', ',"dtype":"U8"}')}}`, 4), /once/],
  ['an entry that is a number', file('{"a":1}'), /an object here/],
  ['a shape that is text', one('U8', '"4"', '[0,4]', 4), /an array here/],
  ['text in a shape', one('U8', '["4"]', '[0,4]', 4), /whole/],
  ['a float in a shape', one('U8', '[4.0]', '[0,4]', 4), /whole/],
  ['an exponent', one('U8', '[4e0]', '[0,4]', 4), /whole/],
  ['a large exponent', one('U8', '[1E3]', '[0,4]', 4), /whole/],
  ['a negative size', one('U8', '[-4]', '[0,4]', 4), /whole/],
  ['minus zero', one('U8', '[-0]', '[0,0]'), /whole/],
  ['a leading zero', one('U8', '[04]', '[0,4]', 4), /whole/],
  ['a plus sign', one('U8', '[+4]', '[0,4]', 4), /whole/],
  ['hexadecimal', one('U8', '[0x4]', '[0,4]', 4), /whole|',' or/],
  ['true in a shape', one('U8', '[true]', '[0,1]', 1), /whole/],
  ['a size of 2^53', one('U8', '[9007199254740992]', '[0,4]', 4), /below 2\^53/],
  ['a size of 2^64', one('U8', '[18446744073709551616]', '[0,0]'), /below 2\^53/],
  ['sizes whose product wraps to 0', one('U8', '[2147483648,2147483648,4]', '[0,0]'), /span the bytes/],
  ['the same hidden by a zero', one('U8', '[2147483648,2147483648,4,0]', '[0,0]'), /span the bytes/],
  ['more bytes than offsets', one('F32', '[4]', '[0,4]', 4), /span the bytes/],
  ['fewer bytes than offsets', one('U8', '[2]', '[0,4]', 4), /span the bytes/],
  ['reversed offsets', one('U8', '[4]', '[4,0]', 4), /span the bytes/],
  ['one offset', one('U8', '[4]', '[4]', 4), /two data_offsets/],
  ['three offsets', one('U8', '[4]', '[0,4,4]', 4), /at most 2 numbers/],
  ['33 modes', one('U8', `[${Array(33).fill(1)}]`, '[0,1]', 1), /at most 32 numbers/],
  ['an odd count of F4', one('F4', '[3]', '[0,2]', 2), /span the bytes/],
  ['F6 that ends within a byte', one('F6_E2M3', '[3]', '[0,3]', 3), /span the bytes/],
  ['offsets beyond the file', one('U8', '[8]', '[0,8]', 4), /to its end/],
  ['a hole at the start', one('U8', '[4]', '[4,8]', 8), /a hole at byte 0/],
  ['a hole in the middle', two('[0,4]', '[5,9]', 9), /a hole at byte 4 before "b"/],
  ['an overlap', two('[0,4]', '[3,7]', 7), /an overlap at byte 4 before "b"/],
  ['the same bytes twice', two('[0,4]', '[0,4]', 4), /an overlap/],
  ['an empty tensor within another', file(`{"a":${ok},"b":${entry('U8', '[0]', '[2,2]')}}`, 4), /an overlap/],
  ['an empty tensor beyond the end', file(`{"a":${ok},"b":${entry('U8', '[0]', '[5,5]')}}`, 4), /a hole/],
  ['a byte behind the data', one('U8', '[4]', '[0,4]', 5), /to its end/],
  ['a byte too few', one('U8', '[4]', '[0,4]', 3), /to its end/],
  ['data without tensors', file('{}', 1), /to its end/],
  ['40 nested lists', one('U8', '['.repeat(40) + ']'.repeat(40), '[0,0]'), /whole/],
  ['100,000 nested objects', file('{"a":'.repeat(100_000)), /fields are|a string|an object/],
  ['100,000 nested lists', file(`{"a":{"shape":${'['.repeat(100_000)}`), /whole/],
];

for (const [what, bytes, pattern] of fixtures) {
  test(`refused: ${what}`, () => refuses(() => readSafetensors(bytes), pattern, what));
}

test('there are at least 60 fixtures with distinct names', () => {
  assert.ok(new Set(fixtures.map(([what]) => what)).size >= 60);
});

test('names of Object.prototype are names like any other', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'];
  const entries = names.map((n, k) => `"${n}":${entry('U8', '[1]', `[${k},${k + 1}]`)}`);
  const metadata = '"__metadata__":{"__proto__":"polluted","constructor":"x"}';
  const read = readSafetensors(file(`{${[metadata, ...entries].join(',')}}`, names.length));
  assert.equal([...read.tensors.keys()], names);
  assert.is(read.metadata.get('__proto__'), 'polluted');
  assert.is(Object.hasOwn(Object.prototype, 'polluted'), false);
  assert.is(({} as Record<string, unknown>).dtype, undefined);
});

test('what the format allows is read: empty file, scalar, zero sizes, spaces, escapes, any order', () => {
  assert.is(readSafetensors(file('{}')).tensors.size, 0);
  assert.is(readSafetensors(file('{}   ')).tensors.size, 0);
  assert.is(readSafetensors(file('{ "__metadata__" :\t{ } }\n'.trimEnd())).metadata.size, 0);
  assert.equal([...readSafetensors(one('F32', '[]', '[0,4]', 4)).tensors.get('a')!.shape], []);
  assert.is(readSafetensors(one('F32', '[3,0,2]', '[0,0]')).tensors.get('a')!.bytes.length, 0);
  assert.is(readSafetensors(two('[4,8]', '[0,4]', 8)).tensors.size, 2);
  const names = readSafetensors(file(`{"\\u0041\\n\\ud83d\\ude00/\\/":${ok}}`, 4)).tensors;
  assert.equal([...names.keys()], ['A\n\u{1f600}//']);
  assert.is(readSafetensors(one('F4', '[4]', '[0,2]', 2)).tensors.get('a')!.dtype, 'F4');
});

test('a hostile name cannot move the cursor or flood the message', () => {
  const name = '\\u001b[2J\\u009b31m\\u202e'.repeat(30);
  try {
    readSafetensors(file(`{"${name}":{}}`));
    assert.unreachable();
  } catch (error) {
    const { message } = error as Error;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    assert.not.match(message, /[\u0000-\u001f\u007f-\u009f\u202e]/);
    assert.ok(message.length < 1000);
  }
});

test('the limits are the caller’s, and hold before memory is spent', () => {
  const many = Array.from({ length: 101 }, (_, k) => `"${k}":${entry('U8', '[0]', '[0,0]')}`).join(',');
  assert.is(readSafetensors(file(`{${many}}`)).tensors.size, 101);
  refuses(() => readSafetensors(file(`{${many}}`), { tensors: 100 }), /at most 100 tensors/);
  refuses(() => readSafetensors(file(`{${many}}`), { headerBytes: 100 }), /at most 100 bytes/);
  const notes = Array.from({ length: 11 }, (_, k) => `"${k}":""`).join(',');
  refuses(() => readSafetensors(file(`{"__metadata__":{${notes}}}`), { tensors: 10 }), /at most 10 entries/);
  const flood = Array.from({ length: 100_001 }, (_, k) => `"${k}":${entry('U8', '[0]', '[0,0]')}`).join(',');
  refuses(() => readSafetensors(file(`{${flood}}`)), /at most 100000 tensors/);
});

const samples = [
  file('{}'),
  two('[0,4]', '[4,8]', 8),
  file(`{"__metadata__":{"k":"v\\u00e9"},"a":${ok}}    `, 4),
  writeSafetensors(
    [
      ['layers.0.weight.core1', { dtype: 'f32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
      ['layers.0.bias', { dtype: 'f64', shape: [1], data: Float64Array.of(-0) }],
      ['labels', { dtype: 'u8', shape: [3], data: Uint8Array.of(1, 2, 3) }],
    ],
    [['step', '12']],
    { checksums: true },
  ),
];

test('every truncation is refused', () => {
  for (const whole of samples) {
    for (let length = 0; length < whole.length; length++) {
      refuses(() => readSafetensors(whole.subarray(0, length)), /./, `${length} of ${whole.length} bytes`);
    }
  }
});

test('every flipped bit is refused or found by the checksums, but in the padding of the header', () => {
  const whole = samples[3]!;
  const text = new TextDecoder('latin1').decode(whole);
  const headerEnd = text.lastIndexOf('}}') + 2;
  const dataStart = 8 + new DataView(whole.buffer).getUint32(0, true);
  verifyChecksums(readSafetensors(whole));
  for (let bit = 0; bit < 8 * whole.length; bit++) {
    const at = bit >> 3;
    if (at >= headerEnd && at < dataStart) continue;
    const copy = whole.slice();
    copy[at] = copy[at]! ^ (1 << (bit & 7));
    refuses(() => verifyChecksums(readSafetensors(copy)), /./, `bit ${bit}`);
  }
});

test('checksums name what was changed, and must be there', () => {
  const copy = samples[3]!.slice();
  copy[copy.length - 1] = 9;
  refuses(() => verifyChecksums(readSafetensors(copy)), /for "labels"/);
  refuses(() => verifyChecksums(readSafetensors(samples[1]!)), /3 checksums are in the metadata; got 0/);
  const stale = readSafetensors(samples[3]!);
  assert.is(readSafetensors(writeSafetensors(stale.tensors, stale.metadata)).metadata.has('crc32c'), false);
});

test('fuzz: changed files are read or refused, and what is read is written back to canonical bytes', () => {
  fc.assert(
    fc.property(nearly(samples), (bytes) => {
      const read = readOrRefuse(() => readSafetensors(bytes));
      if (read === undefined) return;
      for (const stored of read.tensors.values()) readOrRefuse(() => decodeTensor(stored));
      readOrRefuse(() => verifyChecksums(read));
      const canonical = writeSafetensors(read.tensors, read.metadata);
      const again = readSafetensors(canonical);
      assert.equal(writeSafetensors(again.tensors, again.metadata), canonical);
    }),
    cases(500),
  );
});

/** Headers built from pieces that are right, nearly right or hostile, so that the deep rules are reached. */
const number = fc.oneof(
  fc.nat(9).map(String),
  fc.constantFrom('-1', '-0', '1e1', '2.0', '007', '4294967296', '9007199254740991', '9007199254740993', 'null', '[]'),
);
const list = fc.array(number, { maxLength: 4 }).map((xs) => `[${xs.join(',')}]`);
const key = fc.constantFrom('a', 'b', '__proto__', '__metadata__', '\\u0061', '\\ud800', '');
const field = fc.oneof(
  fc.constantFrom('U8', 'F32', 'F4', 'BF16', 'u8', 'X').map((d) => `"dtype":"${d}"`),
  list.map((l) => `"shape":${l}`),
  list.map((l) => `"data_offsets":${l}`),
  fc.constantFrom('"dtype":1', '"extra":{}', '"shape":{}', '"k":"v"'),
);
const value = fc.oneof(
  fc.tuple(fc.constantFrom('U8', 'F4', 'F32'), list, list).map(([d, s, o]) => entry(d, s, o)),
  fc.array(field, { maxLength: 4 }).map((fields) => `{${fields.join(',')}}`),
  fc.constantFrom(ok, entry('U8', '[0]', '[4,4]'), entry('U8', '[2,2]', '[4,8]'), 'null', '""', '{"k":"v"}'),
);
const header = fc
  .array(fc.tuple(key, value), { maxLength: 4 })
  .map((pairs) => `{${pairs.map(([k, v]) => `"${k}":${v}`).join(',')}}`);

test('fuzz: headers built from hostile fields are read or refused', () => {
  fc.assert(
    fc.property(header, fc.nat(12), (text, data) => {
      const read = readOrRefuse(() => readSafetensors(file(text, data)));
      if (read === undefined) return;
      const total = [...read.tensors.values()].reduce((sum, t) => sum + t.bytes.length, 0);
      assert.is(total, data);
    }),
    cases(1000),
  );
});

test.run();
