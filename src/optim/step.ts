/** What fused optimizers share: walking leaves, slots of state, buffers that are reused or new. */

import { backend } from '../backend/current.ts';
import type { Operand } from '../backend/backend.ts';
import { isReal, type Real } from '../dtype.ts';
import { DtypeError, ShapeError } from '../errors.ts';
import { mul } from '../ops/binary.ts';
import { contiguous } from '../ops/contiguous.ts';
import { contract } from '../ops/einsum/einsum.ts';
import { sameShape, showShape } from '../shape.ts';
import { blank, zeros } from '../tensor/create.ts';
import { scope, uploadAll } from '../tensor/scope.ts';
import type { Storage } from '../tensor/storage.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { AxisChange, Hyper, Leaves, LeafState, OptimizerState, RankChange } from './optimizer.ts';

/** One leaf's update: operands are dense and resident; `outs` are the new leaf and its new slots. */
export interface LeafStep {
  readonly path: string;
  readonly dtype: Real;
  readonly count: number;
  /** The leaf, its gradient, its slots. */
  readonly inputs: readonly Operand[];
  readonly outs: readonly Operand[];
  /** Which update of this leaf it is, from 1. */
  readonly time: number;
}

/** What each slot of a leaf's state averages: gradients (1) or their squares (2). */
export type Slots = Readonly<Record<string, 1 | 2>>;

/** The weight decay of a leaf. */
export function decayOf(hyper: Hyper, path: string, weightDecay: number): number {
  return hyper.decays === undefined || hyper.decays(path) ? weightDecay : 0;
}

/** The learning rate of a leaf. */
export function rateOf({ learningRate, rateOf: factor }: Hyper, path: string): number {
  return factor === undefined ? learningRate : learningRate * factor(path);
}

/** The name of a leaf's state: dots separate branches of trees, and the state of a leaf is one branch. */
export function stateKey(path: string): string {
  return path.replaceAll('.', '/');
}

/** State with zeroed slots for every leaf. */
export function freshState(leaves: Leaves, slots: Slots): OptimizerState {
  return Object.fromEntries([...leaves].map(([path, leaf]) => [stateKey(path), freshLeaf(leaf, slots)]));
}

function freshLeaf(leaf: Tensor, slots: Slots): LeafState {
  return {
    count: 0,
    slots: Object.fromEntries(Object.keys(slots).map((name) => [name, zeros(leaf.shape, leaf.dtype)])),
  };
}

/**
 * Runs `run` for every leaf and gathers the new leaves and state, whose slots are named and ordered as in `kept`.
 * Throws ShapeError where a gradient does not fit.
 */
export function eachUpdate(
  op: string,
  kept: Slots,
  given: Given,
  run: (step: LeafStep) => void,
): { leaves: Leaves; state: OptimizerState } {
  return scope(() => updateAll(op, kept, given, run));
}

interface Given {
  readonly leaves: Leaves;
  readonly gradients: Leaves;
  readonly state: OptimizerState;
  readonly hyper: Hyper;
}

function updateAll(
  op: string,
  kept: Slots,
  given: Given,
  run: (step: LeafStep) => void,
): { leaves: Leaves; state: OptimizerState } {
  const { leaves, gradients, state, hyper } = given;
  const mayReuse = hyper.donate ? ownStorages(given) : () => false;
  const names = Object.keys(kept);
  const next = new Map<string, Tensor>();
  const nextState: Record<string, LeafState> = {};
  for (const [path, leaf] of leaves) {
    const gradient = gradients.get(path);
    const before = state[stateKey(path)];
    const slots = names.map((name) => before?.slots?.[name]);
    checkLeaf(op, path, leaf, gradient, slots);
    const inputs = [contiguous(leaf), contiguous(gradient!), ...(slots as Tensor[])];
    uploadAll(inputs, backend(), op);
    const reuse = (x: Tensor): Tensor => (mayReuse(x) ? x : blank(op, x.shape, x.dtype));
    const outs = [inputs[0]!, ...inputs.slice(2)].map(reuse);
    const operand = ({ storage, offset }: Tensor): Operand => storage.operand(offset);
    const time = (before?.count ?? 0) + 1;
    const size = leaf.size;
    if (size > 0) {
      const dtype = leaf.dtype as Real;
      run({ path, dtype, count: size, inputs: inputs.map(operand), outs: outs.map(operand), time });
    }
    next.set(path, new Tensor(outs[0]!.storage, leaf.shape, outs[0]!.strides, outs[0]!.offset));
    nextState[stateKey(path)] = {
      count: time,
      slots: Object.fromEntries(names.map((name, k) => [name, outs[k + 1]!])),
    };
  }
  return { leaves: next, state: nextState };
}

/**
 * Whether a tensor's storage may be overwritten: it holds nothing else, no other tensor of the update lies in it, and it is
 * not a copy of one in JavaScript memory.
 */
function ownStorages({ leaves, gradients, state }: Given): (x: Tensor) => boolean {
  const uses = new Map<Storage, number>();
  const count = ({ storage }: Tensor): unknown => uses.set(storage, (uses.get(storage) ?? 0) + 1);
  for (const x of leaves.values()) count(x);
  for (const x of gradients.values()) count(x);
  for (const { slots } of Object.values(state)) for (const x of Object.values(slots ?? {})) count(x);
  return ({ storage, size }) => storage.array === null && storage.length === size && (uses.get(storage) ?? 0) <= 1;
}

function checkLeaf(
  op: string,
  path: string,
  leaf: Tensor,
  gradient: Tensor | undefined,
  slots: readonly (Tensor | undefined)[],
): void {
  if (!isReal(leaf.dtype))
    throw new DtypeError(op, `${path} is f32 or f64`, leaf.dtype, 'do not train integer tensors');
  if (gradient === undefined || !sameShape(gradient.shape, leaf.shape)) {
    const got = gradient === undefined ? 'none' : showShape(gradient.shape);
    throw new ShapeError(
      op,
      `${path} has a gradient of shape ${showShape(leaf.shape)}`,
      got,
      'take gradients at these leaves',
    );
  }
  for (const slot of slots) {
    if (slot !== undefined && sameShape(slot.shape, leaf.shape)) continue;
    const got = slot === undefined ? 'none' : showShape(slot.shape);
    throw new ShapeError(op, `${path} has state of shape ${showShape(leaf.shape)}`, got, 'call init() or reshape()');
  }
}

/**
 * State after a change of ranks: leaves whose shape changed keep their averages, moved by the change's matrices, or start
 * anew where a matrix is not known. An average of squares moves by the squares of the matrices, which is right for
 * gradients that are independent. Were it zeroed while the first one is kept, one small gradient would make a large step.
 */
export function reshapeState(state: OptimizerState, leaves: Leaves, change: RankChange, slots: Slots): OptimizerState {
  const next: Record<string, LeafState> = {};
  for (const [path, leaf] of leaves) {
    const name = stateKey(path);
    const before = state[name];
    const axes = change.get(path) ?? [];
    if (before === undefined || axes.some(({ matrix }) => matrix === undefined)) next[name] = freshLeaf(leaf, slots);
    else if (axes.length === 0) next[name] = before;
    else {
      const moved = Object.entries(before.slots ?? {}).map(([slot, x]) => [slot, axes.reduce(along(slots[slot]!), x)]);
      next[name] = { count: before.count, slots: Object.fromEntries(moved) as Record<string, Tensor> };
    }
  }
  return next;
}

/** A step of a fold over axes: the mode product with a change's matrix, or with its elementwise square. */
function along(power: 1 | 2): (x: Tensor, change: AxisChange) => Tensor {
  return (x, { axis, matrix }) => alongAxis(x, axis, power === 1 ? matrix! : mul(matrix!, matrix!));
}

/** The mode product along `axis` with matrix [from, to]. */
function alongAxis(x: Tensor, axis: number, matrix: Tensor): Tensor {
  const labels = x.shape.map((_, k) => `m${k}`);
  const out = labels.map((label, k) => (k === axis ? 'to' : label));
  return contract(
    [
      { x, labels },
      { x: matrix, labels: [labels[axis]!, 'to'] },
    ],
    out,
  );
}
