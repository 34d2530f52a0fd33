/**
 * Trees of leaves with one path string a leaf: `layers.0.weight.core1` names the same leaf in parameters, gradients,
 * optimizer state, checkpoints and error text.
 *
 * Arrays branch by index, plain objects and maps by key, and objects of a class that has `branching` by what they offer
 * there, so that this floor knows nothing of formats. Everything else is a leaf; `undefined` and `null` are skipped.
 */

import { ShapeError } from './errors.ts';

/** The branches of an object, and a way to rebuild it from new ones. */
export interface Branches {
  readonly branches: Readonly<Record<string, unknown>>;
  rebuild(branches: Record<string, unknown>): unknown;
}

/** An object of a class that is a node of trees. */
export interface Branching {
  readonly branching: Branches;
}

/** A tree whose leaves are L. The structure is dynamic, so it is typed loosely here and exactly where it is made. */
export type Tree<L> =
  | L
  | readonly Tree<L>[]
  | { readonly [key: string]: Tree<L> }
  | ReadonlyMap<string, Tree<L>>
  | Branching;

export function isBranching(x: object): x is Branching {
  return 'branching' in x && !isPlain(x);
}

function isPlain(x: object): x is Record<string, unknown> {
  const prototype = Object.getPrototypeOf(x);
  return prototype === Object.prototype || prototype === null;
}

/** The branches of a node, or undefined for a leaf. */
function branchesOf(node: unknown): [string, unknown][] | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  if (Array.isArray(node)) return node.map((x, k) => [String(k), x]);
  if (node instanceof Map) return [...node].map(([key, x]) => [String(key), x]);
  if (isBranching(node)) return Object.entries(node.branching.branches);
  if (isPlain(node)) return Object.entries(node);
  return undefined;
}

function rebuildNode(node: unknown, entries: [string, unknown][]): unknown {
  if (Array.isArray(node)) return entries.map(([, x]) => x);
  if (node instanceof Map) return new Map(entries);
  const branches = Object.fromEntries(entries);
  return isBranching(node as object) ? (node as Branching).branching.rebuild(branches) : branches;
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** Calls `visit` on every leaf, in order. A tree that is one leaf has the path ''. */
export function eachLeaf<L>(tree: Tree<L>, visit: (leaf: L, path: string) => void, path = ''): void {
  if (tree === undefined || tree === null) return;
  const branches = branchesOf(tree);
  if (branches === undefined) visit(tree as L, path);
  else for (const [key, child] of branches) eachLeaf(child as Tree<L>, visit, join(path, key));
}

/** All leaves by path, in order. */
export function leavesOf<L>(tree: Tree<L>): Map<string, L> {
  const leaves = new Map<string, L>();
  eachLeaf<L>(tree, (leaf, path) => leaves.set(path, leaf));
  return leaves;
}

/** A tree of the same structure with each leaf replaced by `change(leaf, path)`. */
export function mapTree<L, M, T extends Tree<L>>(tree: T, change: (leaf: L, path: string) => M, path = ''): T {
  if (tree === undefined || tree === null) return tree;
  const branches = branchesOf(tree);
  if (branches === undefined) return change(tree as L, path) as unknown as T;
  return rebuildNode(
    tree,
    branches.map(([key, child]) => [key, mapTree<L, M, Tree<L>>(child as Tree<L>, change, join(path, key))]),
  ) as T;
}

/** The tree `like` with the leaves named in `leaves` replaced and all others kept. */
export function withLeaves<L, T extends Tree<L>>(like: T, leaves: ReadonlyMap<string, L>): T {
  return mapTree<L, L, T>(like, (leaf, path) => leaves.get(path) ?? leaf);
}

/** The leaf at `path`; throws ShapeError with the nearest names when there is none. */
export function leafAt<L>(tree: Tree<L>, path: string): L {
  const leaves = leavesOf<L>(tree);
  const leaf = leaves.get(path);
  if (leaf === undefined) {
    throw new ShapeError(
      'tree',
      'the path names a leaf',
      `'${path}'`,
      `choose one of ${[...leaves.keys()].join(', ')}`,
    );
  }
  return leaf;
}
