/** PNG: images of every filter and colour come back pixel for pixel; damaged and hostile ones are refused. */

import { deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { FormatError } from '../../src/errors.ts';
import { inflate as inflateStream } from '../../src/io/inflate.ts';
import { decodePng, type Png } from '../../src/io/png.ts';
import { cases, nearly, refusesLater } from '../support/hostile.ts';
import { chunk, END, encodePng as encode, head, join, SIGNATURE } from '../support/png.ts';
import { assert, test } from '../support/test.ts';

const inflate = (bytes: Uint8Array, maxBytes: number): Uint8Array => inflateSync(bytes, { maxOutputLength: maxBytes });
const decode = (file: Uint8Array): Promise<Png> => decodePng(file, inflate);

const image = fc
  .record({
    width: fc.integer({ min: 1, max: 6 }),
    height: fc.integer({ min: 1, max: 5 }),
    channels: fc.integer({ min: 1, max: 4 }),
  })
  .chain(({ width, height, channels }) => {
    const length = width * height * channels;
    return fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      channels: fc.constant(channels),
      pixels: fc.uint8Array({ minLength: length, maxLength: length }),
      filters: fc.array(fc.nat(4), { minLength: height, maxLength: height }),
      cuts: fc.integer({ min: 1, max: 3 }),
    });
  });

test('every filter and colour comes back pixel for pixel, through either unpacker', async () => {
  await fc.assert(
    fc.asyncProperty(image, fc.boolean(), async (x, byStream) => {
      const file = encode(x.width, x.height, x.channels, x.pixels, x.filters, x.cuts);
      const got = await decodePng(Buffer.from(file), byStream ? inflateStream : inflate);
      assert.equal([got.width, got.height, got.channels], [x.width, x.height, x.channels]);
      assert.equal([...got.pixels], [...x.pixels]);
    }),
    cases(150),
  );
});

const IHDR = chunk('IHDR', head(1, 1, 8, 0, 0, 0, 0));
const IDAT = chunk('IDAT', deflateSync(Uint8Array.of(0, 7)));
const good = join(SIGNATURE, IHDR, IDAT, END);
const withHead = (data: Uint8Array): Uint8Array => join(SIGNATURE, chunk('IHDR', data), IDAT, END);

test('an ancillary chunk is passed over', async () => {
  assert.equal([...(await decode(good)).pixels], [7]);
  assert.equal([...(await decode(join(SIGNATURE, IHDR, chunk('tEXt', Uint8Array.of(1)), IDAT, END))).pixels], [7]);
});

const fixtures: [string, Uint8Array, RegExp][] = [
  ['no bytes', new Uint8Array(0), /signature/],
  ['a JPEG', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), /signature/],
  ['a bad line ending in the signature', join(SIGNATURE.with(4, 0x0a), IHDR, IDAT, END), /signature/],
  ['no IEND', join(SIGNATURE, IHDR, IDAT), /ends with IEND/],
  ['no IHDR', join(SIGNATURE, IDAT, END), /IHDR comes first/],
  ['two IHDR', join(SIGNATURE, IHDR, IHDR, IDAT, END), /IHDR comes first/],
  ['no IDAT', join(SIGNATURE, IHDR, END), /unpack/],
  ['a gap between IDAT', join(SIGNATURE, IHDR, IDAT, chunk('tEXt', Uint8Array.of(1)), IDAT, END), /consecutive/],
  ['a chunk beyond the file', join(SIGNATURE, IHDR, IDAT.with(0, 255), END), /within the file/],
  ['a chunk of 2^31 bytes', join(SIGNATURE, IHDR, IDAT.with(0, 128), END), /within the file/],
  [
    'a wrong checksum',
    join(SIGNATURE, IHDR, chunk('IDAT', deflateSync(Uint8Array.of(0, 7)), 1), END),
    /checksums match/,
  ],
  [
    'an unknown chunk that matters',
    join(SIGNATURE, IHDR, chunk('ABCD', Uint8Array.of(1)), IDAT, END),
    /chunks are known/,
  ],
  ['bytes behind IEND', join(good, Uint8Array.of(0)), /nothing follows/],
  ['a short IHDR', withHead(head(1, 1, 8, 0, 0, 0)), /13 bytes/],
  ['width 0', withHead(head(0, 1, 8, 0, 0, 0, 0)), /width and height/],
  ['height 2^31', withHead(head(1, 0x80000000, 8, 0, 0, 0, 0)), /width and height/],
  ['an image of 2^62 pixels', withHead(head(0x7fffffff, 0x7fffffff, 8, 6, 0, 0, 0)), /at most 268435456 bytes/],
  ['16 bits', withHead(head(1, 1, 16, 0, 0, 0, 0)), /8-bit/],
  ['a palette', withHead(head(1, 1, 8, 3, 0, 0, 0)), /8-bit/],
  ['colour type 7', withHead(head(1, 1, 8, 7, 0, 0, 0)), /8-bit/],
  ['interlace', withHead(head(1, 1, 8, 0, 0, 0, 1)), /interlace/],
  ['compression method 1', withHead(head(1, 1, 8, 0, 1, 0, 0)), /interlace/],
  ['filter 5', join(SIGNATURE, IHDR, chunk('IDAT', deflateSync(Uint8Array.of(5, 7))), END), /filters are 0 to 4/],
  ['too few pixels', join(SIGNATURE, IHDR, chunk('IDAT', deflateSync(Uint8Array.of(0))), END), /have 2 bytes; got 1/],
  ['a bomb', join(SIGNATURE, IHDR, chunk('IDAT', deflateSync(new Uint8Array(1e6))), END), /unpack/],
  ['IDAT that is not zlib', join(SIGNATURE, IHDR, chunk('IDAT', Uint8Array.of(1, 2, 3)), END), /unpack/],
  [
    'IDAT cut short',
    join(SIGNATURE, IHDR, chunk('IDAT', deflateSync(Uint8Array.of(0, 7)).subarray(0, 6)), END),
    /unpack/,
  ],
];
for (const [what, bytes, pattern] of fixtures) {
  test(`refused: ${what}`, async () => refusesLater(() => decode(bytes), pattern, what));
}

test('every truncation is refused', async () => {
  for (let n = 0; n < good.length; n++) await refusesLater(() => decode(good.subarray(0, n)), /./, `${n} bytes`);
});

test('fuzz: changed files are read or refused', async () => {
  const samples = [
    good,
    encode(
      2,
      2,
      3,
      Uint8Array.from({ length: 12 }, (_, k) => k),
      [1, 4],
    ),
  ];
  await fc.assert(
    fc.asyncProperty(nearly(samples), async (bytes) => {
      try {
        const got = await decode(bytes);
        assert.is(got.pixels.length, got.width * got.height * got.channels);
      } catch (error) {
        assert.instance(error, FormatError);
      }
    }),
    cases(300),
  );
});

test.run();
