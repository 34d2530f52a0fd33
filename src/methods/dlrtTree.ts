/**
 * A tree network as its training sees it: one part is the center, all others are bases, orthonormal towards it. The center
 * is the part from which the others are nearest, so that factors of a core, or the two halves of a train, hang on it.
 */

import { treeBounds } from '../formats/layout.ts';
import { Factored, type Sizes, sizesOf } from '../formats/network.ts';
import { orthogonalize } from '../formats/orthogonalize.ts';
import { type Edge, type TreeNetwork, treeOf, upwards } from '../formats/treeNetwork.ts';
import type { Module, Params } from '../nn/module.ts';
import { sitesOf } from './sites.ts';

/** A tree with a center. */
export interface Rooted {
  readonly tree: TreeNetwork;
  readonly center: string;
  /** The bases, each behind those that hang on it, with the bond towards the center. */
  readonly bases: readonly { readonly part: string; readonly up: Edge }[];
  /** Greatest useful rank by bond. */
  readonly bounds: Sizes;
}

/** A low-rank weight that finds its ranks. */
export interface Place {
  readonly path: string;
  readonly node: Factored;
  readonly rooted: Rooted;
}

/** All low-rank weights of a model but those of layers that are kept. Throws ShapeError for networks that are no trees. */
export function placesOf(op: string, model: Module, params: Params, keep: readonly string[]): Place[] {
  return sitesOf(model, params, keep).flatMap(({ node, nodePath }) =>
    node instanceof Factored ? [{ path: nodePath, node, rooted: rootedOf(op, node) }] : [],
  );
}

/** Which part is the center, and what hangs on it how. It depends on the modes alone, never on ranks. */
export function rootedOf(op: string, node: Factored): Rooted {
  const tree = treeOf(op, node);
  const sizes = sizesOf(node);
  const modes = Object.fromEntries(node.net.open.map((label) => [label, sizes[label]!]));
  const room = (part: string): number => node.net.parts[part]!.reduce((n, label) => n * (modes[label] ?? 1), 1);
  const rank = new Map([...tree.keys()].map((part) => [part, { depth: depthFrom(tree, part), room: room(part) }]));
  // Of equally central parts the largest: what is the center needs no QR. Of equal ones the last, the root of a tree.
  const center = [...tree.keys()].reduce((best, part) => {
    const [a, b] = [rank.get(best)!, rank.get(part)!];
    return b.depth < a.depth || (b.depth === a.depth && b.room >= a.room) ? part : best;
  });
  return { tree, center, bases: upwards(tree, center), bounds: treeBounds(node.net, modes) };
}

/** The most bonds between a part and another. */
function depthFrom(tree: TreeNetwork, part: string, from?: string): number {
  const below = tree.get(part)!.flatMap(({ to }) => (to === from ? [] : [1 + depthFrom(tree, to, part)]));
  return Math.max(0, ...below);
}

/** The same weights with orthonormal bases. */
export function orthonormal({ node, rooted }: Place): Factored {
  return orthogonalize(node, rooted.center);
}

/** The paths of all bases, which no optimizer moves. */
export function basisPaths(places: readonly Place[]): Set<string> {
  return new Set(places.flatMap(({ path, rooted }) => rooted.bases.map(({ part }) => `${path}.${part}`)));
}

/** The paths of the bases that gradients can widen: with room for another column. */
export function movingPaths(places: readonly Place[]): Set<string> {
  return new Set(
    places.flatMap(({ path, node, rooted }) =>
      rooted.bases.flatMap(({ part, up }) => (hasRoom(node, part, up.bond) ? [`${path}.${part}`] : [])),
    ),
  );
}

function hasRoom(node: Factored, part: string, bond: string): boolean {
  const x = node.parts[part]!;
  const rank = x.shape[node.net.parts[part]!.indexOf(bond)]!;
  return rank < x.size / rank;
}
