/** The places of a model's weights: what methods decompose, project and prune, whatever the layer. */

import type { Axis } from '../formats/format.ts';
import type { Factored } from '../formats/network.ts';
import { withNodes } from '../formats/store.ts';
import { Sum, type Weight } from '../formats/weight.ts';
import { childPath, eachModule, type Module, type Params } from '../nn/module.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { frozenIn } from './leaves.ts';

/** A weight of a layer and what of it is trained. */
export interface Site {
  /** Such as 'fc1.weight'. */
  readonly path: string;
  /** The path of the layer. */
  readonly layer: string;
  readonly axes: readonly Axis[];
  readonly weight: Weight;
  /** The weight itself, or the one trained term of a sum. */
  readonly node: Tensor | Factored;
  readonly nodePath: string;
}

/**
 * All weights of a model in the order of its layers. Layers named in `keep`, all inside them, and weights that a module
 * freezes are left out.
 */
export function sitesOf(model: Module, params: Params, keep: readonly string[] = []): Site[] {
  const sites: Site[] = [];
  const frozen = frozenIn(model);
  eachModule(model, (module, layer) => {
    if (keep.some((name) => layer === name || layer.startsWith(`${name}.`))) return;
    for (const [name, axes] of Object.entries(module.weights ?? {})) {
      const path = childPath(layer, name);
      if (frozen.has(path)) continue;
      const weight = weightAt(params, path);
      const trained = trainedIn(weight, path);
      if (trained !== undefined) sites.push({ path, layer, axes, weight, ...trained });
    }
  });
  return sites;
}

function weightAt(params: Params, path: string): Weight {
  let found: unknown = params;
  for (const key of path.split('.')) found = (found as Readonly<Record<string, unknown>>)[key];
  return found as Weight;
}

/** Undefined for a sum whose terms are all frozen. */
function trainedIn(weight: Weight, path: string): Pick<Site, 'node' | 'nodePath'> | undefined {
  if (!(weight instanceof Sum)) return { node: weight, nodePath: path };
  const found = Object.entries(weight.terms).find(([term]) => !weight.frozen.includes(term));
  if (found === undefined) return undefined;
  const [name, node] = found;
  return { node, nodePath: childPath(path, name) };
}

/** The parameters with other weights at the `nodePath` of some sites. */
export function withSites(params: Params, nodes: ReadonlyMap<string, Tensor | Factored>): Params {
  return withNodes(params, nodes) as Params;
}
