/**
 * The tape: which op made a tensor, from what. Nodes are recorded only while a gradient is being taken and only for
 * tensors that depend on what it is taken for. They are numbered in order of creation, so a node never depends on a
 * later one.
 */

import { Tensor } from '../tensor/tensor.ts';
import type { Op } from './op.ts';

export interface Node {
  readonly id: number;
  readonly op: Op<unknown>;
  readonly inputs: readonly Tensor[];
  readonly outs: readonly Tensor[];
  readonly attrs: unknown;
  /** The last walk back that came by. */
  walk: number;
  /** Cotangents of the outputs that wait for it. */
  gs: (Tensor | null)[] | null;
}

let nextId = 0;

export function nodeOf(x: Tensor): Node | null {
  return x.tape as Node | null;
}

/** Notes that `outs` were made by `op` from `inputs`. */
export function record(op: Op<unknown>, inputs: readonly Tensor[], outs: readonly Tensor[], attrs: unknown): void {
  const node: Node = { id: nextId++, op, inputs, outs, attrs, walk: 0, gs: null };
  for (const out of outs) out.tape = node;
}

const identity: Op<unknown> = {
  name: 'identity',
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  vjp: (gs) => gs,
};

/** A view of `x` where an inner gradient ends. For an outer tape it is one more step on the way to `x`. */
export function leaf(x: Tensor): Tensor {
  const view = alias(x);
  record(identity, [x], [view], undefined);
  return view;
}

/** The same elements without their history. */
export function alias(x: Tensor): Tensor {
  return new Tensor(x.storage, x.shape, x.strides, x.offset);
}
