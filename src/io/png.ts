/**
 * Decoder of PNG (ISO/IEC 15948) for 8-bit grey, grey with alpha, RGB and RGBA without interlace. Every checksum is
 * verified, the size is known before anything is unpacked, and the unpacker is the caller's. Any failure is a FormatError.
 */

import { FormatError } from '../errors.ts';
import { crc32 } from './crc32c.ts';
import { showText } from './show.ts';

/** Unpacks a zlib stream (RFC 1950) into at most `maxBytes` bytes, or throws. */
export type Inflate = (bytes: Uint8Array, maxBytes: number) => Uint8Array | Promise<Uint8Array>;

export interface Png {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA. */
  readonly channels: number;
  /** Row-major [height, width, channels]. */
  readonly pixels: Uint8Array;
}

const OP = 'decodePng';
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Channels by colour type; 3 is a palette. */
const CHANNELS: readonly (number | undefined)[] = [1, undefined, 3, undefined, 2, undefined, 4];
/** The most bytes of pixels: 256 MiB. */
const MOST_BYTES = 0x10000000;

function fault(
  rule: string,
  got: string,
  remedy = 'save the image again as an 8-bit PNG without interlace',
): FormatError {
  return new FormatError(OP, rule, got, remedy);
}

/** Decodes a whole file. */
export async function decodePng(file: Uint8Array, inflate: Inflate): Promise<Png> {
  const { head, packed } = readChunks(file);
  const { width, height, channels } = readHead(head);
  const stride = width * channels;
  const size = (stride + 1) * height;
  if (size > MOST_BYTES) throw fault(`an image has at most ${MOST_BYTES} bytes`, `${width} x ${height} x ${channels}`);
  const lines = await unpacked(inflate, packed, size);
  if (lines.length !== size) throw fault(`the pixels have ${size} bytes`, `${lines.length}`);
  return { width, height, channels, pixels: unfilter(lines, stride, height, channels) };
}

async function unpacked(inflate: Inflate, packed: Uint8Array, size: number): Promise<Uint8Array> {
  try {
    return await inflate(packed, size);
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw new FormatError(OP, 'pixels unpack', `${showText(String(cause))}`, 'get the file again', { cause });
  }
}

/** The content of IHDR, and that of all IDAT chunks joined. */
function readChunks(file: Uint8Array): { head: Uint8Array; packed: Uint8Array } {
  if (!SIGNATURE.every((byte, k) => file[k] === byte)) {
    throw fault('a file starts with the PNG signature', `${file.length} other bytes`, 'check that this is a PNG');
  }
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const parts: Uint8Array[] = [];
  let head: Uint8Array | undefined;
  let before = '';
  for (let at = 8; before !== 'IEND'; ) {
    if (at + 12 > file.length) throw fault('a file ends with IEND', `the end at byte ${at}`, 'get the file again');
    const length = view.getUint32(at);
    if (length > file.length - at - 12) throw fault('a chunk ends within the file', `${length} bytes at byte ${at}`);
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    const data = file.subarray(at + 8, at + 8 + length);
    if (crc32(file.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) {
      throw fault(
        'checksums match',
        `another for ${showText(type)} at byte ${at}`,
        'get the file again: it is damaged',
      );
    }
    if ((type === 'IHDR') !== (at === 8)) throw fault('IHDR comes first and once', `${showText(type)} at byte ${at}`);
    if (type === 'IDAT' && before !== 'IDAT' && parts.length > 0) throw fault('IDAT chunks are consecutive', 'a gap');
    // A capital first letter marks a chunk that a decoder must know; PLTE is only a hint for RGB.
    if (!/^(?:[a-z].*|IHDR|IDAT|IEND|PLTE)$/s.test(type)) throw fault('chunks are known', showText(type));
    if (type === 'IHDR') head = data;
    if (type === 'IDAT') parts.push(data);
    before = type;
    at += 12 + length;
    if (type === 'IEND' && at !== file.length) throw fault('nothing follows IEND', `${file.length - at} bytes`);
  }
  return { head: head!, packed: joined(parts) };
}

function readHead(head: Uint8Array): { width: number; height: number; channels: number } {
  if (head.length !== 13) throw fault('IHDR has 13 bytes', `${head.length}`);
  const view = new DataView(head.buffer, head.byteOffset, 13);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const channels = CHANNELS[head[9]!];
  if (width === 0 || height === 0 || width > 0x7fffffff || height > 0x7fffffff) {
    throw fault('width and height are 1 to 2^31 - 1', `${width} x ${height}`);
  }
  if (head[8] !== 8 || channels === undefined) {
    throw fault('pixels are 8-bit grey, RGB or RGBA', `depth ${head[8]}, colour type ${head[9]}`);
  }
  if (head[10] !== 0 || head[11] !== 0 || head[12] !== 0) {
    throw fault('compression, filter method and interlace are 0', head.subarray(10).join(', '));
  }
  return { width, height, channels };
}

/** Undoes the filter of each line (section 9 of the standard); `lines` has one filter byte before each. */
function unfilter(lines: Uint8Array, stride: number, height: number, step: number): Uint8Array {
  const out = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const from = y * (stride + 1);
    const line = lines.subarray(from + 1, from + 1 + stride);
    const now = out.subarray(y * stride, (y + 1) * stride);
    // The standard takes zeros for the line above the first.
    const up = y === 0 ? new Uint8Array(stride) : out.subarray((y - 1) * stride, y * stride);
    const filter = FILTERS[lines[from]!];
    if (filter === undefined) throw fault('filters are 0 to 4', `${lines[from]} on line ${y}`);
    filter(line, now, up, step);
  }
  return out;
}

type Filter = (line: Uint8Array, now: Uint8Array, up: Uint8Array, step: number) => void;

/** None, Sub, Up, Average, Paeth. Typed arrays take sums modulo 256. */
const FILTERS: readonly (Filter | undefined)[] = [
  (line, now) => now.set(line),
  (line, now, _, step) => {
    for (let i = 0; i < line.length; i++) now[i] = line[i]! + (i < step ? 0 : now[i - step]!);
  },
  (line, now, up) => {
    for (let i = 0; i < line.length; i++) now[i] = line[i]! + up[i]!;
  },
  (line, now, up, step) => {
    for (let i = 0; i < line.length; i++) now[i] = line[i]! + (((i < step ? 0 : now[i - step]!) + up[i]!) >> 1);
  },
  (line, now, up, step) => {
    for (let i = 0; i < step; i++) now[i] = line[i]! + up[i]!;
    for (let i = step; i < line.length; i++) now[i] = line[i]! + paeth(now[i - step]!, up[i]!, up[i - step]!);
  },
];

/** Whichever of left, up and corner is nearest to left + up - corner, in this order on ties. */
function paeth(left: number, up: number, corner: number): number {
  const toLeft = Math.abs(up - corner);
  const toUp = Math.abs(left - corner);
  const toCorner = Math.abs(left + up - 2 * corner);
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
