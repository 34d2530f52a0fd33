/** Faults of the host's file system as typed errors that name the path and what helps. */

import { BackendError, FormatError } from '../errors.ts';
import { showText } from '../io/show.ts';

/** Codes of the host, what rule each breaks, and what helps. */
const RULES: Readonly<Record<string, readonly [rule: string, remedy: string]>> = {
  ENOENT: ['the file or folder exists', 'check the path'],
  ENOTDIR: ['every part of the path but the last is a folder', 'check the path'],
  EISDIR: ['the path names a file', 'name a file in that folder'],
  EACCES: ['access is permitted', 'change the permissions, or choose another folder'],
  EPERM: ['access is permitted', 'change the permissions, or choose another folder'],
  EROFS: ['the file system can be written', 'choose another folder'],
  ENOSPC: ['the disk has room', 'free some space, or choose another folder'],
  EDQUOT: ['the quota has room', 'free some space, or choose another folder'],
  EFBIG: ['the file is within the size limit', 'raise the limit, or choose another folder'],
  ENAMETOOLONG: ['the name is short enough', 'choose a shorter name'],
  EEXIST: ['the path names a folder', 'choose another folder'],
};

type Failure = new (op: string, rule: string, got: string, remedy: string, options?: ErrorOptions) => Error;

/** The host's name of a fault, such as ENOSPC. */
export function codeOf(cause: unknown): string {
  return String((cause as { code?: unknown } | null)?.code ?? 'an unknown fault');
}

/** The typed error of a failed call of the host on `path`. */
function failure(type: Failure, op: string, path: string, cause: unknown): Error {
  const code = codeOf(cause);
  const [rule, remedy] = RULES[code] ?? ['the host carries it out', 'see the cause, and try again'];
  return new type(op, rule, `${code} for ${showText(path)}`, remedy, { cause });
}

/** The error of output that the host refused. */
export function unwritable(op: string, path: string, cause: unknown): Error {
  return failure(BackendError, op, path, cause);
}

/** The error of input that the host would not give. */
export function unreadable(op: string, path: string, cause: unknown): Error {
  return failure(FormatError, op, path, cause);
}
