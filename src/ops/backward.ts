/**
 * The walk back over the tape. Nodes are numbered in order of creation, so descending numbers visit each node after all
 * that depend on it. Tensors are freed after their last use on the way, unless an outer tape may still ask for them.
 */

import { ones, zeros } from '../tensor/create.ts';
import { ownedHere, recordingDepth, release, scope } from '../tensor/scope.ts';
import { type Storage, storagesMade } from '../tensor/storage.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { add } from './binary.ts';
import { type Node, nodeOf } from './tape.ts';

/** Walks are numbered from 1, so that nodes and storages can tell which one has marked them last. */
let walks = 0;

/**
 * Gradients of `value`, times the cotangent `g` (1 unless given), at `leaves`: zeros where the value does not depend on
 * one. `survivors` are not freed on the way.
 */
export function backward(
  value: Tensor,
  leaves: readonly Tensor[],
  survivors: Iterable<Storage>,
  g: Tensor = ones(value.shape, value.dtype),
): Tensor[] {
  const walk = ++walks;
  const ends = leaves.map((x) => nodeOf(x)!);
  const last = new Set(ends);
  const nodes = between(nodeOf(value), last, walk);
  const uses = recordingDepth() === 0 ? new Uses(walk, nodes, survivors) : null;

  if (onWay(value, walk)) send(value, g, uses);
  for (let n = nodes.length - 1; n >= 0; n--) {
    const node = nodes[n]!;
    const gs = node.gs;
    if (gs !== null && !last.has(node)) {
      node.gs = null;
      const { inputs, outs, attrs, op } = node;
      const needs = inputs.map((x) => onWay(x, walk));
      const pulled = scope(() => op.vjp(gs, { inputs, outs, attrs, needs }));
      for (let k = 0; k < inputs.length; k++) {
        const to = pulled[k];
        if (needs[k] && to) send(inputs[k]!, to, uses);
      }
      for (const g of gs) if (g !== null) uses?.end(g);
    }
    uses?.leave(node);
  }
  return leaves.map((x, k) => {
    const found = ends[k]!.gs?.[0];
    ends[k]!.gs = null;
    return found ?? zeros(x.shape, x.dtype);
  });
}

function onWay(x: Tensor, walk: number): boolean {
  return x.tape !== null && nodeOf(x)!.walk === walk;
}

/** Adds a cotangent to those that wait for `to`. */
function send(to: Tensor, g: Tensor, uses: Uses | null): void {
  const node = nodeOf(to)!;
  const slots = (node.gs ??= new Array<Tensor | null>(node.outs.length).fill(null));
  const k = node.outs.indexOf(to);
  const before = slots[k]!;
  uses?.begin(g);
  if (before === null) {
    slots[k] = g;
    return;
  }
  const sum = add(before, g);
  slots[k] = sum;
  uses?.begin(sum);
  uses?.end(g);
  uses?.end(before);
}

/**
 * Counts who still needs each storage that the tape or this walk has made, and frees those that nobody does. Storages
 * made otherwise are left alone: the gradient of an operation of the user's own may close over them.
 */
class Uses {
  readonly #walk: number;
  readonly #start = storagesMade();

  constructor(walk: number, nodes: readonly Node[], survivors: Iterable<Storage>) {
    this.#walk = walk;
    for (const { outs } of nodes) for (const { storage } of outs) if (ownedHere(storage)) this.#take(storage);
    for (const storage of survivors) storage.walk = 0;
    for (const { inputs, outs } of nodes) {
      for (const x of inputs) this.begin(x);
      for (const x of outs) this.begin(x);
    }
  }

  #take(storage: Storage): void {
    storage.walk = this.#walk;
    storage.uses = 0;
  }

  begin({ storage }: Tensor): void {
    if (storage.walk !== this.#walk) {
      if (storage.serial < this.#start) return;
      this.#take(storage);
    }
    storage.uses++;
  }

  end({ storage }: Tensor): void {
    if (storage.walk === this.#walk && --storage.uses === 0) release(storage);
  }

  leave({ inputs, outs }: Node): void {
    for (const x of outs) this.end(x);
    for (const x of inputs) this.end(x);
  }
}

/** The nodes that `from` depends on and that depend on one of `ends`, ends included, oldest first; marked with `walk`. */
function between(from: Node | null, ends: ReadonlySet<Node>, walk: number): Node[] {
  let oldest = Number.POSITIVE_INFINITY;
  for (const { id } of ends) oldest = Math.min(oldest, id);
  const reached: Node[] = [];
  const queue = from === null ? [] : [from];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    // Older nodes cannot lie between.
    if (node.id < oldest || node.walk === -walk) continue;
    node.walk = -walk;
    reached.push(node);
    for (const x of node.inputs) if (x.tape !== null) queue.push(nodeOf(x)!);
  }
  reached.sort((a, b) => a.id - b.id);
  return reached.filter((node) => {
    if (!ends.has(node) && !node.inputs.some((x) => onWay(x, walk))) return false;
    node.walk = walk;
    return true;
  });
}
