/**
 * Helpers for readers of foreign files: a file is read, or refused with a FormatError; nothing else may happen.
 * RANKWISE_FUZZ multiplies the number of random cases (1 by default; 40 is about 20,000 a format).
 */

import fc from 'fast-check';
import { FormatError } from '../../src/errors.ts';
import { assert } from './test.ts';

const times = Number(process.env.RANKWISE_FUZZ ?? 1);

/** A number of random cases, scaled by RANKWISE_FUZZ. */
export function cases(count: number): { numRuns: number } {
  return { numRuns: Math.max(1, Math.round(count * times)) };
}

/** The house form of every message. */
const FORM = /^[A-Za-z]+: .+; got .+; .+$/s;

/** Asserts that `read` throws a FormatError in the house form whose text matches `pattern`. */
export function refuses(read: () => unknown, pattern: RegExp, what = ''): void {
  let caught: unknown;
  try {
    read();
  } catch (error) {
    caught = error;
  }
  assert.instance(caught, FormatError, `${what} is refused with a FormatError, not ${String(caught)}`);
  const { message } = caught as FormatError;
  assert.match(message, FORM, what);
  assert.match(message, pattern, what);
}

/** As `refuses`, for a reader that answers later. */
export async function refusesLater(read: () => Promise<unknown>, pattern: RegExp, what = ''): Promise<void> {
  const caught = await read().then(
    () => undefined,
    (error: unknown) => error,
  );
  refuses(
    () => {
      if (caught !== undefined) throw caught;
    },
    pattern,
    what,
  );
}

/** The result of `read`, or undefined when it was refused; any other error is thrown on. */
export function readOrRefuse<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** One change of a file's bytes: a bit, a byte, a cut, a splice, a repeat. */
const change = fc.oneof(
  fc.record({ kind: fc.constant('bit' as const), at: fc.nat(), bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('byte' as const), at: fc.nat(), value: fc.nat(255) }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('splice' as const), at: fc.nat(), bytes: fc.uint8Array({ maxLength: 8 }) }),
  fc.record({ kind: fc.constant('repeat' as const), at: fc.nat(), length: fc.nat(64) }),
  fc.record({ kind: fc.constant('drop' as const), at: fc.nat(), length: fc.nat(16) }),
);
type Change = typeof change extends fc.Arbitrary<infer C> ? C : never;

function changed(file: Uint8Array, c: Change): Uint8Array {
  const at = file.length === 0 ? 0 : c.at % (file.length + 1);
  const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((p) => [...p]));
  const copy = file.slice();
  if (c.kind === 'bit' && at < copy.length) copy[at] = copy[at]! ^ (1 << c.bit);
  if (c.kind === 'byte' && at < copy.length) copy[at] = c.value;
  if (c.kind === 'cut') return copy.slice(0, at);
  if (c.kind === 'splice') return join(copy.subarray(0, at), c.bytes, copy.subarray(at));
  if (c.kind === 'repeat') return join(copy.subarray(0, at + c.length), copy.subarray(at));
  if (c.kind === 'drop') return join(copy.subarray(0, at), copy.subarray(at + c.length));
  return copy;
}

/** Files near the valid `files`: one of them with up to four changes. */
export function nearly(files: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.constantFrom(...files), fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([file, changes]) => changes.reduce(changed, file));
}
