/** Files of the host: whole or not at all when written, bounded when read, and every failure typed with its remedy. */

import * as fs from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { FormatError } from '../errors.ts';
import { showText } from '../io/show.ts';
import { codeOf, unreadable, unwritable } from './hostError.ts';

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
    await makeFolders(resolve(path));
  } catch (cause) {
    throw unwritable('makeFolder', path, cause);
  }
}

/** Not mkdir's own `recursive`: it tries for ever where a folder that exists takes none, as in /proc. */
async function makeFolders(path: string, isAboveTried = false): Promise<void> {
  try {
    await fs.mkdir(path);
  } catch (cause) {
    const isThere = await fs.stat(path).then(
      (stat) => stat.isDirectory(),
      () => false,
    );
    if (isThere) return;
    if (isAboveTried || codeOf(cause) !== 'ENOENT' || dirname(path) === path) throw cause;
    await makeFolders(dirname(path));
    await makeFolders(path, true);
  }
}

/** The names in a folder; none where it does not exist. Throws FormatError where it cannot be read. */
export async function namesIn(path: string): Promise<string[]> {
  try {
    return await fs.readdir(path);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return [];
    throw unreadable('namesIn', path, cause);
  }
}

/** Adds to the end of a file, which is made if needed. Throws BackendError; a part may then have been written. */
export async function append(path: string, text: string): Promise<void> {
  try {
    await fs.appendFile(path, text);
  } catch (cause) {
    throw unwritable('append', path, cause);
  }
}

/** Removes a file, unless it is gone already. Throws BackendError. */
export async function remove(path: string): Promise<void> {
  try {
    await fs.rm(path, { force: true });
  } catch (cause) {
    throw unwritable('remove', path, cause);
  }
}
