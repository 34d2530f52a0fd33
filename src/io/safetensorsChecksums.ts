/**
 * Checksums of a safetensors file, kept in its metadata under `crc32c`: the CRC-32C of the canonical header without
 * this entry, then that of each tensor in the order of the data, as words of eight hexadecimal digits.
 * A flipped bit anywhere, but in the padding of the header, is found and named.
 */

import { FormatError } from '../errors.ts';
import { crc32c, showCrc } from './crc32c.ts';
import { headerText } from './safetensorsHeader.ts';
import { showText } from './show.ts';
import type { StoredTensor } from './stored.ts';

/** The metadata key. */
export const CHECKSUMS = 'crc32c';

/** The text of the entry for `tensors` in the order of the data. */
export function checksumsOf(tensors: ReadonlyMap<string, StoredTensor>, metadata: ReadonlyMap<string, string>): string {
  const header = new TextEncoder().encode(headerText(tensors, metadata));
  const words = [showCrc(crc32c(header))];
  for (const { bytes } of tensors.values()) words.push(showCrc(crc32c(bytes)));
  return words.join(' ');
}

/** Throws FormatError, naming what was changed, unless header and tensors match the checksums written with them. */
export function verifyChecksums(file: {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}): void {
  const metadata = new Map(file.metadata);
  const written = metadata.get(CHECKSUMS)?.split(' ') ?? [];
  metadata.delete(CHECKSUMS);
  const found = checksumsOf(file.tensors, metadata).split(' ');
  if (written.length !== found.length) {
    throw fault(`${found.length} checksums are in the metadata`, `${written.length}`);
  }
  const names = ['the header', ...[...file.tensors.keys()].map(showText)];
  const wrong = found.findIndex((word, k) => word !== written[k]);
  if (wrong >= 0) {
    throw fault('the checksum matches', `${found[wrong]}, not ${showText(written[wrong]!)}, for ${names[wrong]}`);
  }
}

function fault(rule: string, got: string): FormatError {
  return new FormatError('verifyChecksums', rule, got, 'use an earlier checkpoint: this one was damaged');
}
