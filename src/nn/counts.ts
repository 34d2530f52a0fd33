/** What a trained model amounts to: parameters, ranks, compression. */

import { ranksOf, Factored } from '../formats/network.ts';
import { eachNode } from '../formats/store.ts';
import { denseCount, storedCount, Sum } from '../formats/weight.ts';
import { childPath, eachModule, type Module, type Params } from './module.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { leavesOf } from '../tree.ts';

export interface Counts {
  /** All stored scalars that make predictions, but running averages. */
  readonly parameters: number;
  /** The same with every weight dense. */
  readonly denseParameters: number;
  /** The factor dense / stored. */
  readonly compression: number;
}

/** Counts over all stored scalars: biases, norms, frozen terms and the classifier included, running averages not. */
export function countsOf(model: Module, params: Params): Counts {
  const buffers = new Set<string>();
  // What a weight stands for is what its layer says: a table in low-rank form may have rows of padding.
  const declared = new Map<string, number>();
  eachModule(model, (module, path) => {
    for (const name of module.buffers ?? []) buffers.add(childPath(path, name));
    for (const [name, axes] of Object.entries(module.weights ?? {})) {
      declared.set(
        childPath(path, name),
        axes.reduce((n, { size }) => n * size, 1),
      );
    }
  });
  let parameters = 0;
  for (const [path, leaf] of leavesOf<Tensor>(params)) if (!buffers.has(path)) parameters += leaf.size;
  let denseParameters = parameters;
  const sums: string[] = [];
  eachNode(params, (node, path) => {
    // A low-rank term of a sum stands for no dense weight of its own.
    if (sums.some((sum) => path.startsWith(`${sum}.`))) return;
    if (node instanceof Sum) sums.push(path);
    denseParameters += (declared.get(path) ?? denseCount(node)) - storedCount(node);
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

/** The formats of the low-rank weights among parameters, such as 'tucker+lowRank'; 'dense' where there are none. */
export function formatsOf(params: Params): string {
  const names = new Set<string>();
  eachNode(params, (node) => {
    if (node instanceof Factored) names.add(node.format);
  });
  return names.size === 0 ? 'dense' : [...names].join('+');
}
