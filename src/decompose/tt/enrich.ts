/**
 * A way out where a cross approximation agrees with all it looks at and yet is wrong elsewhere: indices where it is
 * wrong join the index sets, and a sweep over fibres lets the other side choose what they call for.
 */

import type { Chain } from './chain.ts';
import { halfFixed } from './crossFixed.ts';
import { backwards, type IndexSet, type Sampler } from './sampler.ts';

/** Adds points [count, d] of the tensor to the sets of a chain whose centre is in front. False where none has room. */
export function enrich(
  chain: Chain,
  sampler: Sampler,
  given: IndexSet,
  { caps, visit }: { readonly caps: readonly number[]; readonly visit: () => void },
): boolean {
  const d = chain.cores.length;
  const points = chain.isReversed ? backwards(given) : given;
  let hasGrown = false;
  for (let p = 1; p < d; p++) {
    const set = chain.right[p]!;
    chain.right[p] = joined(set, points, caps[chain.isReversed ? d - p : p]!);
    hasGrown ||= chain.right[p]!.count > set.count;
  }
  if (hasGrown) halfFixed(chain, sampler, visit);
  return hasGrown;
}

/** A set with the ends of points that it lacks, up to `most` in all. */
function joined(set: IndexSet, points: IndexSet, most: number): IndexSet {
  const { width } = set;
  const rows = Array.from({ length: set.count }, (_, k) => set.data.subarray(k * width, (k + 1) * width));
  const known = new Set(rows.map((row) => row.join()));
  for (let k = 0; k < points.count && rows.length < most; k++) {
    const row = points.data.subarray((k + 1) * points.width - width, (k + 1) * points.width);
    if (known.has(row.join())) continue;
    known.add(row.join());
    rows.push(row);
  }
  const data = new Int32Array(rows.length * width);
  rows.forEach((row, k) => {
    data.set(row, k * width);
  });
  return { count: rows.length, width, data };
}
