/**
 * The header of a safetensors file: 8 bytes of length, then JSON (github.com/huggingface/safetensors).
 * Stricter than the format's reference: it starts with `{`, keys are distinct, integers are plain, fields are exactly
 * the three, and the data is indexed whole, without holes or overlaps. Any failure is a FormatError.
 */

import { FormatError } from '../errors.ts';
import { MAX_ORDER, showShape } from '../shape.ts';
import { HeaderScanner } from './jsonHeader.ts';
import { showText } from './show.ts';
import { isStoredDtype, type StoredDtype, type StoredTensor, storedBytes } from './stored.ts';

const OP = 'readSafetensors';

export interface SafetensorsLimits {
  /** The longest header, in bytes. At most, and by default, the format's 100,000,000. */
  readonly headerBytes?: number;
  /** The most tensors, and the most metadata entries. Default 100,000. */
  readonly tensors?: number;
}

/** Where a tensor lies: bytes [begin, end) of the data section. */
export interface SafetensorsEntry {
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly entries: Map<string, SafetensorsEntry>;
  readonly metadata: Map<string, string>;
  /** Where the data section starts in the file. */
  readonly dataStart: number;
}

/** Length of the header from the file's first 8 bytes, checked against the file's size and the limit. */
export function safetensorsHeaderBytes(first: Uint8Array, fileBytes: number, limits: SafetensorsLimits = {}): number {
  if (fileBytes < 8 || first.length < 8) {
    throw new FormatError(OP, 'a file has at least 8 bytes', `${fileBytes}`, 'check that this is the whole file');
  }
  const view = new DataView(first.buffer, first.byteOffset, 8);
  const length = view.getUint32(4, true) * 4294967296 + view.getUint32(0, true);
  const limit = Math.min(limits.headerBytes ?? 100_000_000, 100_000_000);
  if (length > limit) {
    throw new FormatError(OP, `the header has at most ${limit} bytes`, `${length}`, 'check that this is safetensors');
  }
  if (length > fileBytes - 8) {
    throw new FormatError(
      OP,
      'the header ends within the file',
      `a header of ${length} bytes in a file of ${fileBytes}`,
      'get the file again: it is cut short, or not safetensors',
    );
  }
  return length;
}

/**
 * Reads and checks the header alone, so that tensors of a large file can be fetched one by one.
 * `head` holds at least the first 8 + header bytes of a file of `fileBytes`.
 */
export function readSafetensorsHeader(
  head: Uint8Array,
  fileBytes: number,
  limits: SafetensorsLimits = {},
): SafetensorsHeader {
  const length = safetensorsHeaderBytes(head, fileBytes, limits);
  const dataStart = 8 + length;
  const scanner = new HeaderScanner(OP, head.subarray(8, dataStart));
  const most = limits.tensors ?? 100_000;
  const entries = new Map<string, SafetensorsEntry>();
  let metadata = new Map<string, string>();
  if (head[8] !== 0x7b || length === 0) {
    throw scanner.error("the header starts with '{'", length === 0 ? 'no header' : `byte ${head[8]}`);
  }
  scanner.object((name) => {
    if (name === '__metadata__') {
      metadata = readMetadata(scanner, most);
      return;
    }
    checkName(scanner, name);
    if (entries.size === most) {
      throw scanner.error(`a file has at most ${most} tensors`, 'more', 'raise the limit `tensors` if it is trusted');
    }
    entries.set(name, readEntry(scanner, name));
  });
  scanner.end();
  checkCover(scanner, entries, fileBytes - dataStart);
  return { entries, metadata, dataStart };
}

function checkName(scanner: HeaderScanner, name: string): void {
  if (name === '' || name.includes('\0')) {
    throw scanner.error('a name is not empty and has no NUL', showText(name), 'rename the tensor');
  }
}

function readMetadata(scanner: HeaderScanner, most: number): Map<string, string> {
  const metadata = new Map<string, string>();
  scanner.object((key) => {
    if (metadata.size === most) throw scanner.error(`metadata has at most ${most} entries`, 'more');
    metadata.set(key, scanner.string(Number.POSITIVE_INFINITY));
  });
  return metadata;
}

function readEntry(scanner: HeaderScanner, name: string): SafetensorsEntry {
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  scanner.object((field) => {
    if (field === 'dtype') dtype = scanner.string(16);
    else if (field === 'shape') shape = readNumbers(scanner, MAX_ORDER, name);
    else if (field === 'data_offsets') offsets = readNumbers(scanner, 2, name);
    else throw scanner.error('fields are dtype, shape and data_offsets', `${showText(field)} in ${showText(name)}`);
  });
  if (dtype === undefined || shape === undefined || offsets?.length !== 2) {
    throw scanner.error('a tensor has dtype, shape and two data_offsets', `less for ${showText(name)}`);
  }
  if (!isStoredDtype(dtype)) {
    throw scanner.error('the dtype is one that safetensors names', `${showText(dtype)} for ${showText(name)}`);
  }
  const [begin, end] = offsets as [number, number];
  const bytes = storedBytes(dtype, shape);
  if (bytes === undefined || end - begin !== bytes) {
    throw scanner.error(
      'the offsets span the bytes of dtype and shape',
      `[${begin}, ${end}) for ${dtype} ${showShape(shape)} in ${showText(name)}`,
    );
  }
  return { dtype, shape, begin, end };
}

function readNumbers(scanner: HeaderScanner, most: number, name: string): number[] {
  const numbers: number[] = [];
  scanner.array(() => {
    if (numbers.length === most)
      throw scanner.error(`this list has at most ${most} numbers`, `more for ${showText(name)}`);
    numbers.push(scanner.integer());
  });
  return numbers;
}

/** Sorted by offset, each tensor starts where the one before ended, from 0 to the end of the file. */
function checkCover(scanner: HeaderScanner, entries: Map<string, SafetensorsEntry>, dataBytes: number): void {
  const sorted = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const [name, { begin, end }] of sorted) {
    if (begin !== at) {
      const fault = begin > at ? 'a hole' : 'an overlap';
      throw scanner.error('tensors follow one another', `${fault} at byte ${at} before ${showText(name)}`);
    }
    at = end;
  }
  if (at !== dataBytes) {
    throw scanner.error(
      'the tensors fill the file to its end',
      `${at} bytes of tensors in ${dataBytes} bytes of data`,
      'get the file again: it is cut short, or has something added',
    );
  }
}

/** The header of `tensors` in the order given, one behind the other. */
export function headerText(
  tensors: Iterable<readonly [string, StoredTensor]>,
  metadata: ReadonlyMap<string, string>,
): string {
  const parts: string[] = [];
  if (metadata.size > 0) {
    const notes = [...metadata].map(([key, text]) => `${JSON.stringify(key)}:${JSON.stringify(text)}`);
    parts.push(`"__metadata__":{${notes.join(',')}}`);
  }
  let at = 0;
  for (const [name, { dtype, shape, bytes }] of tensors) {
    const offsets = `[${at},${at + bytes.length}]`;
    parts.push(`${JSON.stringify(name)}:{"dtype":"${dtype}","shape":[${shape.join(',')}],"data_offsets":${offsets}}`);
    at += bytes.length;
  }
  return `{${parts.join(',')}}`;
}
