/** A tree of weights as flat tensors by path plus a description of its low-rank nodes, and back. */

import { FormatError } from '../errors.ts';
import { type Check, listOf, object, oneOf, recordOf, refuse, whole } from '../json.ts';
import { Tensor } from '../tensor/tensor.ts';
import { isBranching, leavesOf, type Tree } from '../tree.ts';
import { type Axes, Factored, type Network } from './network.ts';
import { Sum, type Weight } from './weight.ts';

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

/** The tree with other weights at some paths; what lies below those paths in the old tree is gone. */
export function withNodes(tree: unknown, nodes: ReadonlyMap<string, Weight>, path = ''): unknown {
  const replaced = nodes.get(path);
  if (replaced !== undefined) return replaced;
  if (typeof tree !== 'object' || tree === null || tree instanceof Tensor || tree instanceof Factored) return tree;
  const inside = <T>(branches: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(
      Object.entries(branches).map(([key, child]) => [
        key,
        withNodes(child, nodes, path === '' ? key : `${path}.${key}`) as T,
      ]),
    );
  if (tree instanceof Sum) return new Sum(inside(tree.terms), tree.frozen);
  return Array.isArray(tree) ? Object.values(inside({ ...tree })) : inside(tree as Record<string, unknown>);
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
  // By path, whatever the order of the tree: a file gives back its tensors in another one.
  const sorted = Object.entries(nodes).sort(([a], [b]) => (a < b ? -1 : 1));
  return { leaves: leavesOf<Tensor>(tree), nodes: Object.fromEntries(sorted) };
}

/** Labels and names of parts: no dots, which separate branches, and nothing that every object has. */
const name: Check<string> = (value, at) => {
  const fits = typeof value === 'string' && /^\w{1,64}$/.test(value) && !(value in {});
  return fits ? value : refuse(at, 'has names of letters, digits and _', value);
};

const network: Check<Network> = (value, at) => {
  const net = object<Network>({ open: listOf(name), parts: recordOf(listOf(name), name) })(value, at);
  const labels = Object.values(net.parts);
  if (labels.length === 0) refuse(at, 'has parts', 'none');
  for (const list of [net.open, ...labels]) {
    if (new Set(list).size < list.length) refuse(at, 'names each mode of a part once', list.join(' '));
  }
  const missing = net.open.find((label) => !labels.some((list) => list.includes(label)));
  return missing === undefined ? net : refuse(at, 'has every open mode in a part', missing);
};

const factored: Check<NodeDescription> = (value, at) => {
  const node = object<Extract<NodeDescription, { kind: 'factored' }>>({
    kind: oneOf('factored'),
    format: name,
    net: network,
    axes: listOf(listOf(whole())),
  })(value, at);
  const modes = node.axes.flat();
  const each = modes.length === node.net.open.length && node.net.open.every((_, k) => modes.includes(k));
  return each ? node : refuse(at, 'has axes that take every mode once', modes.join(' '));
};

const sum: Check<NodeDescription> = object<Extract<NodeDescription, { kind: 'sum' }>>({
  kind: oneOf('sum'),
  frozen: listOf(name),
});

/** Descriptions of nodes as a file has them: everything that a network must satisfy by itself is checked. */
export const nodeDescriptions: Check<Record<string, NodeDescription>> = recordOf((value, at) => {
  const kind = (value as { kind?: unknown } | null)?.kind;
  return (kind === 'sum' ? sum : factored)(value, at);
});

interface Branch {
  [key: string]: Tensor | Weight | Branch;
}

const isBranch = (x: unknown): x is Branch => typeof x === 'object' && x !== null && Object.getPrototypeOf(x) === null;

const wrong = (rule: string, got: string): FormatError =>
  new FormatError('unpack', rule, got, 'the file is damaged or incomplete');

/**
 * The tree again; arrays come back as records of the same paths. Throws FormatError where paths and descriptions do not
 * make a tree, ShapeError where parts do not fit their network.
 */
export function unpack({ leaves, nodes }: Packed): Tree<Tensor> {
  const root: Branch = Object.create(null);
  for (const [path, leaf] of leaves) {
    const branch = branchAt(root, path.split('.').slice(0, -1), true);
    const key = path.slice(path.lastIndexOf('.') + 1);
    if (branch === undefined || key in branch) throw wrong('no tensor lies on the path of another', `'${path}'`);
    branch[key] = leaf;
  }
  // Deeper nodes first: a sum is built from low-rank terms.
  const paths = Object.keys(nodes).sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  for (const path of paths) {
    const keys = path === '' ? [] : path.split('.');
    const parts = branchAt(root, keys, false);
    if (parts === undefined) throw wrong('every low-rank weight has parts', `none at '${path}'`);
    const made = weightOf(nodes[path]!, parts, path);
    if (path === '') return made as unknown as Tree<Tensor>;
    branchAt(root, keys.slice(0, -1), false)![keys.at(-1)!] = made;
  }
  return root as unknown as Tree<Tensor>;
}

/** The branch at the end of `keys`, made where it is not there and `make`; undefined where something else is. */
function branchAt(root: Branch, keys: readonly string[], make: boolean): Branch | undefined {
  let branch: unknown = root;
  for (const key of keys) {
    if (!isBranch(branch)) return undefined;
    if (make) branch[key] ??= Object.create(null) as Branch;
    branch = branch[key];
  }
  return isBranch(branch) ? branch : undefined;
}

function weightOf(node: NodeDescription, parts: Branch, path: string): Factored | Sum {
  const found = Object.keys(parts);
  const expected = node.kind === 'sum' ? [...new Set([...found, ...node.frozen])] : Object.keys(node.net.parts);
  const fits = (x: unknown): boolean => x instanceof Tensor || (node.kind === 'sum' && x instanceof Factored);
  if (found.length !== expected.length || !expected.every((key) => fits(parts[key]))) {
    throw wrong(`the weight '${path}' has the parts ${expected.join(', ')}`, found.join(', '));
  }
  return node.kind === 'sum'
    ? new Sum(parts as unknown as Sum['terms'], node.frozen)
    : new Factored(node.format, node.net, node.axes, parts as Record<string, Tensor>);
}
