/** PNG: images of every filter and colour come back pixel for pixel; damaged and hostile ones are refused. */

import { deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { FormatError } from '../../src/errors.ts';
import { crc32 } from '../../src/io/crc32c.ts';
import { inflate as inflateStream } from '../../src/io/inflate.ts';
import { decodePng, type Png } from '../../src/io/png.ts';
import { cases, nearly, refusesLater } from '../support/hostile.ts';
import { assert, test } from '../support/test.ts';

const inflate = (bytes: Uint8Array, maxBytes: number): Uint8Array => inflateSync(bytes, { maxOutputLength: maxBytes });
const decode = (file: Uint8Array): Promise<Png> => decodePng(file, inflate);

function chunk(type: string, data: Uint8Array, damage = 0): Uint8Array {
  const out = new Uint8Array(12 + data.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(new TextEncoder().encode(type).subarray(0, 4), 4);
  out.set(data, 8);
  view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)) ^ damage);
  return out;
}
const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const END = chunk('IEND', new Uint8Array(0));

function head(width: number, height: number, ...rest: number[]): Uint8Array {
  const data = new Uint8Array(8 + rest.length);
  new DataView(data.buffer).setUint32(0, width);
  new DataView(data.buffer).setUint32(4, height);
  data.set(rest, 8);
  return data;
}

/** Lines filtered as the standard defines it, in terms of the original bytes. */
function filtered(pixels: Uint8Array, stride: number, step: number, filters: readonly number[]): Uint8Array {
  const out: number[] = [];
  const at = (x: number, y: number): number => (x < 0 || y < 0 ? 0 : pixels[y * stride + x]!);
  filters.forEach((filter, y) => {
    out.push(filter);
    for (let x = 0; x < stride; x++) {
      const [a, b, c] = [at(x - step, y), at(x, y - 1), x < step ? 0 : at(x - step, y - 1)];
      const p = a + b - c;
      const nearest = [a, b, c].reduce((best, v) => (Math.abs(p - v) < Math.abs(p - best) ? v : best));
      out.push(at(x, y) - [0, a, b, Math.floor((a + b) / 2), nearest][filter]!);
    }
  });
  return Uint8Array.from(out);
}

const COLOURS = [undefined, 0, 4, 2, 6];
function encode(
  width: number,
  height: number,
  channels: number,
  pixels: Uint8Array,
  filters: number[],
  cuts = 1,
): Uint8Array {
  const packed = deflateSync(filtered(pixels, width * channels, channels, filters));
  const size = Math.ceil(packed.length / cuts);
  const parts = Array.from({ length: cuts }, (_, k) => chunk('IDAT', packed.subarray(k * size, (k + 1) * size)));
  return join(SIGNATURE, chunk('IHDR', head(width, height, 8, COLOURS[channels]!, 0, 0, 0)), ...parts, END);
}

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
