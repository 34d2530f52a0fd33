/**
 * A weight times an input, with one label for each dense axis: for a linear layer `oi, bi -> bo`. Low-rank weights split
 * their axes into modes and join one contraction with the input; the planner decides by cost whether the input meets
 * the parts one by one or the reconstructed weight.
 */

import { add } from '../ops/binary.ts';
import { contract, contractPath } from '../ops/einsum/einsum.ts';
import { reshape } from '../ops/reshape.ts';
import type { Shape } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { labelled } from './algebra.ts';
import { Factored, sizesOf } from './network.ts';
import { Sum, type Weight } from './weight.ts';

/** One label for each axis of the weight, of the input and of the result. */
export interface Product {
  readonly weight: readonly string[];
  readonly input: readonly string[];
  readonly out: readonly string[];
}

/** A product over modes instead of axes. */
interface Split {
  readonly input: readonly string[];
  readonly inputShape: Shape;
  readonly out: readonly string[];
  readonly outShape: Shape;
}

/** Contracts a weight with an input. Labels shared by both and absent from the result are summed over. */
export function applyWeight(w: Weight, x: Tensor, product: Product): Tensor {
  if (w instanceof Sum) {
    return Object.values(w.terms)
      .map((term) => applyWeight(term, x, product))
      .reduce((a, b) => add(a, b));
  }
  if (!(w instanceof Factored)) {
    const dense = { x: w, labels: product.weight };
    return contract([{ x, labels: product.input }, dense], product.out);
  }
  const split = splitModes(w, x.shape, product);
  const input = { x: reshape(x, split.inputShape), labels: split.input };
  return reshape(contract([input, ...labelled(w)], split.out), split.outShape);
}

/** Floating-point operations of applyWeight() for an input of this shape. */
export function productFlops(w: Weight, input: Shape, product: Product): number {
  if (w instanceof Sum) return Object.values(w.terms).reduce((n, term) => n + productFlops(term, input, product), 0);
  if (!(w instanceof Factored)) {
    return contractPath([product.input, product.weight], product.out, [input, w.shape]).flops;
  }
  const split = splitModes(w, input, product);
  const parts = labelled(w);
  const labels = [split.input, ...parts.map((part) => part.labels)];
  return contractPath(labels, split.out, [split.inputShape, ...parts.map(({ x }) => x.shape)]).flops;
}

function splitModes(w: Factored, shape: Shape, product: Product): Split {
  const sizes = sizesOf(w);
  const modes = new Map(product.weight.map((label, a) => [label, w.axes[a]!.map((k) => w.net.open[k]!)]));
  const lengths = new Map(product.input.map((label, k) => [label, shape[k]!]));
  const split = (label: string): readonly string[] => modes.get(label) ?? [label];
  const lengthOf = (label: string): number => sizes[label] ?? lengths.get(label)!;
  return {
    input: product.input.flatMap(split),
    inputShape: product.input.flatMap(split).map(lengthOf),
    out: product.out.flatMap(split),
    outShape: product.out.map((label) => split(label).reduce((n, l) => n * lengthOf(l), 1)),
  };
}
