/**
 * The contraction of two tensors by labels: the one primitive under einsum, matmul, convolution and every factorised
 * layer. Its gradients are contractions of two tensors again, with the labels in other roles.
 */

import type { Backend } from '../../backend/backend.ts';
import { realDtype } from '../../dtype.ts';
import { Binary, binary } from '../../kernels/binary.ts';
import { coalesce, isRowMajor, type Shape } from '../../shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { apply, type Op } from '../op.ts';
import { type Lowered, lower, type Mode, modesOf, runLowered } from './lower.ts';

/**
 * Which labels meet. A label that only one operand has and the result lacks, and one that only the result has, must be
 * of size 1: sums over one operand alone are taken before.
 */
export interface Pairing {
  readonly a: readonly string[];
  readonly b: readonly string[];
  readonly c: readonly string[];
  /** Operand and axis that give each mode of the result its size; null for a mode of size 1. */
  readonly sources: readonly (readonly [operand: number, axis: number] | null)[];
  /** Ways to run for shapes and strides met lately. */
  readonly known: Known[];
}

interface Known {
  readonly shapes: readonly Shape[];
  readonly strides: readonly Shape[];
  readonly accumulate: boolean;
  readonly run: Run;
}

type Run = (out: Tensor, a: Tensor, b: Tensor, on: Backend) => void;

/** Shapes remembered per pairing: those of all layers of a network; a change of ranks starts new ones. */
const KNOWN = 64;
/** Pairings remembered: labels that are made anew for every call would fill memory. */
const PAIRINGS = 1024;
const pairings = new Map<string, Pairing>();

/** The pairing of labels, with what is remembered of it. */
export function pairing(a: readonly string[], b: readonly string[], c: readonly string[]): Pairing {
  const key = `${a.join('\0')}\n${b.join('\0')}\n${c.join('\0')}`;
  let known = pairings.get(key);
  if (known === undefined) {
    const sources = c.map((label): readonly [number, number] | null => {
      if (a.includes(label)) return [0, a.indexOf(label)];
      return b.includes(label) ? [1, b.indexOf(label)] : null;
    });
    if (pairings.size === PAIRINGS) pairings.delete(pairings.keys().next().value!);
    pairings.set(key, (known = { a, b, c, sources, known: [] }));
  }
  return known;
}

/** Contracts two tensors whose labels have equal sizes in both. */
export function pair(a: Tensor, b: Tensor, labels: Pairing): Tensor {
  return apply(pairOp, [a, b], labels);
}

const pairOp: Op<Pairing> = {
  name: 'contract',
  infer: (inputs, { sources }) => ({
    shape: sources.map((source) => (source === null ? 1 : inputs[source[0]].shape[source[1]])),
    dtype: realDtype('contract', inputs),
  }),
  forward: ([out], [a, b], labels, on) => pairInto(out, a, b, labels, on),
  vjp: ([g], { inputs: [a, b], attrs, needs }) => [
    needs[0] ? pair(g!, b, pairing(attrs.c, attrs.b, attrs.a)) : null,
    needs[1] ? pair(a, g!, pairing(attrs.a, attrs.c, attrs.b)) : null,
  ],
};

/** Writes the contraction of resident `a` and `b` to `out`, of any strides, or adds it there. */
export function pairInto(out: Tensor, a: Tensor, b: Tensor, labels: Pairing, on: Backend, accumulate = false): void {
  if (out.size === 0) return;
  const { known } = labels;
  for (const { shapes, strides, accumulate: adds, run } of known) {
    if (
      same(shapes[0], a.shape) &&
      same(strides[0], a.strides) &&
      same(shapes[1], b.shape) &&
      same(strides[1], b.strides) &&
      same(strides[2], out.strides) &&
      adds === accumulate
    ) {
      run(out, a, b, on);
      return;
    }
  }
  const modes = modesOf(labels, a, b, out);
  const run = (accumulate ? null : asProduct(modes, out)) ?? asContraction(lower(modes), accumulate);
  if (known.length === KNOWN) known.shift();
  known.push({ shapes: [a.shape, b.shape], strides: [a.strides, b.strides, out.strides], accumulate, run });
  run(out, a, b, on);
}

function same(a: Shape, b: Shape): boolean {
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return false;
  return true;
}

function asContraction(lowered: Lowered, accumulate: boolean): Run {
  return (out, a, b, on) => runLowered(lowered, on, out, a, b, accumulate);
}

/** Shorter rows are quicker as outer products by the contraction kernel. */
const ROW = 32;

/** Where nothing is summed and rows are long, or both operands run along them, the elementwise kernel is quicker. */
function asProduct(modes: readonly Mode[], out: Tensor): Run | null {
  const summed = modes.some(({ size, inC }) => !inC && size !== 1);
  if (summed || !isRowMajor(out.shape, out.strides)) return null;
  const kept = modes.filter(({ inC }) => inC);
  const sizes = kept.map(({ size }) => size);
  const { shape, strides } = coalesce(sizes, [kept.map(({ a }) => a), kept.map(({ b }) => b)]);
  const steps = strides.map((list) => list.at(-1) ?? 1);
  const outer = steps.includes(0);
  if (outer && (!steps.includes(1) || shape[shape.length - 1] < ROW)) return null;
  // The kernel is quickest where its first operand is dense along rows.
  const [first, second] = steps[0] === 1 ? [0, 1] : [1, 0];
  const [aStrides, bStrides] = [strides[first], strides[second]];
  return (out, a, b, on) => {
    const operands = [a.storage.operand(a.offset), b.storage.operand(b.offset)];
    on.run(binary, out.dtype, {
      op: Binary.mul,
      order: shape.length,
      shape,
      aStrides,
      bStrides,
      a: operands[first],
      b: operands[second],
      y: out.storage.operand(out.offset),
    });
  };
}
