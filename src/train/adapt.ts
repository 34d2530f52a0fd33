/**
 * Adapters: a model whose weights stay as they are, each with a trained delta beside it that is zero at the start, W + D
 * (Hu et al. 2022, "LoRA", for two factors; here any format, or dense). All else is frozen too, and the model is applied as
 * in prediction: running averages do not move and nothing is dropped out.
 */

import type { Axis } from '../formats/format.ts';
import type { MakeWeight } from '../formats/make.ts';
import { Factored } from '../formats/network.ts';
import { withNodes } from '../formats/store.ts';
import { Sum, type Weight } from '../formats/weight.ts';
import { lastPart } from '../methods/factorizedRates.ts';
import { sitesOf } from '../methods/sites.ts';
import type { Module, Params } from '../nn/module.ts';
import { fold, type Key } from '../random.ts';
import { zeros } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { leavesOf } from '../tree.ts';
import { copied } from './guard.ts';

export interface AdaptOptions {
  readonly model: Module;
  /** Of the model; they are copied. */
  readonly params: Params;
  /** What makes the deltas; what it draws is scaled to zero. */
  readonly weight: MakeWeight;
  /** Layers that have no delta. */
  readonly keep?: readonly string[];
}

/** The model with a delta on each weight. Its fresh parameters are those given, with sums in the places of weights. */
export function adapted({ model, params, weight, keep = [] }: AdaptOptions): Module {
  const base = copied(params);
  const sites = sitesOf(model, base, keep);
  const spared = [...leavesOf<Tensor>(base).keys()].filter(
    (leaf) => !sites.some(({ path }) => leaf === path || leaf.startsWith(`${path}.`)),
  );
  const kept = sitesOf(model, base).flatMap(({ path }) => (sites.some((site) => site.path === path) ? [] : [path]));
  return {
    ...model,
    frozen: [...(model.frozen ?? []), ...spared, ...kept],
    init: (key) => {
      const own = copied(base);
      const sums = sitesOf(model, own, keep).map(({ path, axes, weight: frozen }): [string, Weight] => {
        return [path, summed(frozen, deltaFor(weight, frozen, axes, path, key))];
      });
      return withNodes(own, new Map(sums)) as Params;
    },
    apply: (seen, x, context) => model.apply(seen, x, { ...context, training: false, updates: new Map() }),
  };
}

/** A delta of zeros for a weight: of the formats that have parts, the part that meets the input last is zero. */
function deltaFor(make: MakeWeight, beside: Weight, axes: readonly Axis[], path: string, key: Key): Tensor | Factored {
  // A table in low-rank form may have rows of padding.
  const padded = axes.map((axis, k) => ({ ...axis, size: beside.shape[k]! }));
  const inputs = padded.reduce((n, { size, role }) => (role === 'out' ? n : n * size), 1);
  const made = make({ axes: padded, std: 1 / Math.sqrt(inputs), key: fold(key, 'delta', path), path });
  if (!(made instanceof Factored)) return zeros(beside.shape, dtypeOf(beside));
  const zero = lastPart(made, padded);
  const part = made.parts[zero]!;
  return new Factored(made.format, made.net, made.axes, { ...made.parts, [zero]: zeros(part.shape, part.dtype) });
}

function dtypeOf(weight: Weight): Tensor['dtype'] {
  return [...leavesOf<Tensor>(weight).values()][0]!.dtype;
}

/** A frozen weight and a trained term; the terms of a sum stay its terms. */
export function summed(frozen: Weight, delta: Tensor | Factored): Sum {
  const terms = frozen instanceof Sum ? frozen.terms : { base: frozen };
  let name = 'delta';
  for (let k = 2; name in terms; k++) name = `delta${k}`;
  return new Sum({ ...terms, [name]: delta }, Object.keys(terms));
}

/** Trained terms by the path of their weight. */
export type Deltas = ReadonlyMap<string, Tensor | Factored>;

/** The deltas of an adapted model's parameters. */
export function deltasOf(model: Module, params: Params): Deltas {
  return new Map(sitesOf(model, params).map(({ path, node }) => [path, node]));
}
