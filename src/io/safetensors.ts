/**
 * safetensors: named tensors in one file, safe to read from anyone (github.com/huggingface/safetensors).
 * Equal content gives equal bytes: metadata by key, tensors by dtype (widest first) and name as the format's reference
 * sorts them, the header padded with spaces to 8 bytes.
 */

import { dtypeOf } from '../dtype.ts';
import { FormatError } from '../errors.ts';
import { MAX_ORDER, showShape } from '../shape.ts';
import { CHECKSUMS, checksumsOf } from './safetensorsChecksums.ts';
import { headerText, readSafetensorsHeader, type SafetensorsLimits } from './safetensorsHeader.ts';
import { showText } from './show.ts';
import {
  encodeData,
  STORED_BITS,
  type StoredDtype,
  type StoredTensor,
  storedBytes,
  storedDtype,
  type TensorData,
} from './stored.ts';

export { verifyChecksums } from './safetensorsChecksums.ts';
export type { SafetensorsLimits } from './safetensorsHeader.ts';
export { decodeTensor, type StoredDtype, type StoredTensor, type TensorData } from './stored.ts';

const OP = 'writeSafetensors';
const LONE_SURROGATE = /\p{Surrogate}/u;
const ORDER: readonly string[] = Object.keys(STORED_BITS);

export interface Safetensors {
  readonly tensors: Map<string, StoredTensor>;
  readonly metadata: Map<string, string>;
}

/** Reads a whole file. The tensors' bytes are views of `file`; decodeTensor makes arrays of them. */
export function readSafetensors(file: Uint8Array, limits: SafetensorsLimits = {}): Safetensors {
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.length);
  const { entries, metadata, dataStart } = readSafetensorsHeader(bytes, bytes.length, limits);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { dtype, shape, begin, end }] of entries) {
    tensors.set(name, { dtype, shape, bytes: bytes.subarray(dataStart + begin, dataStart + end) });
  }
  return { tensors, metadata };
}

/**
 * The bytes of a safetensors file. A StoredTensor is written as it is; in TensorData every NaN becomes the same one.
 * `checksums` adds the CRC-32C of the header and of each tensor to the metadata, for verifyChecksums.
 * Throws FormatError for names and sizes that the format cannot hold.
 */
export function writeSafetensors(
  tensors: Iterable<readonly [string, TensorData | StoredTensor]>,
  metadata: Iterable<readonly [string, string]> = [],
  options: { readonly checksums?: boolean } = {},
): Uint8Array {
  const sorted = [...tensors].map(([name, tensor]) => [name, stored(name, tensor)] as const).sort(byDtypeAndName);
  checkNames(sorted.map(([name]) => name));
  const notes = new Map([...metadata].sort(([a], [b]) => (a < b ? -1 : 1)));
  for (const [key, text] of notes) {
    checkText(key, 4096);
    checkText(text);
  }
  // Reserved: an old entry would not fit the new content.
  notes.delete(CHECKSUMS);
  if (options.checksums === true) notes.set(CHECKSUMS, checksumsOf(new Map(sorted), notes));
  const header = new TextEncoder().encode(headerText(sorted, notes));
  const dataStart = 8 + Math.ceil(header.length / 8) * 8;
  const size = sorted.reduce((sum, [, tensor]) => sum + tensor.bytes.length, dataStart);
  const file = new Uint8Array(size).fill(0x20, 8, dataStart);
  new DataView(file.buffer).setUint32(0, dataStart - 8, true);
  file.set(header, 8);
  let at = dataStart;
  for (const [, { bytes }] of sorted) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

function stored(name: string, tensor: TensorData | StoredTensor): StoredTensor {
  const bytes = 'bytes' in tensor ? tensor.bytes : encodeData(tensor.data);
  const dtype: StoredDtype = 'bytes' in tensor ? tensor.dtype : storedDtype(tensor.dtype);
  const mixed = 'data' in tensor && dtypeOf(tensor.data) !== tensor.dtype;
  const whole = tensor.shape.length <= MAX_ORDER && tensor.shape.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (mixed || !whole || storedBytes(dtype, tensor.shape) !== bytes.length) {
    throw new FormatError(
      OP,
      'data has the dtype and size it is said to have',
      `${bytes.length} bytes for ${dtype} ${showShape(tensor.shape)} in ${showText(name)}`,
      'pass the tensor’s own dtype, shape and data',
    );
  }
  return { dtype, shape: [...tensor.shape], bytes };
}

function byDtypeAndName([a, x]: readonly [string, StoredTensor], [b, y]: readonly [string, StoredTensor]): number {
  return ORDER.indexOf(y.dtype) - ORDER.indexOf(x.dtype) || (a < b ? -1 : 1);
}

function checkNames(names: readonly string[]): void {
  const seen = new Set<string>(['', '__metadata__']);
  for (const name of names) {
    if (seen.has(name) || name.includes('\0')) {
      throw new FormatError(
        OP,
        'names are distinct, not empty, not __metadata__ and without NUL',
        showText(name),
        'rename the tensor',
      );
    }
    checkText(name, 4096);
    seen.add(name);
  }
}

function checkText(text: string, maxBytes = Number.POSITIVE_INFINITY): void {
  if (LONE_SURROGATE.test(text)) {
    throw new FormatError(OP, 'names and metadata have no lone surrogates', showText(text), 'correct the text');
  }
  // The reader counts the bytes between the quotes, escapes included.
  if (new TextEncoder().encode(JSON.stringify(text)).length - 2 > maxBytes) {
    throw new FormatError(OP, `names and keys have at most ${maxBytes} bytes`, showText(text), 'shorten the name');
  }
}
