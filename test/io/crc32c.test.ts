/** CRC-32C and CRC-32: published values, and the table method against one bit at a time. */

import fc from 'fast-check';
import { crc32, crc32c, showCrc } from '../../src/io/crc32c.ts';
import { cases } from '../support/hostile.ts';
import { assert, test } from '../support/test.ts';

const digits = new TextEncoder().encode('123456789');

test('published values (RFC 3720 appendix B.4, and the check value of both)', () => {
  assert.is(showCrc(crc32c(digits)), 'e3069283');
  assert.is(showCrc(crc32(digits)), 'cbf43926');
  assert.is(showCrc(crc32c(new Uint8Array(32))), '8a9136aa');
  assert.is(showCrc(crc32c(new Uint8Array(32).fill(255))), '62a8ab43');
  assert.is(showCrc(crc32c(Uint8Array.from({ length: 32 }, (_, k) => k))), '46dd794e');
  assert.is(crc32c(new Uint8Array(0)), 0);
});

/** Bit by bit, from the definition. */
function slow(bytes: Uint8Array, polynomial: number): number {
  let c = 0xffffffff;
  for (const byte of bytes) {
    c ^= byte;
    for (let bit = 0; bit < 8; bit++) c = (c & 1) === 1 ? (c >>> 1) ^ polynomial : c >>> 1;
  }
  return ~c >>> 0;
}

test('equals the definition at every length, and can be continued at any place', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(70), (bytes, at) => {
      assert.is(crc32c(bytes), slow(bytes, 0x82f63b78));
      assert.is(crc32(bytes), slow(bytes, 0xedb88320));
      assert.is(crc32c(bytes.subarray(at), crc32c(bytes.subarray(0, at))), crc32c(bytes));
    }),
    cases(200),
  );
});

test.run();
