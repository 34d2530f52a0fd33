/** Files of the host: whole or not at all when written, bounded when read, and every failure typed with its remedy. */

import * as fs from 'node:fs/promises';
import { FormatError } from '../errors.ts';
import { showText } from '../io/show.ts';
import { unreadable, unwritable } from './hostError.ts';

export { type FileHost, writeAtomic } from './writeAtomic.ts';

/** 2 GiB: the default bound of a file that is read whole. */
const MOST_BYTES = 0x80000000;

/**
 * Reads a whole regular file of at most `maxBytes` bytes. Throws FormatError with the path when it is missing, not a
 * regular file, too large, or cannot be read.
 */
export async function readBytes(path: string, maxBytes: number = MOST_BYTES): Promise<Uint8Array> {
  try {
    // Before it is opened: opening a pipe waits for a writer.
    const { size } = regular(path, await fs.stat(path), maxBytes);
    const file = await fs.open(path, 'r');
    try {
      const bytes = new Uint8Array(size);
      let at = 0;
      for (let read = -1; read !== 0 && at < size; at += read) {
        read = (await file.read(bytes, at, Math.min(size - at, 0x40000000), at)).bytesRead;
      }
      return bytes.subarray(0, at);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw cause instanceof FormatError ? cause : unreadable('readBytes', path, cause);
  }
}

function regular(path: string, stat: { isFile(): boolean; size: number }, maxBytes: number): { size: number } {
  if (!stat.isFile())
    throw new FormatError('readBytes', 'the path names a file', showText(path), 'name a regular file');
  if (stat.size > maxBytes) {
    const got = `${stat.size} in ${showText(path)}`;
    throw new FormatError(
      'readBytes',
      `a file here has at most ${maxBytes} bytes`,
      got,
      'check that it is the right one',
    );
  }
  return stat;
}

/** Whether `path` names a regular file that is there; other faults show when it is read. */
export async function isFile(path: string): Promise<boolean> {
  return fs.stat(path).then(
    (stat) => stat.isFile(),
    () => false,
  );
}

/** Makes a folder and those above it, unless there. Throws BackendError with the path and what helps. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await fs.mkdir(path, { recursive: true });
  } catch (cause) {
    throw unwritable('makeFolder', path, cause);
  }
}
