/** All orders of contraction. */

import type { Tree } from '../../src/ops/einsum/optimal.ts';

/** All binary trees over some leaves, each pair of halves once. */
export function treesOf(leaves: readonly Tree[]): Tree[] {
  if (leaves.length === 1) return [leaves[0]];
  const trees: Tree[] = [];
  for (let half = 1; half < 2 ** leaves.length - 1; half += 2) {
    const has = (k: number): boolean => ((half >> k) & 1) === 1;
    for (const a of treesOf(leaves.filter((_, k) => has(k)))) {
      for (const b of treesOf(leaves.filter((_, k) => !has(k)))) trees.push([a, b]);
    }
  }
  return trees;
}
