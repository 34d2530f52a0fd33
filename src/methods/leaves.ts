/** Which leaves of a model's parameters a gradient trains, and which of them weight decay may shrink. */

import { eachNode } from '../formats/store.ts';
import { Sum } from '../formats/weight.ts';
import { childPath, eachModule, type Module, type Params } from '../nn/module.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { leavesOf } from '../tree.ts';

/** All leaves but running averages, what modules freeze, and the frozen terms of sums. */
export function trainedLeaves(model: Module, params: Params): Map<string, Tensor> {
  const fixed = namesOf(model, ({ buffers }) => buffers);
  const frozen = [...frozenIn(model)];
  eachNode(params, (node, path) => {
    if (node instanceof Sum) for (const term of node.frozen) frozen.push(childPath(path, term));
  });
  const leaves = leavesOf<Tensor>(params);
  for (const path of leaves.keys()) {
    if (fixed.has(path) || frozen.some((name) => path === name || path.startsWith(`${name}.`))) leaves.delete(path);
  }
  return leaves;
}

/** The leaves and branches that modules freeze. */
export function frozenIn(model: Module): ReadonlySet<string> {
  return namesOf(model, ({ frozen }) => frozen);
}

/** A test of paths: false for biases, norms and running averages. */
export function decaysIn(model: Module): (path: string) => boolean {
  const spared = namesOf(model, ({ buffers = [], undecayed = [] }) => [...buffers, ...undecayed]);
  return (path) => !spared.has(path);
}

function namesOf(model: Module, pick: (module: Module) => readonly string[] | undefined): Set<string> {
  const names = new Set<string>();
  eachModule(model, (module, path) => {
    for (const name of pick(module) ?? []) names.add(childPath(path, name));
  });
  return names;
}
