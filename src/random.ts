/**
 * Keys of randomness. A key is a value: what is drawn from it depends on nothing else, so a run can be resumed at any
 * step and every worker draws the same. New keys are folded from a key and what they are for: seed, stream, epoch, index.
 * Philox4x32-10: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
 */

import { FormatError } from './errors.ts';

/** 64 bits as two words in i32 form. */
export interface Key {
  readonly lo: number;
  readonly hi: number;
}

export type Words = readonly [number, number, number, number];

/** Third and fourth counter word of fold(), so that no folded key repeats numbers that a kernel draws. */
const NUMBER = 1;
const STRING = 2;
const FOLD = -1;

/** The key of a seed, a whole number of at most 53 bits. Throws FormatError for others. */
export function key(seed: number): Key {
  const { lo, hi } = split('key', seed);
  return { lo, hi };
}

/** A key for each path of whole numbers and names; other paths give unrelated keys. Throws FormatError for fractions. */
export function fold(from: Key, ...path: readonly (string | number)[]): Key {
  let { lo, hi } = from;
  for (const step of path) {
    const named = typeof step === 'string';
    const word = named ? { lo: fnv1a(step, 0x811c9dc5), hi: fnv1a(step, 0x01000193) } : split('fold', step);
    const words = philox([word.lo, word.hi, named ? STRING : NUMBER, FOLD], lo, hi);
    lo = words[0];
    hi = words[1];
  }
  return { lo, hi };
}

function split(op: string, n: number): Key {
  if (!Number.isSafeInteger(n)) {
    throw new FormatError(op, 'keys are made of names and whole numbers', String(n), 'round it first');
  }
  return { lo: n | 0, hi: Math.floor(n / 4294967296) | 0 };
}

/** FNV-1a over UTF-16 units, low byte first. */
function fnv1a(text: string, basis: number): number {
  let hash = basis | 0;
  for (let k = 0; k < text.length; k++) {
    const unit = text.charCodeAt(k);
    hash = Math.imul(hash ^ (unit & 255), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  return hash;
}

/** High word of the 64-bit product of two unsigned words. */
function mulHigh(a: number, b: number): number {
  const [a0, a1, b0, b1] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const mid = a1 * b0 + ((a0 * b0) >>> 16);
  const low = (mid & 0xffff) + a0 * b1;
  return (a1 * b1 + Math.floor(mid / 65536) + Math.floor(low / 65536)) | 0;
}

/** Four random words of a counter and a key, in i32 form. */
export function philox(counter: Words, lo: number, hi: number): Words {
  let [x0, x1, x2, x3] = counter;
  for (let round = 0; round < 10; round++) {
    const high0 = mulHigh(x0, 0xd2511f53);
    const high1 = mulHigh(x2, 0xcd9e8d57);
    const low0 = Math.imul(x0, 0xd2511f53);
    const low1 = Math.imul(x2, 0xcd9e8d57);
    [x0, x1, x2, x3] = [high1 ^ x1 ^ lo, low1, high0 ^ x3 ^ hi, low0];
    lo = (lo + 0x9e3779b9) | 0;
    hi = (hi + 0xbb67ae85) | 0;
  }
  return [x0, x1, x2, x3];
}
