/**
 * A low-rank tensor on another tree, exactly and without the dense tensor: every part of the one network gets a home among
 * the parts of the other, and labels that are shared by parts with different homes run along the tree between them, as
 * identities where nothing else uses them. The ranks are products of what crosses a bond; rounding brings them down.
 */

import type { Real } from '../dtype.ts';
import type { Network, Sizes } from '../formats/network.ts';
import { type TreeNetwork, upwards } from '../formats/treeNetwork.ts';
import { contiguous } from '../ops/contiguous.ts';
import { contract, type Operand } from '../ops/einsum/einsum.ts';
import { qr } from '../ops/linalg/qr.ts';
import { reshape } from '../ops/reshape.ts';
import { transpose } from '../ops/transpose.ts';
import { sizeOf } from '../shape.ts';
import { eye, ones } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** A part of the source and the part of the target in which it is multiplied. */
interface Item extends Operand {
  readonly home: string;
}

/** Elements of the largest part that an embedding would make, and the parts themselves. */
export interface Embedding {
  readonly largest: number;
  make(): Record<string, Tensor>;
}

/** The parts of `net`, a tree, that together are the product of `parts`, whose open labels are those of `net`. */
export function embedding(parts: readonly Operand[], net: Network, tree: TreeNetwork): Embedding {
  const homes = homesOf(parts, net, tree);
  const items = reduced(
    parts.map((part, k) => ({ ...part, home: homes[k]! })),
    net,
    tree,
  );
  const routes = routesOf(items, net, tree);
  const plans = Object.keys(net.parts).map((name) => planOf(name, items, routes, net));
  return {
    largest: Math.max(...plans.map(({ shape }) => sizeOf(shape))),
    make: () =>
      Object.fromEntries(
        plans.map(({ name, operands, output, shape }) => {
          const all = operands();
          // A part that nothing lives in or runs through has only bonds of length 1.
          const made = all.length === 0 ? ones([1], dtypeOf(parts)) : contract(all, output);
          return [name, contiguous(reshape(made, shape))];
        }),
      ),
  };
}

const dtypeOf = (parts: readonly Operand[]): Real => parts[0]!.x.dtype as Real;

/** The target part that holds each mode. */
function hostOf(net: Network, mode: string): string {
  return Object.keys(net.parts).find((name) => net.parts[name]!.includes(mode))!;
}

/** Parts with modes live where their first mode does, others where the sum of the ways to their neighbours is least. */
function homesOf(parts: readonly Operand[], net: Network, tree: TreeNetwork): string[] {
  const homes = parts.map(({ labels }) => {
    const mode = labels.find((label) => net.open.includes(label));
    return mode === undefined ? undefined : hostOf(net, mode);
  });
  const names = Object.keys(net.parts);
  const far = new Map(names.map((name) => [name, distances(tree, name)]));
  while (homes.includes(undefined)) {
    // The part with most neighbours at home goes next.
    const neighbours = parts.map(({ labels }, k) =>
      homes[k] === undefined
        ? parts.flatMap((other, j) =>
            homes[j] !== undefined && other.labels.some((l) => labels.includes(l)) ? [homes[j]!] : [],
          )
        : [],
    );
    const open = homes.flatMap((home, k) => (home === undefined ? [k] : []));
    const k = open.reduce((a, b) => (neighbours[b]!.length > neighbours[a]!.length ? b : a));
    const way = (name: string): number => neighbours[k]!.reduce((sum, home) => sum + far.get(name)!.get(home)!, 0);
    homes[k] = names.reduce((a, b) => (way(b) < way(a) ? b : a));
  }
  return homes as string[];
}

/** Numbers of bonds on the way from a part to each other. */
function distances(tree: TreeNetwork, from: string): Map<string, number> {
  const found = new Map([[from, 0]]);
  for (const [name, steps] of found) for (const { to } of tree.get(name)!) if (!found.has(to)) found.set(to, steps + 1);
  return found;
}

/**
 * A part alone in a leaf of the target leaves only an orthonormal factor there, and its triangle moves on to the
 * neighbour: what runs through the tree is then no longer than the mode.
 */
function reduced(items: readonly Item[], net: Network, tree: TreeNetwork): Item[] {
  return items.flatMap((item, k) => {
    const edges = tree.get(item.home)!;
    const isLeaf = edges.length === 1 && tree.get(edges[0]!.to)!.length > 1;
    const alone = items.every((other, j) => j === k || other.home !== item.home);
    const own = item.labels.filter((label) => net.parts[item.home]!.includes(label));
    const others = item.labels.filter((label) => !own.includes(label));
    if (!isLeaf || !alone || own.length === 0 || others.length === 0) return [item];
    const order = [...own, ...others].map((label) => item.labels.indexOf(label));
    const sizes = order.map((axis) => item.x.shape[axis]!);
    const rows = sizes.slice(0, own.length);
    const { Q, R } = qr(reshape(transpose(item.x, order), [sizeOf(rows), -1]));
    const bond = `q${k}`;
    return [
      { x: reshape(Q, [...rows, -1]), labels: [...own, bond], home: item.home },
      { x: reshape(R, [-1, ...sizes.slice(own.length)]), labels: [bond, ...others], home: edges[0]!.to },
    ];
  });
}

interface Routes {
  readonly sizes: Sizes;
  /** The labels that run over each bond of the target. */
  readonly over: ReadonlyMap<string, readonly string[]>;
}

function routesOf(items: readonly Item[], net: Network, tree: TreeNetwork): Routes {
  const sizes: Record<string, number> = {};
  const ends = new Map<string, Set<string>>();
  for (const { x, labels, home } of items) {
    labels.forEach((label, axis) => {
      sizes[label] = x.shape[axis]!;
      if (!ends.has(label)) ends.set(label, new Set(net.open.includes(label) ? [hostOf(net, label)] : []));
      ends.get(label)!.add(home);
    });
  }
  const root = Object.keys(net.parts)[0]!;
  const below = new Map<string, Set<string>>();
  for (const { part } of upwards(tree, root)) below.set(part, new Set([part]));
  for (const { part, up } of upwards(tree, root)) {
    if (up.to !== root) for (const name of below.get(part)!) below.get(up.to)!.add(name);
  }
  const over = new Map(
    upwards(tree, root).map(({ part, up }) => {
      const inside = (name: string): boolean => below.get(part)!.has(name);
      const crossing = [...ends].filter(([, set]) => [...set].some(inside) && ![...set].every(inside));
      return [up.bond, crossing.map(([label]) => label)] as const;
    }),
  );
  return { sizes, over };
}

interface Plan {
  readonly name: string;
  readonly operands: () => Operand[];
  readonly output: readonly string[];
  readonly shape: readonly number[];
}

/** How one part of the target is multiplied. A label that leaves over several bonds has a copy for each. */
function planOf(name: string, items: readonly Item[], { sizes, over }: Routes, net: Network): Plan {
  const here = items.filter(({ home }) => home === name);
  const copies = new Map<string, string[]>();
  const copy = (label: string): string => {
    const list = copies.get(label) ?? [];
    copies.set(label, list);
    list.push(list.length === 0 ? label : `${label}@${list.length}`);
    return list.at(-1)!;
  };
  const output = net.parts[name]!.flatMap((label) => (over.get(label) ?? [label]).map(copy));
  const shape = net.parts[name]!.map((label) => sizeOf((over.get(label) ?? [label]).map((l) => sizes[l]!)));
  const operands = (): Operand[] => {
    const dtype = dtypeOf(items);
    const links = [...copies].flatMap(([label, [first, ...more]]) =>
      more.map((other) => ({ x: eye(sizes[label]!, dtype), labels: [first!, other] })),
    );
    return [...here, ...links];
  };
  return { name, operands, output, shape };
}
