/** Reductions over some modes or all: one number for each index of the modes that are kept. */

import { realDtype } from '../dtype.ts';
import { ShapeError } from '../errors.ts';
import { Reduce, reduce } from '../kernels/reduce.ts';
import { axisOf, coalesce, type Shape, showShape, sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { div, equal, mul } from './binary.ts';
import { broadcastTo } from './broadcast.ts';
import { apply, type Op } from './op.ts';
import { reshape } from './reshape.ts';

/** One mode, several, or all of them. */
export type Axes = number | readonly number[];

interface Modes {
  /** The reduced modes, ascending. */
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** The gradient of x [..] from g and y, both with size 1 in the reduced modes; `count` elements make one of y. */
type Rule = (g: Tensor, x: Tensor, y: Tensor, count: number) => Tensor;

function reduceOp(name: keyof typeof Reduce, rule: Rule): Op<Modes> {
  return {
    name,
    infer([x], { axes, keepDims }) {
      const dtype = realDtype(name, [x!]);
      const shape = reducedShape(x!.shape, axes, keepDims);
      if (name !== 'sum' && name !== 'sumSquares' && x!.size === 0 && sizeOf(shape) > 0) {
        throw new ShapeError(name, 'there is an element to reduce', showShape(x!.shape), 'leave out sizes of 0');
      }
      return { shape, dtype };
    },
    forward([y], [x], { axes }, on) {
      const kept = x!.shape.map((_, k) => k).filter((k) => !axes.includes(k));
      const [stay, go] = [modesOf(x!, kept), modesOf(x!, axes)];
      on.run(reduce, y!.dtype, {
        op: Reduce[name],
        keptOrder: stay.shape.length,
        kept: stay.shape,
        keptStrides: stay.strides[0]!,
        reducedOrder: go.shape.length,
        reduced: go.shape,
        reducedStrides: go.strides[0]!,
        x: x!.operand(),
        y: y!.operand(),
      });
    },
    vjp([g], { inputs, outs, attrs }) {
      const x = inputs[0]!;
      const shape = reducedShape(x.shape, attrs.axes, true);
      return [rule(reshape(g!, shape), x, reshape(outs[0]!, shape), countOf(x, attrs.axes))];
    },
  };
}

function modesOf(x: Tensor, axes: readonly number[]): { shape: Shape; strides: readonly Shape[] } {
  return coalesce(
    axes.map((k) => x.shape[k]!),
    [axes.map((k) => x.strides[k]!)],
  );
}

function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): number[] {
  if (keepDims) return shape.map((n, k) => (axes.includes(k) ? 1 : n));
  return shape.filter((_, k) => !axes.includes(k));
}

function countOf(x: Tensor, axes: readonly number[]): number {
  return sizeOf(axes.map((k) => x.shape[k]!));
}

/** Ascending and without repetition. */
function listed(op: string, x: Tensor, axes: Axes | undefined): number[] {
  if (axes === undefined) return x.shape.map((_, k) => k);
  const found = (typeof axes === 'number' ? [axes] : axes).map((axis) => axisOf(op, axis, x.order));
  if (new Set(found).size !== found.length) {
    throw new ShapeError(op, 'each axis is named once', showShape(found), 'remove the repeated one');
  }
  return found.sort((a, b) => a - b);
}

/** The extrema share the gradient equally. */
const shared: Rule = (g, x, y) => {
  const winners = equal(x, y);
  const axes = x.shape.flatMap((_, k) => (y.shape[k] === x.shape[k] ? [] : [k]));
  return mul(winners, div(g, sum(winners, axes, true)));
};

const sumOp = reduceOp('sum', (g, x) => broadcastTo(g, x.shape));
const meanOp = reduceOp('mean', (g, x, _, count) => broadcastTo(div(g, count), x.shape));
const maxOp = reduceOp('max', shared);
const minOp = reduceOp('min', shared);
const sumSquaresOp = reduceOp('sumSquares', (g, x) => mul(mul(x, 2), g));

/** Sum over modes, all of them unless named; with `keepDims` reduced modes stay with size 1. So do all of these. */
export function sum(x: Tensor, axes?: Axes, keepDims = false): Tensor {
  return apply(sumOp, [x], { axes: listed('sum', x, axes), keepDims });
}

/** Arithmetic mean. Throws ShapeError where there is nothing to average. */
export function mean(x: Tensor, axes?: Axes, keepDims = false): Tensor {
  return apply(meanOp, [x], { axes: listed('mean', x, axes), keepDims });
}

/** Greatest element, NaN where one is NaN. Equal maxima share the gradient. Throws ShapeError for no elements. */
export function max(x: Tensor, axes?: Axes, keepDims = false): Tensor {
  return apply(maxOp, [x], { axes: listed('max', x, axes), keepDims });
}

/** Least element, NaN where one is NaN. Equal minima share the gradient. Throws ShapeError for no elements. */
export function min(x: Tensor, axes?: Axes, keepDims = false): Tensor {
  return apply(minOp, [x], { axes: listed('min', x, axes), keepDims });
}

/** Sum of squares. */
export function sumSquares(x: Tensor, axes?: Axes, keepDims = false): Tensor {
  return apply(sumSquaresOp, [x], { axes: listed('sumSquares', x, axes), keepDims });
}
