/**
 * Cross approximation of fixed ranks (Oseledets & Tyrtyshnikov 2010): in each step one mode's fibres over the index
 * sets of both sides, whose rows of nearly the greatest volume become the next index set. There and back again asks for
 * 2 sum_k r_{k-1} n_k r_k - r_{d-1} n_d entries, and takes O(d n r^3).
 */

import { type Chain, settle, turn } from './chain.ts';
import { type IndexSet, NOTHING, type Sampler } from './sampler.ts';

/** One sweep there and back. True where it has left all index sets as they were: another one would do the same. */
export function sweepFixed(chain: Chain, sampler: Sampler, visit: () => void): boolean {
  const before = chain.right.map(rowsOf);
  settleAll(chain, sampler, visit);
  turn(chain);
  halfFixed(chain, sampler, visit);
  return chain.right.every((set, p) => rowsOf(set) === before[p]);
}

/** One direction, after which the chain is turned around. */
export function halfFixed(chain: Chain, sampler: Sampler, visit: () => void): void {
  settleAll(chain, sampler, visit);
  // The core at the end holds entries, which makes it the centre.
  const last = chain.cores.length - 1;
  chain.cores[last] = fibres(chain, last, sampler);
  turn(chain);
}

function settleAll(chain: Chain, sampler: Sampler, visit: () => void): void {
  for (let p = 0; p < chain.cores.length - 1; p++) {
    visit();
    settle(chain, p, fibres(chain, p, sampler));
  }
}

/** The entries over left indices, mode p, right indices. */
function fibres({ sizes, left, right, isReversed }: Chain, p: number, sampler: Sampler): Chain['cores'][number] {
  const [before, behind]: [IndexSet, IndexSet] = [left[p]!, right[p + 1] ?? NOTHING];
  const data = sampler.block(before, [sizes[p]!], behind, isReversed);
  return { r: before.count, n: sizes[p]!, s: behind.count, data };
}

/** The indices of a set, in whatever order they came. */
function rowsOf({ count, width, data }: IndexSet): string {
  const rows = Array.from({ length: count }, (_, k) => data.subarray(k * width, (k + 1) * width).join());
  return rows.sort().join(' ');
}
