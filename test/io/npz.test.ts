/** .npz: NumPy's own archives are read, damaged and hostile ones are refused, and bombs stay packed. */

import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { FormatError } from '../../src/errors.ts';
import { readNpz } from '../../src/io/npz.ts';
import { inflateRaw } from '../../src/node/unpack.ts';
import { cases, nearly, refusesLater } from '../support/hostile.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('npz');

interface Golden {
  readonly arrays: Record<string, { shape: number[]; values: number[] }>;
  readonly files: { name: string; zlib: string }[];
}
const golden = JSON.parse(readFileSync(new URL('../golden/npz.json', import.meta.url), 'utf8')) as Golden;
const samples = golden.files.map(({ zlib }) => new Uint8Array(inflateSync(Buffer.from(zlib, 'base64'))));
const [plain, packed] = samples as [Uint8Array, Uint8Array];

for (const [k, file] of samples.entries()) {
  test(`reads NumPy's ${golden.files[k]!.name}`, async () => {
    const arrays = await readNpz(file, inflateRaw);
    assert.equal([...arrays.keys()], Object.keys(golden.arrays));
    for (const [name, { shape, data }] of arrays) {
      assert.equal({ shape: [...shape], values: [...data] }, golden.arrays[name]);
    }
  });
}

/** A copy with bytes set at a place counted from the first or last mark. */
function patched(file: Uint8Array, mark: number, offset: number, ...bytes: number[]): Uint8Array {
  const copy = file.slice();
  const view = new DataView(copy.buffer);
  let at = 0;
  while (view.getUint32(at, true) !== mark) at++;
  copy.set(bytes, at + offset);
  return copy;
}
const [END, CENTRAL, LOCAL] = [0x06054b50, 0x02014b50, 0x04034b50];

for (const [what, file, pattern] of [
  ['nothing', new Uint8Array(0), /ZIP archive/],
  ['another file', new Uint8Array(100), /ZIP archive/],
  ['bytes behind the end', Uint8Array.from([...plain, 0]), /ZIP archive/],
  ['two disks', patched(plain, END, 4, 1), /one file/],
  ['more entries than there are', patched(plain, END, 8, 9, 0, 9, 0), /directory has 9/],
  ['a directory outside', patched(plain, END, 16, 255, 255, 255, 255), /directory has/],
  ['an encrypted entry', patched(plain, CENTRAL, 8, 1), /encrypted/],
  ['bzip2', patched(plain, CENTRAL, 10, 12), /method 12/],
  ['a zip64 size', patched(plain, CENTRAL, 20, 255, 255, 255, 255), /4 GiB/],
  ['a stored entry of two sizes', patched(plain, CENTRAL, 20, 1, 0, 0, 0), /one size/],
  ['a name that is no array', patched(plain, CENTRAL, 46, 120, 120, 120, 120, 120), /holds \.npy/],
  ['a checksum that differs', patched(plain, CENTRAL, 16, 1, 2, 3, 4), /checksum/],
  ['a local header elsewhere', patched(plain, CENTRAL, 42, 1), /in the file/],
  ['a local header that is none', patched(plain, LOCAL, 0, 0), /in the file/],
  ['deflate that is damaged', patched(packed, LOCAL, 60, 255, 255, 255), /whole|unpacks|checksum/],
] as [string, Uint8Array, RegExp][]) {
  test(`refused: ${what}`, () => refusesLater(() => readNpz(file, inflateRaw), pattern, what));
}

test('what unpacks to more than is allowed or said stays packed', async () => {
  await refusesLater(() => readNpz(packed, inflateRaw, { maxBytes: 100 }), /at most 100 bytes/);
  await refusesLater(() => readNpz(patched(packed, CENTRAL, 24, 1, 0, 0, 0), inflateRaw), /at most 1 bytes/);
});

test('every truncation is refused, and nothing else is thrown near good files', async () => {
  for (const whole of samples) {
    for (let length = 0; length < whole.length; length++) {
      await refusesLater(() => readNpz(whole.slice(0, length), inflateRaw), /readNpz|readNpy|inflateRaw/);
    }
  }
  const property = fc.asyncProperty(nearly(samples), async (file) => {
    await readNpz(file, inflateRaw).catch((error: unknown) => {
      if (!(error instanceof FormatError)) throw error;
    });
  });
  await fc.assert(property, cases(500));
});

test.run();
