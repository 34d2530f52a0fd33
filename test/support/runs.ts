/** How often random tests run: RANKWISE_RUNS multiplies the few runs of `npm test`. */

import fc from 'fast-check';

const times = Number(process.env.RANKWISE_RUNS ?? 1);
const seed = Number(process.env.RANKWISE_SEED ?? 1);

/** The number of runs where `few` are enough for every day. */
export function runs(few: number): number {
  return Math.max(1, Math.round(few * times));
}

/** Asserts a property for runs(few) drawn inputs; a failure names the seed and the smallest input. */
export function holds<T extends unknown[]>(few: number, property: fc.IPropertyWithHooks<T>): void {
  fc.assert(property, { numRuns: runs(few), seed });
}
