/**
 * A good order of contraction of a large network: greedy by the change in stored elements (opt_einsum's rule), or from
 * left to right; then every subtree of up to 8 branches is replaced by its optimum (cotengra's subtree reconfiguration)
 * until nothing gets cheaper.
 */

import { stepCost } from './cost.ts';
import { type Network, optimal, pairSizes, type Tree } from './optimal.ts';

const BRANCHES = 8;
const ROUNDS = 4;

interface Branch {
  readonly tree: Tree;
  readonly labels: ReadonlySet<number>;
  /** Cost of all contractions below. */
  readonly cost: number;
}

/** A good tree for any number of operands, never worse than contracting from left to right. */
export function greedy(network: Network): Tree {
  const chain = network.inputs.map((_, k): Tree => k).reduce((tree, k): Tree => [tree, k]);
  const [a, b] = [firstTree(network), chain].map((tree) => settled(network, tree));
  return a.cost <= b.cost ? a.tree : b.tree;
}

/** The tree after improving it until nothing gets cheaper. */
function settled(network: Network, tree: Tree): Branch {
  let best = improved(network, tree);
  for (let round = 1; round < ROUNDS; round++) {
    const next = improved(network, best.tree);
    if (next.cost >= best.cost) break;
    best = next;
  }
  return best;
}

function leaves({ inputs }: Network): Branch[] {
  return inputs.map((labels, k) => ({ tree: k, labels: new Set(labels), cost: 0 }));
}

function firstTree(network: Network): Tree {
  const branches = leaves(network);
  while (branches.length > 1) {
    let best: [number, number] = [0, 1];
    let score: readonly number[] = [Number.POSITIVE_INFINITY];
    for (let i = 0; i < branches.length; i++) {
      for (let j = i + 1; j < branches.length; j++) {
        const s = scoreOf(network, branches, i, j);
        if (less(s, score)) [best, score] = [[i, j], s];
      }
    }
    const [i, j] = best;
    const joined = join(network, branches[i], branches[j], keeper(network, branches, i, j));
    branches.splice(j, 1);
    branches.splice(i, 1, joined);
  }
  return branches[0].tree;
}

/** Outer products last; then by growth of storage; then by cost. */
function scoreOf(network: Network, branches: readonly Branch[], i: number, j: number): number[] {
  const [a, b] = [branches[i], branches[j]];
  const joined = join(network, a, b, keeper(network, branches, i, j));
  const outer = [...a.labels].some((label) => b.labels.has(label)) ? 0 : 1;
  const growth = elements(network, joined) - elements(network, a) - elements(network, b);
  return [outer, growth, joined.cost - a.cost - b.cost];
}

function less(a: readonly number[], b: readonly number[]): boolean {
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return a[k] < b[k];
  return false;
}

function elements({ sizes }: Network, { labels }: Branch): number {
  return [...labels].reduce((size, label) => size * sizes[label], 1);
}

/** Whether a label is still needed once branches i and j are joined. */
function keeper({ output }: Network, branches: readonly Branch[], i: number, j: number): (label: number) => boolean {
  return (label) => output.includes(label) || branches.some(({ labels }, k) => k !== i && k !== j && labels.has(label));
}

function join({ sizes }: Network, a: Branch, b: Branch, kept: (label: number) => boolean): Branch {
  const labels = new Set([...a.labels, ...b.labels].filter(kept));
  const step = stepCost(
    pairSizes(
      sizes,
      (label) => a.labels.has(label),
      (label) => b.labels.has(label),
      (label) => labels.has(label),
    ),
  );
  return { tree: [a.tree, b.tree], labels, cost: a.cost + b.cost + step };
}

/** Replaces subtrees by their optima, innermost first. */
function improved(network: Network, tree: Tree): Branch {
  const { inputs, output, sizes } = network;
  const total = sizes.map((_, label) => inputs.filter((labels) => labels.includes(label)).length);
  const grow = (t: Tree): Branch => {
    if (typeof t === 'number') return leaves(network)[t];
    const [a, b] = [grow(t[0]), grow(t[1])];
    const below = leavesOf(t);
    const outside = (label: number): boolean =>
      output.includes(label) || below.filter((k) => inputs[k].includes(label)).length < total[label];
    const plain = join(network, a, b, outside);
    const parts = frontier(plain.tree);
    const heads = parts.map((part) => measure(network, part, total));
    const sub = { inputs: heads.map(({ labels }) => [...labels]), output: [...plain.labels], sizes };
    const best = measure(network, graft(optimal(sub), parts), total);
    return best.cost < plain.cost ? best : plain;
  };
  return grow(tree);
}

/** Labels and cost of a tree. */
function measure(network: Network, tree: Tree, total: readonly number[]): Branch {
  if (typeof tree === 'number') return leaves(network)[tree];
  const below = leavesOf(tree);
  const [a, b] = [measure(network, tree[0], total), measure(network, tree[1], total)];
  const { inputs, output } = network;
  return join(
    network,
    a,
    b,
    (label) => output.includes(label) || below.filter((k) => inputs[k].includes(label)).length < total[label],
  );
}

function leavesOf(tree: Tree): number[] {
  return typeof tree === 'number' ? [tree] : [...leavesOf(tree[0]), ...leavesOf(tree[1])];
}

/** Up to BRANCHES subtrees that make up a tree, opening the largest first. */
function frontier(tree: Tree): Tree[] {
  const parts: Tree[] = [tree];
  while (parts.length < BRANCHES) {
    const counts = parts.map((part) => (typeof part === 'number' ? 0 : leavesOf(part).length));
    const at = counts.indexOf(Math.max(...counts));
    const part = parts[at];
    if (typeof part === 'number') break;
    parts.splice(at, 1, part[0], part[1]);
  }
  return parts;
}

function graft(tree: Tree, parts: readonly Tree[]): Tree {
  return typeof tree === 'number' ? parts[tree] : [graft(tree[0], parts), graft(tree[1], parts)];
}
