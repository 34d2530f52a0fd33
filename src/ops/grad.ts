/** Reverse-mode gradients: valueAndGrad, grad, vjp, and the functions that steer recording. */

import { isReal } from '../dtype.ts';
import { DtypeError, ShapeError } from '../errors.ts';
import { sameShape, showShape } from '../shape.ts';
import { beginRecording, closed, endRecording, recordingDepth, scope, unrecorded } from '../tensor/scope.ts';
import { Tensor } from '../tensor/tensor.ts';
import { eachLeaf, leavesOf, mapTree, type Tree, withLeaves } from '../tree.ts';
import { backward } from './backward.ts';
import type { Op } from './op.ts';
import { alias, leaf, record } from './tape.ts';

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
 * for time. Gradients flow to `inputs` only: throws BackendError where `fn` closes over what they should flow to, too.
 */
export function recompute(fn: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]): Tensor {
  const pullBack = (g: Tensor, again: readonly Tensor[]): (Tensor | null)[] => {
    // Integers have no gradient; the places of the others are remembered, for one tensor may be given twice.
    const places = again.flatMap((x, k) => (isReal(x.dtype) ? [k] : []));
    const reals = places.map((k) => again[k]!);
    const { gradients } = vjp((...xs) => fn(...again.map((x, k) => xs[places.indexOf(k)] ?? x)), reals, g);
    return again.map((_, k) => gradients[places.indexOf(k)] ?? null);
  };
  const forward = (...xs: Tensor[]): Tensor =>
    closed(true, () => fn(...xs.map((x) => (x.tape === null ? x : alias(x)))));
  return custom({ name: 'recompute', forward, vjp: pullBack }, inputs);
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
  const out = unrecorded(() => scope(() => operation.forward(...inputs)));
  checkTensor(operation.name, out);
  const result = alias(out);
  if (recordingDepth() === 0 || !inputs.some((x) => x.tape !== null)) return result;
  const op: Op<unknown> = {
    name: operation.name,
    infer: () => ({ shape: result.shape, dtype: result.dtype }),
    vjp: ([g], { outs }) => {
      const pulled = operation.vjp(g!, inputs, outs[0]!);
      inputs.forEach((x, k) => {
        const to = pulled[k];
        if (!to || (sameShape(to.shape, x.shape) && to.dtype === x.dtype)) return;
        const got = `${to} for input ${k}, ${x}`;
        throw new ShapeError(operation.name, 'a gradient has the shape and dtype of its input', got, 'correct the vjp');
      });
      return pulled;
    },
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
      throw new DtypeError(
        'grad',
        'gradients are taken for f32 and f64',
        x.dtype,
        'keep integer tensors out of the argument',
      );
    }
  }
  const take = (): Pulled<X> => {
    const leaves = inputs.map(leaf);
    beginRecording();
    let traced: Traced<X>;
    try {
      traced = fn(leaves);
    } finally {
      endRecording();
    }
    const { value, aux } = traced instanceof Tensor ? { value: traced, aux: undefined as X } : (traced ?? {});
    checkTensor('grad', value ?? traced);
    checkValue(value, cotangent);
    const survivors = new Set([value.storage]);
    eachLeaf(aux as Tree<unknown>, (x) => {
      if (x instanceof Tensor) survivors.add(x.storage);
    });
    const gradients = backward(value, leaves, survivors, cotangent);
    return { value: settle(value), aux: settle(aux), gradients: gradients.map(settle) };
  };
  // The walk back uses what the tape has made.
  return closed(false, () => scope(take));
}

/** Results of the outermost gradient forget their history, so that it can be collected. */
function settle<X>(tree: X): X {
  if (recordingDepth() > 0) return tree;
  return mapTree(tree as Tree<unknown>, (x) => (x instanceof Tensor ? alias(x) : x)) as X;
}

/** What a function of the user returns may be anything. */
function checkTensor(op: string, x: unknown): asserts x is Tensor {
  if (x instanceof Tensor) return;
  const got = x instanceof Promise ? 'a promise' : typeof x === 'object' ? 'an object without one' : String(x);
  throw new ShapeError(op, 'the function returns a tensor', got, 'return what sum() gives, and read it afterwards');
}

/** Throws unless the value is real and the cotangent fits it, or, without one, it is one number. */
function checkValue(value: Tensor, cotangent: Tensor | undefined): void {
  if (!isReal(value.dtype)) {
    throw new DtypeError('grad', 'the function returns f32 or f64', value.dtype, 'leave out the cast');
  }
  if (cotangent === undefined) {
    if (value.size === 1) return;
    const remedy = 'reduce it with sum() or mean()';
    throw new ShapeError('grad', 'the function returns one number', showShape(value.shape), remedy);
  }
  if (sameShape(cotangent.shape, value.shape) && cotangent.dtype === value.dtype) return;
  const got = `${cotangent.dtype} ${showShape(cotangent.shape)} for ${value.dtype} ${showShape(value.shape)}`;
  throw new ShapeError('vjp', 'the cotangent has the shape and dtype of the value', got, 'reshape or cast it');
}
