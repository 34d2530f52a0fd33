import { FormatError } from '../../src/errors.ts';
import { prefetch } from '../../src/io/prefetch.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('prefetch');

/** Counts what was asked for and whether it was ended. */
function source(count: number, failAt = -1): { items: AsyncGenerator<number>; seen: { made: number; ended: boolean } } {
  const seen = { made: 0, ended: false };
  async function* items(): AsyncGenerator<number> {
    try {
      for (let k = 0; k < count; k++) {
        if (k === failAt) throw new Error('broken');
        seen.made++;
        yield k;
      }
    } finally {
      seen.ended = true;
    }
  }
  return { items: items(), seen };
}

test('keeps the order and ends with the source', async () => {
  for (const depth of [1, 2, 7]) {
    const { items, seen } = source(5);
    const found: number[] = [];
    for await (const x of prefetch(items, depth)) found.push(x);
    assert.equal(found, [0, 1, 2, 3, 4]);
    assert.ok(seen.ended);
  }
});

test('reads ahead by its depth and no further', async () => {
  const { items, seen } = source(100);
  const ahead = prefetch(items, 3);
  await ahead.next();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.is(seen.made, 4);
  await ahead.return(undefined);
  assert.ok(seen.ended);
});

test('an error arrives at its place', async () => {
  const { items } = source(5, 2);
  const found: number[] = [];
  let message = '';
  try {
    for await (const x of prefetch(items, 4)) found.push(x);
  } catch (error) {
    message = (error as Error).message;
  }
  assert.equal(found, [0, 1]);
  assert.is(message, 'broken');
});

test('a depth below 1 is refused', async () => {
  let error: unknown;
  await prefetch(source(1).items, 0)
    .next()
    .catch((e: unknown) => {
      error = e;
    });
  assert.instance(error, FormatError);
});

test.run();
