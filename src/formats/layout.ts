/** Helpers with which formats lay their networks: labels for folded axes, and bounds of ranks. */

import type { Axis, Layout, Role } from './format.ts';
import { type Axes, bondsOf, type Network, type Sizes } from './network.ts';

const letters: Record<Role, string> = { out: 'o', in: 'i', window: 'w' };

/** An open label with its size and the axis it came from. */
export interface Mode {
  readonly label: string;
  readonly size: number;
  readonly role: Role;
  readonly axis: number;
}

/** Labels for every mode of folded axes: o0 o1 … for the output, i0 … for the input, w0 … for the window. */
export function labelModes(axes: readonly Axis[], folded: readonly (readonly number[])[]): Mode[] {
  const next: Record<Role, number> = { out: 0, in: 0, window: 0 };
  return axes.flatMap(({ role }, axis) =>
    folded[axis]!.map((size) => ({ label: `${letters[role]}${next[role]++}`, size, role, axis })),
  );
}

/** The layout of a network whose open labels are `modes` in order. */
export function layoutOfModes(net: Omit<Network, 'open'>, modes: readonly Mode[], bounds?: Sizes): Layout {
  const full: Network = { open: modes.map(({ label }) => label), parts: net.parts };
  const sizes = Object.fromEntries(modes.map(({ label, size }) => [label, size]));
  const count = 1 + Math.max(-1, ...modes.map(({ axis }) => axis));
  const axes: Axes = Array.from({ length: count }, (_, a) => modes.flatMap((mode, k) => (mode.axis === a ? [k] : [])));
  return { net: full, axes, modes: sizes, bounds: bounds ?? treeBounds(full, sizes) };
}

/**
 * In a tree network a bond cuts the modes in two; no rank above the smaller side's product is ever needed.
 * A bond whose removal does not cut the network has the smaller of its parts' mode products as bound.
 */
export function treeBounds(net: Network, modes: Sizes): Sizes {
  const total = net.open.reduce((n, label) => n * modes[label]!, 1);
  const bounds = bondsOf(net).map((bond) => {
    const product = sideOf(net, bond).reduce((n, label) => n * modes[label]!, 1);
    return [bond, Math.max(1, Math.min(product, total / product))] as const;
  });
  return Object.fromEntries(bounds);
}

/** The modes on the side of a bond where its first part lies; in a tree network the others are on the other side. */
export function sideOf(net: Network, bond: string): string[] {
  const labels = new Set([...reach(net, bond)].flatMap((part) => net.parts[part]!));
  return net.open.filter((label) => labels.has(label));
}

/** The parts reached from one end of `bond` without crossing it. */
function reach(net: Network, bond: string): Set<string> {
  const names = Object.keys(net.parts);
  const found = new Set([names.find((name) => net.parts[name]!.includes(bond))!]);
  for (const name of found) {
    for (const label of net.parts[name]!) {
      if (label === bond || net.open.includes(label)) continue;
      for (const other of names) if (net.parts[other]!.includes(label)) found.add(other);
    }
  }
  return found;
}
