/**
 * Writes a file whole or not at all: to a temporary name in the same folder, flushed, renamed over the target, the
 * folder flushed. A kill or a full disk at any moment leaves the old file or the new one, never a part.
 */

import { randomBytes } from 'node:crypto';
import * as host from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { codeOf, unwritable } from './hostError.ts';

/** The calls that writing makes, so that a test can let any of them fail. */
export type FileHost = Pick<typeof host, 'open' | 'rename' | 'unlink' | 'readdir' | 'stat'>;

const DAY = 24 * 60 * 60 * 1000;
/** What Windows says while another process looks at the target. */
const BUSY = ['EPERM', 'EBUSY', 'EACCES'];
/** What systems say that cannot flush a folder. */
const NO_FOLDER_FLUSH = ['EISDIR', 'EPERM', 'EINVAL', 'EACCES', 'ENOTSUP', 'EBADF'];

const swept = new Set<string>();

/**
 * Replaces or creates the file `path` in a folder that exists. Throws BackendError with the path and what helps; the
 * file that was there before is then untouched, and the temporary one removed.
 */
export async function writeAtomic(path: string, bytes: Uint8Array, files: FileHost = host): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `${basename(path)}.tmp-${process.pid}-${randomBytes(6).toString('hex')}`);
  try {
    await sweep(path, files);
    await writeFlushed(temporary, bytes, files);
    await rename(temporary, path, files);
  } catch (cause) {
    await files.unlink(temporary).catch(() => {});
    throw unwritable('writeAtomic', path, cause);
  }
  await flushFolder(folder, path, files);
}

async function writeFlushed(path: string, bytes: Uint8Array, files: FileHost): Promise<void> {
  const file = await files.open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function rename(from: string, to: string, files: FileHost): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await files.rename(from, to);
    } catch (cause) {
      if (process.platform !== 'win32' || attempt === 5 || !BUSY.includes(codeOf(cause))) throw cause;
      await setTimeout(10 << attempt);
    }
  }
}

/** Without this the rename itself may be lost when the power fails. */
async function flushFolder(folder: string, path: string, files: FileHost): Promise<void> {
  try {
    const handle = await files.open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch (cause) {
    if (!NO_FOLDER_FLUSH.includes(codeOf(cause))) throw unwritable('writeAtomic', path, cause);
  }
}

/** Removes temporary files of `path` older than a day, which a killed process left; once a process. */
async function sweep(path: string, files: FileHost): Promise<void> {
  if (swept.has(path)) return;
  swept.add(path);
  const left = /^\.tmp-\d+-[0-9a-f]{12}$/;
  const name = basename(path);
  for (const entry of await files.readdir(dirname(path))) {
    if (!entry.startsWith(name) || !left.test(entry.slice(name.length))) continue;
    const old = join(dirname(path), entry);
    // Another process may have removed it first.
    const stat = await files.stat(old).catch(() => undefined);
    if (stat !== undefined && Date.now() - stat.mtimeMs > DAY) await files.unlink(old).catch(() => {});
  }
}
