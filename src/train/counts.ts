/** What a trained model amounts to: parameters, ranks, compression. */

import { ranksOf, Factored } from '../formats/network.ts';
import { eachNode } from '../formats/store.ts';
import { eachModule, type Module, type Params } from '../nn/module.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { sizeOf } from '../shape.ts';
import { leavesOf } from '../tree.ts';

export interface Counts {
  /** All trained scalars. */
  readonly parameters: number;
  /** The same with every weight dense. */
  readonly denseParameters: number;
  /** The factor dense / stored. */
  readonly compression: number;
}

/** Counts over all trained scalars: biases, norms and the classifier included, running averages not. */
export function countsOf(model: Module, params: Params): Counts {
  const buffers = new Set<string>();
  eachModule(model, (module, path) => {
    for (const name of module.buffers ?? []) buffers.add(path === '' ? name : `${path}.${name}`);
  });
  let parameters = 0;
  for (const [path, leaf] of leavesOf<Tensor>(params)) if (!buffers.has(path)) parameters += leaf.size;
  let denseParameters = parameters;
  eachNode(params, (node) => {
    if (node instanceof Factored) denseParameters += sizeOf(node.shape) - node.count;
  });
  return { parameters, denseParameters, compression: denseParameters / parameters };
}

/** Ranks by bond of every low-rank weight, by path. */
export function ranksByPath(params: Params): Record<string, Record<string, number>> {
  const ranks: Record<string, Record<string, number>> = {};
  eachNode(params, (node, path) => {
    if (node instanceof Factored) ranks[path] = ranksOf(node);
  });
  return ranks;
}
