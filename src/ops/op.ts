/**
 * An operation is one object: shape rule, forward computation and gradient. The gradient is written in operations, so
 * gradients of gradients come by themselves.
 */

import type { Backend } from '../backend/backend.ts';
import { backend } from '../backend/current.ts';
import type { Dtype } from '../dtype.ts';
import { BackendError, ShapeError } from '../errors.ts';
import type { Shape } from '../shape.ts';
import { blank } from '../tensor/create.ts';
import { inScope, recordingDepth, refusesTaped, scope, uploadAll } from '../tensor/scope.ts';
import { Tensor } from '../tensor/tensor.ts';
import { record } from './tape.ts';

/** Shape and dtype of a result. */
export interface Spec {
  readonly shape: Shape;
  readonly dtype: Dtype;
}

/** One application of an op, as its gradient sees it. */
export interface Call<A> {
  readonly inputs: readonly Tensor[];
  readonly outs: readonly Tensor[];
  readonly attrs: A;
  /** Which inputs a gradient is wanted for; others may be answered with null. */
  readonly needs: readonly boolean[];
}

/** Attributes are plain values: tensors are inputs. */
export interface Op<A = void> {
  readonly name: string;
  /** Shapes and dtypes of the results; checks the operands and throws ShapeError or DtypeError. */
  infer(inputs: readonly Tensor[], attrs: A): Spec | readonly Spec[];
  /** Fills the outputs on `on`; operands are resident there. Makes no tensors besides scratch. Absent for views. */
  forward?(outs: readonly Tensor[], inputs: readonly Tensor[], attrs: A, on: Backend): void;
  /** A result that shares the input's storage, instead of `forward` and `infer`. */
  view?(input: Tensor, attrs: A): Tensor;
  /**
   * Gradients of the inputs from those of the outputs, in operations. `gs[k]` is null where output k has none; an op with
   * one output always gets it. null means no gradient.
   */
  vjp(gs: readonly (Tensor | null)[], call: Call<A>): readonly (Tensor | null)[];
  /** The same result in primitives: used under an outer tape where `forward` is fused and its gradient has none. */
  define?(inputs: readonly Tensor[], attrs: A): Tensor | readonly Tensor[];
}

/** Applies an op to operands and returns all its results. */
export function applyAll<A>(op: Op<A>, inputs: readonly Tensor[], attrs: A): readonly Tensor[] {
  for (let k = 0; k < inputs.length; k++) {
    if (!(inputs[k] instanceof Tensor)) refuse(op.name, inputs[k]);
  }
  if (refusesTaped() && inputs.some((x) => x.tape !== null)) {
    const remedy = 'add it to the inputs, or use stopGradient()';
    throw new BackendError(
      'recompute',
      'the function uses its inputs',
      `a variable of the gradient in ${op.name}`,
      remedy,
    );
  }
  const tracked = recordingDepth() > 0 && inputs.some((x) => x.tape !== null);
  if (op.define !== undefined && tracked && recordingDepth() > 1) {
    op.infer(inputs, attrs);
    const result = op.define(inputs, attrs);
    return Array.isArray(result) ? result : [result as Tensor];
  }
  if (op.view !== undefined) {
    inputs[0]!.storage.check(op.name);
    const outs = [op.view(inputs[0]!, attrs)];
    if (tracked) record(op as Op<unknown>, inputs, outs, attrs);
    return outs;
  }
  if (!inScope()) return scope(() => compute(op, inputs, attrs));
  const outs = compute(op, inputs, attrs);
  if (tracked) record(op as Op<unknown>, inputs, outs, attrs);
  return outs;
}

function refuse(op: string, x: unknown): never {
  throw new ShapeError(op, 'operands are tensors', typeof x, 'use tensor()');
}

/** Applies an op with one result. */
export function apply<A>(op: Op<A>, inputs: readonly Tensor[], attrs: A): Tensor {
  return applyAll(op, inputs, attrs)[0]!;
}

function compute<A>(op: Op<A>, inputs: readonly Tensor[], attrs: A): readonly Tensor[] {
  const on = backend();
  const inferred = op.infer(inputs, attrs);
  uploadAll(inputs, on, op.name);
  const outs = Array.isArray(inferred)
    ? (inferred as readonly Spec[]).map(({ shape, dtype }) => blank(op.name, shape, dtype))
    : [blank(op.name, (inferred as Spec).shape, (inferred as Spec).dtype)];
  op.forward!(outs, inputs, attrs, on);
  return outs;
}

/**
 * An op that computes the gradient of a fused one. It has none of its own: wherever that could be asked for, the fused op
 * is replaced by its definition.
 */
export function fused<A>(op: Omit<Op<A>, 'vjp'>): Op<A> {
  return {
    ...op,
    vjp() {
      throw new BackendError(op.name, 'a fused gradient is not differentiated', 'a gradient', 'use the definition');
    },
  };
}
