/** An encoder of PNG for tests, written from the standard's definitions. */

import { deflateSync } from 'node:zlib';
import { crc32 } from '../../src/io/crc32c.ts';

/** A chunk with its checksum, wrong by `damage`. */
export function chunk(type: string, data: Uint8Array, damage = 0): Uint8Array {
  const out = new Uint8Array(12 + data.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(new TextEncoder().encode(type).subarray(0, 4), 4);
  out.set(data, 8);
  view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)) ^ damage);
  return out;
}
export const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
export const SIGNATURE: Uint8Array = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
export const END: Uint8Array = chunk('IEND', new Uint8Array(0));

/** The content of IHDR. */
export function head(width: number, height: number, ...rest: number[]): Uint8Array {
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

/** A file of these pixels, line y by `filters[y]`, in `cuts` chunks. */
export function encodePng(
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
