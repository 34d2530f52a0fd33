/** What an error means for the caller: an exit code, and a text. */

import {
  BackendError,
  ConvergenceError,
  DivergenceError,
  DtypeError,
  FormatError,
  NonFiniteError,
  OutOfMemoryError,
  RankError,
  ShapeError,
  SingularError,
} from '../errors.ts';
import { Exit, Interrupted, UsageError } from './command.ts';
import { printable } from './output.ts';

/** Where a number that is not finite means that training has diverged, and not that the input is wrong. */
const TRAINING = ['train', 'saveCheckpoint', 'saveModel'];

const CODES: readonly (readonly [code: number, kinds: readonly (new (...args: never[]) => Error)[]])[] = [
  [Exit.interrupted, [Interrupted]],
  [Exit.usage, [UsageError, RankError]],
  [Exit.diverged, [DivergenceError, ConvergenceError]],
  [Exit.memory, [OutOfMemoryError]],
  [Exit.input, [FormatError, ShapeError, DtypeError, NonFiniteError, SingularError]],
];

export function exitCodeOf(error: unknown): number {
  if (error instanceof NonFiniteError && TRAINING.includes(error.op)) return Exit.diverged;
  // The host refused to write; without a cause it is a mistake of our own.
  if (error instanceof BackendError && error.cause !== undefined) return Exit.input;
  if (error instanceof RangeError && error.message.includes('allocation failed')) return Exit.memory;
  const found = CODES.find(([, kinds]) => kinds.some((kind) => error instanceof kind));
  return found?.[0] ?? Exit.unexpected;
}

/** The message of an expected error; all there is to know of an unexpected one. */
export function explain(error: unknown, code: number): string {
  if (!(error instanceof Error)) return printable(String(error));
  if (code === Exit.unexpected) return error.stack ?? error.message;
  return printable(error.message);
}
