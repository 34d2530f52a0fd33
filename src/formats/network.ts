/**
 * A low-rank tensor is a network of labelled parts. A label in `open` is a mode of the full tensor; every other label is
 * a bond, summed over, and its length is a rank. From the labels alone come shapes, counts, the full tensor, products
 * with inputs, gradients and files: no code elsewhere asks which format it is.
 */

import { ShapeError } from '../errors.ts';
import { type Shape, showShape, sizeOf } from '../shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { Branches, Branching } from '../tree.ts';

/** Labels of a network, without sizes. */
export interface Network {
  /** The modes of the full tensor, in order. */
  readonly open: readonly string[];
  /** The labels of each part, in the order of its modes. */
  readonly parts: Readonly<Record<string, readonly string[]>>;
}

/** Which modes make up each axis of the dense tensor: axis k is the row-major merge of the modes `axes[k]`. */
export type Axes = readonly (readonly number[])[];

/** Lengths of labels. */
export type Sizes = Readonly<Record<string, number>>;

/** The bonds in order of first appearance. */
export function bondsOf(net: Network): string[] {
  const bonds = new Set<string>();
  for (const labels of Object.values(net.parts)) for (const l of labels) if (!net.open.includes(l)) bonds.add(l);
  return [...bonds];
}

/** The shape of each part, given the length of every label. */
export function partShapes(net: Network, sizes: Sizes): Record<string, number[]> {
  return Object.fromEntries(Object.entries(net.parts).map(([name, labels]) => [name, labels.map((l) => sizes[l]!)]));
}

/** The number of stored elements, given the length of every label. */
export function countOf(net: Network, sizes: Sizes): number {
  return Object.values(partShapes(net, sizes)).reduce((sum, shape) => sum + sizeOf(shape), 0);
}

/** A low-rank tensor: plain data, and a branch of a tree whose leaves are its parts. */
export class Factored implements Branching {
  /** The name of the format that laid out the network. */
  readonly format: string;
  readonly net: Network;
  readonly axes: Axes;
  readonly parts: Readonly<Record<string, Tensor>>;

  /** Throws ShapeError where the parts do not fit the network. */
  constructor(format: string, net: Network, axes: Axes, parts: Readonly<Record<string, Tensor>>) {
    this.format = format;
    this.net = net;
    this.axes = axes;
    // In the order of the network, so that a tree read from a file walks as the one that was written.
    this.parts = Object.fromEntries(Object.keys(net.parts).map((name) => [name, parts[name]!]));
    sizesOf(this);
  }

  /** The dense shape: modes merged into axes. */
  get shape(): number[] {
    const sizes = sizesOf(this);
    return this.axes.map((modes) => modes.reduce((n, k) => n * sizes[this.net.open[k]!]!, 1));
  }

  /** The number of stored elements. */
  get count(): number {
    return countOf(this.net, sizesOf(this));
  }

  get branching(): Branches {
    const { format, net, axes, parts } = this;
    return {
      branches: parts,
      // During a walk that maps parts to something else than tensors the result is a plain record of the same names.
      rebuild: (branches) =>
        Object.values(branches).every((part) => part instanceof Tensor)
          ? new Factored(format, net, axes, branches as Record<string, Tensor>)
          : branches,
    };
  }

  toString(): string {
    const ranks = Object.entries(ranksOf(this)).map(([bond, r]) => `${bond}=${r}`);
    return `${this.format} ${showShape(this.shape)} ${ranks.join(' ')} (${this.count} of ${sizeOf(this.shape)})`;
  }
}

/** The length of every label, read from the parts. Throws ShapeError naming the parts that disagree. */
export function sizesOf(x: {
  readonly format: string;
  readonly net: Network;
  readonly parts: Factored['parts'];
}): Sizes {
  const sizes: Record<string, number> = {};
  const from: Record<string, string> = {};
  for (const [name, labels] of Object.entries(x.net.parts)) {
    const part = x.parts[name];
    if (part === undefined || part.order !== labels.length) {
      const got = part === undefined ? 'nothing' : showShape(part.shape);
      throw new ShapeError(
        x.format,
        `part ${name} has modes [${labels.join(', ')}]`,
        got,
        'give every part of the network',
      );
    }
    labels.forEach((label, k) => {
      const n = part.shape[k]!;
      sizes[label] ??= n;
      from[label] ??= name;
      if (sizes[label] !== n) {
        const other = x.parts[from[label]!]!;
        const got = `${from[label]} ${showShape(other.shape)} and ${name} ${showShape(part.shape)}`;
        throw new ShapeError(x.format, `parts share the length of ${label}`, got, 'correct one part');
      }
    });
  }
  return sizes;
}

/** Ranks by bond. */
export function ranksOf(x: Factored): Record<string, number> {
  const sizes = sizesOf(x);
  return Object.fromEntries(bondsOf(x.net).map((bond) => [bond, sizes[bond]!]));
}

/** Sizes of the modes of the full tensor, before they are merged into axes. */
export function modesOf(x: Factored): Shape {
  const sizes = sizesOf(x);
  return x.net.open.map((label) => sizes[label]!);
}
