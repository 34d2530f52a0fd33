/** A small seeded generator for tests (mulberry32); the engine's own generator is a thing under test. */

import type { Random } from '../../src/kernels/kernel.ts';

/** Uniform in [-1, 1); the same numbers for the same seed. */
export function seeded(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}
