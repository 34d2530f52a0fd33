/**
 * Networks that are trees: every bond joins two parts, and there is one way from each part to each other. On them an
 * orthogonality center can be moved about, which makes truncation optimal (Grasedyck 2010; Oseledets 2011 for chains).
 */

import { ShapeError } from '../errors.ts';
import { bondsOf, type Network } from './network.ts';

/** A bond as one of its parts sees it. */
export interface Edge {
  readonly bond: string;
  /** The part at its other end. */
  readonly to: string;
}

/** The bonds of each part. */
export type TreeNetwork = ReadonlyMap<string, readonly Edge[]>;

/** The tree of a network. Throws ShapeError that names the format and the label where the network is none. */
export function treeOf(op: string, { format, net }: { readonly format: string; readonly net: Network }): TreeNetwork {
  const found = treeOrWhyNot(net);
  if (typeof found !== 'string') return found;
  const remedy = 'convert it to a train, Tucker or tree format first, or decompose full(x)';
  throw new ShapeError(op, 'the network is a tree', `${format}, ${found}`, remedy);
}

/** Whether a network is a tree. */
export function isTree(net: Network): boolean {
  return typeof treeOrWhyNot(net) !== 'string';
}

function treeOrWhyNot(net: Network): TreeNetwork | string {
  const parts = Object.entries(net.parts);
  const bonds = bondsOf(net);
  const holders = (label: string): string[] =>
    parts.flatMap(([name, labels]) => labels.filter((l) => l === label).map(() => name));
  for (const mode of net.open) {
    const count = holders(mode).length;
    if (count !== 1) return `whose mode ${mode} is in ${count} parts`;
  }
  const edges = new Map<string, Edge[]>(parts.map(([name]) => [name, []]));
  for (const bond of bonds) {
    const [a, b, ...more] = holders(bond);
    if (b === undefined || a === b || more.length > 0) {
      return `whose bond ${bond} joins ${more.length + (b ? 2 : 1)} parts`;
    }
    edges.get(a!)!.push({ bond, to: b });
    edges.get(b)!.push({ bond, to: a! });
  }
  const reached = new Set([parts[0]![0]]);
  for (const name of reached) for (const { to } of edges.get(name)!) reached.add(to);
  if (reached.size < parts.length) return 'which falls into pieces';
  return bonds.length >= parts.length ? 'which has a circle of bonds' : edges;
}

/**
 * Where the center is put unless the caller says: on the first part where all others hang on it, as on the core of a
 * Tucker tensor; else on the last part, which is the end of a train and the root of a hierarchical tensor.
 */
export function centerOf(op: string, tree: TreeNetwork, center: string | undefined): string {
  const names = [...tree.keys()];
  if (center === undefined) {
    const star = names.length > 2 && tree.get(names[0]!)!.length === names.length - 1;
    return star ? names[0]! : names.at(-1)!;
  }
  if (tree.has(center)) return center;
  throw new ShapeError(op, 'the center is a part', `'${center}'`, `choose one of ${names.join(', ')}`);
}

/** The parts below `from`, each behind its children, with the edge to its parent; seen from the side of `parent`. */
export function upwards(tree: TreeNetwork, from: string, parent?: string): { part: string; up: Edge }[] {
  return tree.get(from)!.flatMap(({ bond, to }) => {
    if (to === parent) return [];
    return [...upwards(tree, to, from), { part: to, up: { bond, to: from } }];
  });
}
