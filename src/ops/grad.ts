/** Reverse-mode gradients: valueAndGrad, grad, vjp, and the functions that steer recording. */

import { isReal } from '../dtype.ts';
import { DtypeError, ShapeError } from '../errors.ts';
import { sameShape, showShape } from '../shape.ts';
import { ones, zeros } from '../tensor/create.ts';
import { beginRecording, endRecording, recordingDepth, scope } from '../tensor/scope.ts';
import { Tensor } from '../tensor/tensor.ts';
import { leavesOf, mapTree, type Tree, withLeaves } from '../tree.ts';
import { add } from './binary.ts';
import type { Op } from './op.ts';
import { alias, leaf, type Node, nodeOf, record, unrecorded } from './tape.ts';

/** What a differentiated function may return: a tensor, or a tensor and more that is passed through. */
export type Traced<X> = Tensor | { readonly value: Tensor; readonly aux: X };

export interface ValueAndGrad<T, X> {
  readonly value: Tensor;
  /** A tree like the argument: the gradient of each leaf, zeros where `value` does not depend on it. */
  readonly grad: T;
  readonly aux: X;
}

/**
 * The value of a scalar function of a tree of tensors, and its gradient at every leaf. `fn` may return
 * `{ value, aux }` to hand out more. Throws ShapeError unless the value has one element, DtypeError for integer leaves.
 */
export function valueAndGrad<T extends Tree<Tensor>, X = undefined>(
  fn: (tree: T) => Traced<X>,
): (tree: T) => ValueAndGrad<T, X> {
  return (tree) => {
    const at = leavesOf<Tensor>(tree);
    const { value, aux, gradients } = pull<X>([...at.values()], (leaves) => {
      const names = [...at.keys()];
      return fn(withLeaves<Tensor, T>(tree, new Map(names.map((path, k) => [path, leaves[k]!]))));
    });
    const grad = withLeaves<Tensor, T>(tree, new Map([...at.keys()].map((path, k) => [path, gradients[k]!])));
    return { value, grad, aux };
  };
}

/** The gradient of a scalar function of a tree of tensors. */
export function grad<T extends Tree<Tensor>>(fn: (tree: T) => Tensor): (tree: T) => T {
  const both = valueAndGrad(fn);
  return (tree) => {
    // Only the gradient leaves the scope, so the value is freed.
    return scope(() => both(tree).grad);
  };
}

/** The value of `fn` at `inputs`, and `cotangent` (shaped like the value) pulled back to each input. */
export function vjp(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  cotangent: Tensor,
): { readonly value: Tensor; readonly gradients: readonly Tensor[] } {
  const { value, gradients } = pull(inputs, (leaves) => fn(...leaves), cotangent);
  return { value, gradients };
}

/** The same value, through which no gradient flows. */
export function stopGradient(x: Tensor): Tensor {
  return alias(x);
}

/**
 * `fn(...inputs)` whose intermediate results are not kept for the gradient but computed again when it is taken: memory
 * for time. Gradients flow to `inputs` only, not to tensors that `fn` closes over.
 */
export function recompute(fn: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]): Tensor {
  return custom({ name: 'recompute', forward: fn, vjp: (g, again) => vjp(fn, again, g).gradients }, inputs);
}

/** An operation of the user's own: a function of tensors and its gradient, both in rankwise's operations. */
export interface Custom {
  readonly name: string;
  forward(...inputs: Tensor[]): Tensor;
  /** Gradients of the inputs from that of the output `out`; null means none. */
  vjp(g: Tensor, inputs: readonly Tensor[], out: Tensor): readonly (Tensor | null)[];
}

/** Applies an operation of the user's own; its vjp replaces the gradient of what `forward` is made of. */
export function custom(operation: Custom, inputs: readonly Tensor[]): Tensor {
  const out = unrecorded(() => operation.forward(...inputs.map(alias)));
  const result = alias(out);
  if (recordingDepth() === 0 || !inputs.some((x) => x.tape !== null)) return result;
  const op: Op<unknown> = {
    name: operation.name,
    infer: () => ({ shape: result.shape, dtype: result.dtype }),
    vjp: ([g], { outs }) => operation.vjp(g!, inputs, outs[0]!),
  };
  record(op, inputs, [result], undefined);
  return result;
}

interface Pulled<X> {
  readonly value: Tensor;
  readonly aux: X;
  readonly gradients: readonly Tensor[];
}

function pull<X>(
  inputs: readonly Tensor[],
  fn: (leaves: readonly Tensor[]) => Traced<X>,
  cotangent?: Tensor,
): Pulled<X> {
  for (const x of inputs) {
    if (!isReal(x.dtype)) {
      throw new DtypeError('grad', 'gradients are taken for f32 and f64', x.dtype, 'keep integer tensors out of the argument');
    }
  }
  return scope(() => {
    const leaves = inputs.map(leaf);
    beginRecording();
    let traced: Traced<X>;
    try {
      traced = fn(leaves);
    } finally {
      endRecording();
    }
    const { value, aux } = 'value' in traced ? traced : { value: traced, aux: undefined as X };
    const g = cotangent ?? seed(value);
    if (!sameShape(g.shape, value.shape)) {
      const got = `${showShape(g.shape)} for ${showShape(value.shape)}`;
      throw new ShapeError('vjp', 'the cotangent has the shape of the value', got, 'reshape it');
    }
    const gradients = backward(value, g, leaves);
    return { value: settle(value), aux: settle(aux), gradients: gradients.map(settle) };
  });
}

/** Results of the outermost gradient forget their history, so that it can be collected. */
function settle<X>(tree: X): X {
  if (recordingDepth() > 0) return tree;
  return mapTree(tree as Tree<unknown>, (x) => (x instanceof Tensor ? alias(x) : x)) as X;
}

function seed(value: Tensor): Tensor {
  if (value.size !== 1) {
    throw new ShapeError('grad', 'the function returns one number', showShape(value.shape), 'reduce it with sum() or mean()');
  }
  return ones(value.shape, value.dtype);
}

/** Walks the tape once from `value` to `leaves`; nodes older than the leaves cannot lie between. */
function backward(value: Tensor, g: Tensor, leaves: readonly Tensor[]): Tensor[] {
  const ends = leaves.map((x) => nodeOf(x)!);
  const nodes = between(nodeOf(value), ends);
  const cotangents = new Map<Node, (Tensor | null)[]>();
  const send = (to: Tensor, g: Tensor): void => {
    const node = nodeOf(to)!;
    const slots = cotangents.get(node) ?? new Array<Tensor | null>(node.outs.length).fill(null);
    const k = node.outs.indexOf(to);
    const before = slots[k]!;
    slots[k] = before === null ? g : add(before, g);
    cotangents.set(node, slots);
  };
  const connected = nodeOf(value);
  if (connected !== null && nodes.has(connected)) send(value, g);
  const order = [...nodes].sort((a, b) => b.id - a.id);
  for (const node of order) {
    const gs = cotangents.get(node);
    if (gs === undefined || ends.includes(node)) continue;
    const { inputs, outs, attrs, op } = node;
    const needs = inputs.map((x) => nodes.has(nodeOf(x)!));
    const pulled = op.vjp(gs, { inputs, outs, attrs, needs });
    inputs.forEach((x, k) => {
      if (needs[k] && pulled[k]) send(x, pulled[k]);
    });
    // Every later node is older: nobody asks for these again.
    cotangents.delete(node);
  }
  return leaves.map((x, k) => cotangents.get(ends[k]!)?.[0] ?? zeros(x.shape, x.dtype));
}

/** The nodes that `from` depends on and that depend on one of `ends`, ends included. */
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
