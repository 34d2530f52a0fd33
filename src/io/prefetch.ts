/** Reading ahead: while one item is used, the next ones are being made by their source. */

import { FormatError } from '../errors.ts';

/**
 * The items of `source` in order, with up to `depth` of them asked for ahead. An error of the source arrives at its
 * place; when the consumer stops early, the source is ended.
 */
export async function* prefetch<T>(source: AsyncIterable<T>, depth = 2): AsyncGenerator<T> {
  if (!Number.isInteger(depth) || depth < 1) {
    throw new FormatError('prefetch', 'the depth is a whole number >= 1', String(depth), 'read at least one ahead');
  }
  const items = source[Symbol.asyncIterator]();
  const pending: Promise<IteratorResult<T>>[] = [];
  const ask = (): void => {
    const next = items.next();
    // Looked at in its turn; until then a failure is not unhandled.
    next.catch(() => {});
    pending.push(next);
  };
  try {
    for (let k = 0; k < depth; k++) ask();
    for (;;) {
      const { done, value } = await pending.shift()!;
      if (done === true) return;
      ask();
      yield value;
    }
  } finally {
    await items.return?.();
  }
}
