/** Event files of TensorBoard: read back by a decoder of its own, and the bytes that TensorBoard's own writer makes. */

import fc from 'fast-check';
import { FormatError } from '../../src/errors.ts';
import { crc32c, showCrc } from '../../src/io/crc32c.ts';
import { type LoggedEpoch, tensorboardOf } from '../../src/io/tensorboard.ts';
import { cases } from '../support/hostile.ts';
import { assert, test } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** CRC-32C bit by bit, masked as TFRecords do. */
function masked(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) {
    c ^= byte;
    for (let bit = 0; bit < 8; bit++) c = (c & 1) === 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
  }
  const crc = BigInt(~c >>> 0);
  return Number((((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn);
}

/** The payloads of a file of records, whose checks hold. */
function payloads(file: Uint8Array): Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const found: Uint8Array[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    assert.is(view.getUint32(at + 8, true), masked(file.subarray(at, at + 8)));
    const payload = file.subarray(at + 12, at + 12 + length);
    assert.is(payload.length, length);
    assert.is(view.getUint32(at + 12 + length, true), masked(payload));
    found.push(payload);
    at += 16 + length;
  }
  return found;
}

type Value = bigint | Uint8Array;

/** A message by the wire format alone: the last value of each field. */
function decode(bytes: Uint8Array): Map<number, Value> {
  const fields = new Map<number, Value>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const wire = key % 8;
    assert.ok([0, 1, 2, 5].includes(wire), `wire type ${wire}`);
    if (wire === 0) fields.set(key >> 3, varint());
    else {
      const length = wire === 1 ? 8 : wire === 5 ? 4 : Number(varint());
      assert.ok(at + length <= bytes.length);
      fields.set(key >> 3, bytes.slice(at, at + length));
      at += length;
    }
  }
  return fields;
}

const part = (fields: Map<number, Value>, field: number): Uint8Array => fields.get(field) as Uint8Array;
const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);
const doubles = (bytes: Uint8Array): number[] => [...new Float64Array(bytes.slice().buffer)];
const single = (bytes: Uint8Array): number => new Float32Array(bytes.slice().buffer)[0]!;

interface Seen {
  readonly tag: string;
  readonly step: number;
  readonly seconds: number;
  readonly scalar?: number;
  readonly histogram?: Record<'min' | 'max' | 'num' | 'sum' | 'squares' | 'limits' | 'counts', number[]>;
}

function read(file: Uint8Array): Seen[] {
  const [first, ...rest] = payloads(file).map(decode);
  assert.is(textOf(part(first!, 3)), 'brain.Event:2');
  return rest.map((event) => {
    const value = decode(part(decode(part(event, 5)), 1));
    const seen = {
      tag: textOf(part(value, 1)),
      step: Number(event.get(2) as bigint),
      seconds: doubles(part(event, 1))[0]!,
    };
    if (value.has(2)) return { ...seen, scalar: single(part(value, 2)) };
    const proto = decode(part(value, 5));
    const [min, max, num, sum, squares, limits, counts] = [1, 2, 3, 4, 5, 6, 7].map((k) => doubles(part(proto, k)));
    return {
      ...seen,
      histogram: { min: min!, max: max!, num: num!, sum: sum!, squares: squares!, limits: limits!, counts: counts! },
    };
  });
}

const EPOCH: LoggedEpoch = {
  step: 300,
  seconds: 1.5,
  loss: 0.6931471824645996,
  validationAccuracy: 0.75,
  parameters: 300,
  ranks: { 'fc.weight': { rank: 3 } },
  spectra: { 'fc.weight': { rank: [2, 1.5, 0.25] } },
};

test('the bytes are those that tensorboard 2.21.0 writes (RecordWriter and its generated messages)', () => {
  const file = tensorboardOf({ epochs: [EPOCH] });
  assert.is(file.length, 720);
  const scalars =
    '0f000000000000006d532b091a0d627261696e2e4576656e743a32fc9851292100000000000000017becf609000000000000' +
    'f83f10ac022a130a110a0a747261696e2f6c6f7373151872313f75c0ae382a00000000000000ae8d91f509000000000000f8' +
    '3f10ac022a1c0a1a0a1376616c69646174696f6e2f6163637572616379150000403f51eb6a212100000000000000017becf6' +
    '09000000000000f83f10ac022a130a110a0a706172616d657465727315000096438cb8a6a72a00000000000000ae8d91f509' +
    '000000000000f83f10ac022a1c0a1a0a1372616e6b2f66632e7765696768742f72616e6b1500004040e661ebac';
  assert.is(hex(file).slice(0, scalars.length), scalars);
  assert.is(showCrc(crc32c(file)), '5f90a98c');
});

test('every tag, at its step and second', () => {
  const seen = read(tensorboardOf({ epochs: [EPOCH, { ...EPOCH, step: 2 ** 40, seconds: 2.5, loss: 0.5 }] }));
  const tags = ['train/loss', 'validation/accuracy', 'parameters', 'rank/fc.weight/rank', 'sv/fc.weight/rank'];
  assert.equal(
    seen.map(({ tag }) => tag),
    [...tags, ...tags],
  );
  assert.equal(
    seen.map(({ step, seconds }) => `${step} ${seconds}`),
    [...tags.map(() => '300 1.5'), ...tags.map(() => `${2 ** 40} 2.5`)],
  );
  assert.equal(
    seen.slice(5, 9).map(({ scalar }) => scalar),
    [0.5, 0.75, 300, 3],
  );
});

test('histograms: every value lies in its bucket, and the moments are theirs', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constantFrom(0, 1e-300, 1e25)), {
        minLength: 1,
        maxLength: 64,
      }),
      (values) => {
        const epoch = { ...EPOCH, ranks: {}, spectra: { w: { left: values } } };
        const { histogram } = read(tensorboardOf({ epochs: [epoch] })).at(-1)!;
        const { min, max, num, limits, counts, sum } = histogram!;
        assert.equal([min, max, num], [[Math.min(...values)], [Math.max(...values)], [values.length]]);
        assert.is(
          sum[0],
          values.reduce((total, value) => total + value, 0),
        );
        assert.is(limits.length, counts.length);
        assert.ok(counts[0]! > 0 && counts.at(-1)! > 0);
        for (const [k, limit] of limits.entries()) {
          const [below, all] = [values.filter((value) => value < limit).length, counts.slice(0, k + 1)];
          assert.is(
            all.reduce((total, count) => total + count, 0),
            limit === Number.MAX_VALUE ? values.length : below,
          );
        }
      },
    ),
    cases(100),
  );
});

test('what a run lacks is left out: accuracy, ranks, spectra, numbers that are not finite, epochs', () => {
  const bare = { step: 0, seconds: 0, loss: Number.NaN, parameters: 1, ranks: {}, spectra: { w: { b: [], c: [NaN] } } };
  assert.equal(
    read(tensorboardOf({ epochs: [bare] })).map(({ tag, scalar }) => [tag, scalar]),
    [
      ['train/loss', Number.NaN],
      ['parameters', 1],
    ],
  );
  assert.equal(read(tensorboardOf({ epochs: [] })), []);
});

test('names are kept as they are', () => {
  const name = 'réseau/层.0 "</script>"';
  const seen = read(tensorboardOf({ epochs: [{ ...EPOCH, ranks: { [name]: { 'a-b': 7 } }, spectra: {} }] }));
  assert.equal([seen.at(-1)!.tag, seen.at(-1)!.scalar], [`rank/${name}/a-b`, 7]);
});

test('steps that no event can have are refused', () => {
  for (const step of [-1, 0.5, Number.NaN, 2 ** 53]) {
    throws(() => tensorboardOf({ epochs: [{ ...EPOCH, step }] }), FormatError, /steps are whole/);
  }
});

test.run();
