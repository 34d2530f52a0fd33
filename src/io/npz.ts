/**
 * NumPy's .npz: a ZIP archive of .npy files (numpy.savez; PKWARE APPNOTE 6.3). Only what NumPy writes is read: stored
 * or deflated entries without encryption, on one disk. Sizes come from the central directory, are bounded before
 * anything is unpacked and checked against what was unpacked, as are the CRC-32s. Any failure is a FormatError.
 */

import { FormatError } from '../errors.ts';
import { crc32 } from './crc32c.ts';
import { readNpy } from './npy.ts';
import type { Inflate } from './png.ts';
import { showText } from './show.ts';
import type { TensorData } from './stored.ts';

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
/** A comment at the end of an archive has a length of 16 bits. */
const COMMENT_BYTES = 65535;

export interface NpzLimits {
  /** Most bytes that all arrays unpack to together; default 4 GiB. */
  readonly maxBytes?: number;
}

interface Entry {
  readonly name: string;
  readonly deflated: boolean;
  readonly crc: number;
  /** Where the local header lies. */
  readonly at: number;
  readonly packed: number;
  readonly size: number;
}

function fault(rule: string, got: string, remedy = 'save it again with numpy.savez'): FormatError {
  return new FormatError('readNpz', rule, got, remedy);
}

/**
 * The arrays of an archive by name, without `.npy`, in the archive's order. `inflate` unpacks raw deflate. Throws
 * FormatError for archives that are damaged, hostile or hold something else.
 */
export async function readNpz(
  file: Uint8Array,
  inflate: Inflate,
  { maxBytes = 0x100000000 }: NpzLimits = {},
): Promise<Map<string, TensorData>> {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const entries = entriesOf(view, file);
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total > maxBytes) throw fault(`the arrays unpack to at most ${maxBytes} bytes`, String(total), 'raise maxBytes');
  const arrays = new Map<string, TensorData>();
  for (const entry of entries) {
    const name = entry.name.replace(/\.npy$/, '');
    if (arrays.has(name)) throw fault('names are distinct', showText(name));
    arrays.set(name, readNpy(await contents(view, file, entry, inflate)));
  }
  return arrays;
}

/** The central directory. */
function entriesOf(view: DataView, file: Uint8Array): Entry[] {
  const end = endOf(view);
  const [disk, here, count] = [
    view.getUint16(end + 4, true),
    view.getUint16(end + 8, true),
    view.getUint16(end + 10, true),
  ];
  if (disk !== 0 || here !== count || count === 0xffff)
    throw fault('the archive is one file', `${count} entries on disk ${disk}`);
  const entries: Entry[] = [];
  let at = view.getUint32(end + 16, true);
  for (let k = 0; k < count; k++) {
    if (at + CENTRAL_BYTES > end || view.getUint32(at, true) !== CENTRAL)
      throw fault(`the directory has ${count} entries`, String(k));
    const lengths = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const next = at + CENTRAL_BYTES + lengths.reduce((sum, n) => sum + n, 0);
    if (next > end) throw fault('the directory ends before the end record', String(next));
    entries.push(
      entryAt(view, at, new TextDecoder().decode(file.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + lengths[0]!))),
    );
    at = next;
  }
  return entries;
}

/** Where the end record starts: the last place that has its mark and a comment which fills the rest. */
function endOf(view: DataView): number {
  const least = Math.max(0, view.byteLength - END_BYTES - COMMENT_BYTES);
  for (let at = view.byteLength - END_BYTES; at >= least; at--) {
    if (view.getUint32(at, true) !== END) continue;
    if (at + END_BYTES + view.getUint16(at + 20, true) === view.byteLength) return at;
  }
  throw fault(
    'the file ends with the record of a ZIP archive',
    `${view.byteLength} bytes without`,
    'get the file again',
  );
}

function entryAt(view: DataView, at: number, name: string): Entry {
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  const [packed, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
  if (!name.endsWith('.npy')) throw fault('the archive holds .npy files', showText(name));
  if ((flags & 1) !== 0) throw fault('entries are not encrypted', showText(name));
  if (method !== 0 && method !== 8)
    throw fault('entries are stored or deflated', `method ${method} of ${showText(name)}`);
  if (packed === 0xffffffff || size === 0xffffffff) throw fault('arrays are smaller than 4 GiB', showText(name));
  if (method === 0 && packed !== size) throw fault('a stored entry has one size', `${packed} and ${size}`);
  return {
    name,
    deflated: method === 8,
    crc: view.getUint32(at + 16, true),
    at: view.getUint32(at + 42, true),
    packed,
    size,
  };
}

async function contents(view: DataView, file: Uint8Array, entry: Entry, inflate: Inflate): Promise<Uint8Array> {
  const { name, at, packed, size } = entry;
  if (at + LOCAL_BYTES > file.length || view.getUint32(at, true) !== LOCAL) {
    throw fault(`the entry ${showText(name)} is in the file`, `place ${at}`);
  }
  const start = at + LOCAL_BYTES + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  if (start + packed > file.length) throw fault(`the entry ${showText(name)} is whole`, `${file.length - start} bytes`);
  const raw = file.subarray(start, start + packed);
  const bytes = entry.deflated ? await inflate(raw, size) : raw;
  if (bytes.length !== size) throw fault(`${showText(name)} unpacks to ${size} bytes`, String(bytes.length));
  if (crc32(bytes) !== entry.crc) throw fault(`${showText(name)} has its checksum`, 'another', 'get the file again');
  return bytes;
}
