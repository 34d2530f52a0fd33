/**
 * The cheapest order of contraction of a small network, by dynamic programming over subsets of operands (Lam, Sadayappan,
 * Wenger 1997): the best tree of a set is the best pair of trees of two halves. 3^n steps.
 */

import { type PairSizes, stepCost } from './cost.ts';

/** Operands as lists of distinct label numbers, the labels of the result, and the size of each label. */
export interface Network {
  readonly inputs: readonly (readonly number[])[];
  readonly output: readonly number[];
  readonly sizes: readonly number[];
}

/** An operand's number, or two trees to contract with one another. */
export type Tree = number | readonly [Tree, Tree];

/** Sizes of one pairwise contraction from who has each label: the left, the right, the result. */
export function pairSizes(
  sizes: readonly number[],
  left: (label: number) => boolean,
  right: (label: number) => boolean,
  kept: (label: number) => boolean,
): PairSizes {
  let batch = 1;
  let m = 1;
  let n = 1;
  let k = 1;
  for (let label = 0; label < sizes.length; label++) {
    const l = left(label);
    const r = right(label);
    if (!l && !r) continue;
    if (!kept(label)) k *= sizes[label];
    else if (l && r) batch *= sizes[label];
    else if (l) m *= sizes[label];
    else n *= sizes[label];
  }
  return { batch, m, n, k };
}

/** The cheapest tree of a network of at most 16 operands; the first one found where several cost the same. */
export function optimal({ inputs, output, sizes }: Network): Tree {
  const all = (1 << inputs.length) - 1;
  const owners = sizes.map((_, label) =>
    inputs.reduce((mask, labels, k) => (labels.includes(label) ? mask | (1 << k) : mask), 0),
  );
  const asked = sizes.map((_, label) => output.includes(label));
  // A label lives on in a set's result while the result or an operand outside the set has it.
  const lives =
    (set: number) =>
    (label: number): boolean =>
      (owners[label] & set) !== 0 && (asked[label] || (owners[label] & ~set) !== 0);
  const best = new Float64Array(all + 1).fill(Number.POSITIVE_INFINITY);
  const half = new Int32Array(all + 1);
  for (let set = 1; set <= all; set++) {
    if ((set & (set - 1)) === 0) {
      best[set] = 0;
      continue;
    }
    const kept = lives(set);
    // Halves that hold the lowest operand: each pair of halves is met once.
    const lowest = set & -set;
    for (let part = (set - 1) & set; part > 0; part = (part - 1) & set) {
      if ((part & lowest) === 0) continue;
      const rest = set ^ part;
      const parts = best[part] + best[rest];
      if (parts >= best[set]) continue;
      const cost = parts + stepCost(pairSizes(sizes, lives(part), lives(rest), kept));
      if (cost < best[set]) {
        best[set] = cost;
        half[set] = part;
      }
    }
  }
  const tree = (set: number): Tree =>
    (set & (set - 1)) === 0 ? 31 - Math.clz32(set) : [tree(half[set]), tree(set ^ half[set])];
  return tree(all);
}
