/** Orders of examples, drawn by keys: the same for a seed on every machine, and an epoch needs no earlier one. */

import { FormatError } from '../errors.ts';
import { fold, type Key, key, philox, type Words } from '../random.ts';
import { gatherSplit, type Split } from './dataset.ts';

/** The order of `count` examples in an epoch: 0 to count - 1, each once. */
export function permutation(count: number, seed: number, epoch: number): Int32Array {
  return shuffled(count, fold(key(seed), 'shuffle', epoch));
}

/**
 * Sets a part of the training examples aside for choices, so that the test examples make none. `fraction` of them, by
 * the seed; both parts keep the order of the file. FormatError when a part would be empty.
 */
export function splitValidation(split: Split, fraction: number, seed: number): { train: Split; validation: Split } {
  const [train, validation] = holdOut('splitValidation', split, fraction, fold(key(seed), 'validation'));
  return { train, validation };
}

/**
 * `count` of the examples, the same for every seed and with nearly equal shares of the classes as the whole has; all of
 * them where there are no more. FormatError for a count below 1.
 */
export function someOf(split: Split, count: number): Split {
  if (!(Number.isSafeInteger(count) && count >= 1)) {
    throw new FormatError('someOf', 'a count is a whole number >= 1', String(count), 'correct it');
  }
  if (count >= split.count) return split;
  const classes = new Map<number, number[]>();
  for (const k of shuffled(split.count, fold(key(0), 'some'))) {
    const label = split.labels[k]!;
    const list = classes.get(label);
    if (list === undefined) classes.set(label, [k]);
    else list.push(k);
  }
  return gatherSplit(split, Int32Array.from(spread([...classes.values()], count)).sort());
}

/** The first `count` of lists that are walked at speeds in proportion to their lengths. */
function spread(lists: readonly (readonly number[])[], count: number): number[] {
  const placed = lists.flatMap((list) => list.map((x, k) => [(k + 0.5) / list.length, x] as const));
  return placed
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .slice(0, count)
    .map(([, x]) => x);
}

/** The rest, and the `fraction` of a split that `by` chooses, both in the order of the split. */
export function holdOut(op: string, split: Split, fraction: number, by: Key): [rest: Split, held: Split] {
  const size = Math.round(split.count * fraction);
  if (!(size >= 1 && size < split.count)) {
    const remedy = 'give more examples, or a fraction between 0 and 1';
    throw new FormatError(op, 'both parts have examples', `${fraction} of ${split.count}`, remedy);
  }
  const order = shuffled(split.count, by);
  return [gatherSplit(split, order.slice(size).sort()), gatherSplit(split, order.slice(0, size).sort())];
}

/** Fisher and Yates's shuffle, as Durstenfeld 1964 has it; the i-th swap uses the i-th word of the key. */
export function shuffled(count: number, by: Key): Int32Array {
  const order = Int32Array.from({ length: count }, (_, k) => k);
  let words: Words = [0, 0, 0, 0];
  for (let i = 0; i < count - 1; i++) {
    if (i % 4 === 0) words = philox([i / 4, 0, 0, 0], by.lo, by.hi);
    const last = count - 1 - i;
    const chosen = below(words[i % 4]!, last + 1);
    const moved = order[chosen]!;
    order[chosen] = order[last]!;
    order[last] = moved;
  }
  return order;
}

/** A random word as a whole number in 0..n-1; uneven by at most n / 2^32. */
export function below(word: number, n: number): number {
  return Math.floor(((word >>> 0) / 4294967296) * n);
}
