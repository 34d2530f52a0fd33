/**
 * The walk back over the tape. Nodes are numbered in order of creation, so descending numbers visit each node after all
 * that depend on it. Tensors are freed after their last use on the way, unless an outer tape may still ask for them.
 */

import { ones, zeros } from '../tensor/create.ts';
import { recordingDepth, release, scope } from '../tensor/scope.ts';
import { type Storage, storagesMade } from '../tensor/storage.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { add } from './binary.ts';
import { type Node, nodeOf } from './tape.ts';

/**
 * Gradients of `value`, times the cotangent `g` (1 unless given), at `leaves`: zeros where the value does not depend on
 * one. `survivors` are not freed on the way.
 */
export function backward(
  value: Tensor,
  leaves: readonly Tensor[],
  survivors: ReadonlySet<Storage>,
  g: Tensor = ones(value.shape, value.dtype),
): Tensor[] {
  const ends = leaves.map((x) => nodeOf(x)!);
  const nodes = between(nodeOf(value), ends);
  const order = [...nodes].sort((a, b) => b.id - a.id);
  const uses = recordingDepth() === 0 ? new Uses(order, survivors) : null;
  const pending = new Map<Node, (Tensor | null)[]>();

  const send = (to: Tensor, g: Tensor): void => {
    const node = nodeOf(to)!;
    let slots = pending.get(node);
    if (slots === undefined) pending.set(node, (slots = new Array<Tensor | null>(node.outs.length).fill(null)));
    const k = node.outs.indexOf(to);
    const before = slots[k]!;
    const now = (slots[k] = before === null ? g : add(before, g));
    uses?.begin(now);
    if (before === null) return;
    uses?.begin(g);
    uses?.end(g);
    uses?.end(before);
  };

  const start = nodeOf(value);
  if (start !== null && nodes.has(start)) send(value, g);
  const last = new Set(ends);
  for (const node of order) {
    const gs = pending.get(node);
    if (gs !== undefined && !last.has(node)) {
      const { inputs, outs, attrs, op } = node;
      const needs = inputs.map((x) => nodes.has(nodeOf(x)!));
      const pulled = scope(() => op.vjp(gs, { inputs, outs, attrs, needs }));
      for (const [k, x] of inputs.entries()) if (needs[k] && pulled[k]) send(x, pulled[k]);
      pending.delete(node);
      for (const g of gs) if (g !== null) uses?.end(g);
    }
    uses?.leave(node);
  }
  return leaves.map((x, k) => pending.get(ends[k]!)?.[0] ?? zeros(x.shape, x.dtype));
}

/**
 * Counts who still needs each storage that the tape or this walk has made, and frees those that nobody does. Storages
 * made otherwise are left alone: the gradient of an operation of the user's own may close over them.
 */
class Uses {
  readonly #counts = new Map<Storage, number>();
  readonly #start = storagesMade();

  constructor(order: readonly Node[], survivors: ReadonlySet<Storage>) {
    for (const { outs } of order) for (const { storage } of outs) this.#counts.set(storage, 0);
    for (const storage of survivors) this.#counts.delete(storage);
    for (const { inputs, outs } of order) {
      for (const x of inputs) this.begin(x);
      for (const x of outs) this.begin(x);
    }
  }

  begin({ storage }: Tensor): void {
    const count = this.#counts.get(storage);
    if (count !== undefined) this.#counts.set(storage, count + 1);
    else if (storage.serial >= this.#start) this.#counts.set(storage, 1);
  }

  end({ storage }: Tensor): void {
    const count = this.#counts.get(storage);
    if (count === undefined) return;
    this.#counts.set(storage, count - 1);
    if (count === 1) release(storage);
  }

  leave({ inputs, outs }: Node): void {
    for (const x of outs) this.end(x);
    for (const x of inputs) this.end(x);
  }
}

/** The nodes that `from` depends on and that depend on one of `ends`, ends included; older ones cannot lie between. */
function between(from: Node | null, ends: readonly Node[]): Set<Node> {
  const oldest = Math.min(...ends.map((node) => node.id));
  const reached = new Set<Node>();
  const queue = from === null ? [] : [from];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (node.id < oldest || reached.has(node)) continue;
    reached.add(node);
    for (const x of node.inputs) if (x.tape !== null) queue.push(nodeOf(x)!);
  }
  const leading = new Set<Node>();
  for (const node of [...reached].sort((a, b) => a.id - b.id)) {
    if (ends.includes(node) || node.inputs.some((x) => leading.has(nodeOf(x)!))) leading.add(node);
  }
  return leading;
}
