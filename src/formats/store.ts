/** A tree of weights as flat tensors by path plus a description of its low-rank nodes, and back. */

import { FormatError } from '../errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { isBranching, leavesOf, type Tree } from '../tree.ts';
import { type Axes, Factored, type Network } from './network.ts';
import { Sum } from './weight.ts';

/** What the parts of a node alone do not tell. */
export type NodeDescription =
  | { readonly kind: 'factored'; readonly format: string; readonly net: Network; readonly axes: Axes }
  | { readonly kind: 'sum'; readonly frozen: readonly string[] };

export interface Packed {
  readonly leaves: ReadonlyMap<string, Tensor>;
  readonly nodes: Readonly<Record<string, NodeDescription>>;
}

/** Calls `visit` on every low-rank tensor and sum of a tree. */
export function eachNode(tree: unknown, visit: (node: Factored | Sum, path: string) => void, path = ''): void {
  if (typeof tree !== 'object' || tree === null) return;
  if (tree instanceof Factored || tree instanceof Sum) visit(tree, path);
  const branches = isBranching(tree) ? tree.branching.branches : isPlain(tree) ? tree : {};
  for (const [key, child] of Object.entries(branches)) eachNode(child, visit, path === '' ? key : `${path}.${key}`);
}

function isPlain(x: object): boolean {
  return Array.isArray(x) || Object.getPrototypeOf(x) === Object.prototype || Object.getPrototypeOf(x) === null;
}

export function pack(tree: Tree<Tensor>): Packed {
  const nodes: Record<string, NodeDescription> = {};
  eachNode(tree, (node, path) => {
    nodes[path] =
      node instanceof Sum
        ? { kind: 'sum', frozen: node.frozen }
        : { kind: 'factored', format: node.format, net: node.net, axes: node.axes };
  });
  return { leaves: leavesOf<Tensor>(tree), nodes };
}

interface Branch {
  [key: string]: Tensor | Branch;
}

/** The tree again; arrays come back as records of the same paths. Throws FormatError or ShapeError where parts miss. */
export function unpack({ leaves, nodes }: Packed): Tree<Tensor> {
  const root: Branch = Object.create(null);
  for (const [path, leaf] of leaves) {
    const keys = path.split('.');
    let branch = root;
    for (const key of keys.slice(0, -1)) {
      branch[key] ??= Object.create(null) as Branch;
      branch = branch[key] as Branch;
    }
    branch[keys.at(-1)!] = leaf;
  }
  // Deeper nodes first: a sum is built from low-rank terms.
  const paths = Object.keys(nodes).sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  for (const path of paths) placeNode(root, path, nodes[path]!);
  return nodes[''] === undefined ? root : (root[''] as unknown as Tree<Tensor>);
}

function placeNode(root: Branch, path: string, node: NodeDescription): void {
  const keys = path.split('.');
  let branch: Branch | undefined = root;
  for (const key of path === '' ? [] : keys.slice(0, -1)) branch = branch?.[key] as Branch | undefined;
  const last = path === '' ? '' : keys.at(-1)!;
  const parts = path === '' ? { ...root } : branch?.[last];
  if (branch === undefined || parts === undefined) {
    throw new FormatError('unpack', 'every low-rank weight has parts', `none at '${path}'`, 'the file is incomplete');
  }
  const made =
    node.kind === 'sum'
      ? new Sum(parts as unknown as Sum['terms'], node.frozen)
      : new Factored(node.format, node.net, node.axes, parts as Record<string, Tensor>);
  branch[last] = made as unknown as Branch;
}
