/**
 * Which bond a part's prior belongs to. A network is hung up at its root (the core of Tucker, the end of a train, the top
 * of a tree); every other part takes the bond towards the root, and the root takes its bond if it has only one, or one
 * that nobody took (a ring). So core k of a train has the variances of its right bond and the last core those of its left
 * one, all factors of CP share their bond's, and the core of Tucker is left with a prior of its own (Hawkins, Liu, Zhang
 * 2022, section 3).
 */

import { bondsOf, type Network, type Sizes } from '../formats/network.ts';
import { sizeOf } from '../shape.ts';

/** The bond of each part that has one; the others have a broad prior that is left out. */
export type PriorBonds = Readonly<Record<string, string>>;

const cache = new WeakMap<Network, PriorBonds>();

export function priorBonds(net: Network): PriorBonds {
  const known = cache.get(net);
  if (known !== undefined) return known;
  const bonds = bondsOf(net);
  const root = rootOf(net, bonds);
  const found: Record<string, string> = {};
  const inside = (part: string): string[] => net.parts[part]!.filter((label) => bonds.includes(label));
  const walk = (part: string): void => {
    for (const bond of inside(part)) {
      for (const [next, labels] of Object.entries(net.parts)) {
        if (next === root || Object.hasOwn(found, next) || !labels.includes(bond)) continue;
        found[next] = bond;
        walk(next);
      }
    }
  };
  walk(root);
  const taken = new Set(Object.values(found));
  const own = inside(root).length === 1 ? inside(root)[0] : inside(root).find((bond) => !taken.has(bond));
  if (own !== undefined) found[root] = own;
  const ordered = Object.keys(net.parts).flatMap((part) => (found[part] === undefined ? [] : [[part, found[part]]]));
  const result = Object.fromEntries(ordered) as PriorBonds;
  cache.set(net, result);
  return result;
}

/** The first part where all others hang on it by bonds of their own, else the last. */
function rootOf(net: Network, bonds: readonly string[]): string {
  const names = Object.keys(net.parts);
  const first = net.parts[names[0]!]!.filter((label) => bonds.includes(label)).length;
  return names.length > 2 && first === names.length - 1 ? names[0]! : names.at(-1)!;
}

/** The number of entries that each component of a bond governs: slices of all parts whose prior the bond has. */
export function entriesByBond(net: Network, sizes: Sizes): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [part, bond] of Object.entries(priorBonds(net))) {
    const others = net.parts[part]!.filter((label) => label !== bond);
    counts[bond] = (counts[bond] ?? 0) + sizeOf(others.map((label) => sizes[label]!));
  }
  return counts;
}
