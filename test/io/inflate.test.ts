/** Unpacking through streams: right, or a typed error, and never more than the cap. */

import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { inflate } from '../../src/io/inflate.ts';
import { refusesLater } from '../support/hostile.ts';
import { seeded } from '../support/random.ts';
import { assert, test } from '../support/test.ts';

const random = seeded(1);
const data = Uint8Array.from({ length: 100_000 }, () => 128 * random());
const formats = [
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['deflate-raw', deflateRawSync],
] as const;

for (const [format, pack] of formats) {
  test(`${format}: whole, at the cap, above it, cut short, damaged`, async () => {
    const packed = pack(data);
    assert.equal(await inflate(packed, data.length, format), data);
    assert.equal(await inflate(pack(new Uint8Array(0)), 0, format), new Uint8Array(0));
    await refusesLater(() => inflate(packed, data.length - 1, format), /at most 99999 bytes/);
    await refusesLater(() => inflate(packed.subarray(0, packed.length >> 1), 1e6, format), /packed data is whole/);
    await refusesLater(() => inflate(Uint8Array.of(255, 255, 255), 1e6, format), /packed data is whole/);
  });
}

test('a bomb stops at the cap', async () => {
  await refusesLater(() => inflate(gzipSync(new Uint8Array(20e6)), 1e5, 'gzip'), /at most 100000 bytes/);
});

test('junk behind a gzip stream and a wrong checksum are refused', async () => {
  const packed = gzipSync(data);
  await refusesLater(() => inflate(Buffer.concat([packed, Buffer.from('junk')]), 1e6, 'gzip'), /packed data is whole/);
  packed[packed.length - 8]! ^= 1;
  await refusesLater(() => inflate(packed, 1e6, 'gzip'), /packed data is whole/);
});

test.run();
