/**
 * A weight times an input, with one label for each dense axis: for a linear layer `oi, bi -> bo`. Low-rank weights split
 * their axes into modes and join one contraction with the input; the planner decides by cost whether the input meets
 * the parts one by one or the reconstructed weight.
 */

import { add } from '../ops/binary.ts';
import { contract } from '../ops/einsum/einsum.ts';
import { reshape } from '../ops/reshape.ts';
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

/** Contracts a weight with an input. Labels shared by both and absent from the result are summed over. */
export function applyWeight(w: Weight, x: Tensor, product: Product): Tensor {
  if (w instanceof Sum) {
    return Object.values(w.terms)
      .map((term) => applyWeight(term, x, product))
      .reduce((a, b) => add(a, b));
  }
  if (!(w instanceof Factored)) {
    return contract(
      [
        { x, labels: product.input },
        { x: w, labels: product.weight },
      ],
      product.out,
    );
  }
  const sizes = sizesOf(w);
  const modes = new Map(product.weight.map((label, a) => [label, w.axes[a]!.map((k) => w.net.open[k]!)]));
  const split = (label: string): readonly string[] => modes.get(label) ?? [label];
  const lengths = new Map(product.input.map((label, k) => [label, x.shape[k]!]));
  const shape = product.input.flatMap((label) => split(label).map((l) => sizes[l] ?? lengths.get(label)!));
  const input = { x: reshape(x, shape), labels: product.input.flatMap(split) };
  const result = contract([input, ...labelled(w)], product.out.flatMap(split));
  const merged = product.out.map((label) => lengths.get(label) ?? split(label).reduce((n, l) => n * sizes[l]!, 1));
  return reshape(result, merged);
}
