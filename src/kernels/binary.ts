/** y = op(a, b) element by element; stride 0 repeats an operand along a mode. */

import { sizeOf } from '../shape.ts';
import { defineKernel, type Kernel, type Round } from './kernel.ts';
import { eachElement, offsetOf, piecesOf } from './pieces.ts';
import { extentOf, Layout, numbers, stridesOf, unset } from './samples.ts';

/**
 * What binary computes. max and min give NaN where an operand is NaN, and -0 < 0. Comparisons give 1 or 0. The
 * gradients of activations take the activation's input x (relu) or output y (tanh, sigmoid) and the cotangent g.
 */
export const Binary = {
  add: 0,
  sub: 1,
  mul: 2,
  div: 3,
  max: 4,
  min: 5,
  less: 6,
  lessEqual: 7,
  equal: 8,
  reluGrad: 9,
  tanhGrad: 10,
  sigmoidGrad: 11,
} as const;

/** One function a code. */
export const binaryFunctions: Readonly<Record<keyof typeof Binary, (a: number, b: number, round: Round) => number>> = {
  add: (a, b, round) => round(a + b),
  sub: (a, b, round) => round(a - b),
  mul: (a, b, round) => round(a * b),
  div: (a, b, round) => round(a / b),
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
  less: (a, b) => (a < b ? 1 : 0),
  lessEqual: (a, b) => (a <= b ? 1 : 0),
  equal: (a, b) => (a === b ? 1 : 0),
  reluGrad: (x, g) => (x > 0 ? g : 0),
  tanhGrad: (y, g, round) => round(g * round(1 - round(y * y))),
  sigmoidGrad: (y, g, round) => round(g * round(y * round(1 - y))),
};

const byCode = Object.entries(Binary).map(([name]) => binaryFunctions[name as keyof typeof Binary]);

type Fields = {
  readonly op: 'int';
  readonly order: 'int';
  readonly shape: 'dims';
  readonly aStrides: 'dims';
  readonly bStrides: 'dims';
  readonly a: 'data';
  readonly b: 'data';
  readonly y: 'data';
};

const layouts = Object.values(Layout);
const shapes = [[], [0], [1], [3], [8], [17], [3, 1], [2, 9], [5, 4], [3, 2, 7], [2, 3, 2, 5]];

export const binary: Kernel<Fields> = defineKernel({
  name: 'binary',
  dtypes: ['f32', 'f64'],
  fields: {
    op: 'int',
    order: 'int',
    shape: 'dims',
    aStrides: 'dims',
    bStrides: 'dims',
    a: 'data',
    b: 'data',
    y: 'data',
  },
  tasks: (a) => piecesOf(sizeOf(a.shape)),
  flops: (a) => sizeOf(a.shape),
  reference(args, round) {
    const { a, b, y, shape, aStrides, bStrides } = args;
    const op = byCode[args.op]!;
    eachElement(args, sizeOf(shape), (i) => {
      y[i] = op(a[offsetOf(i, shape, aStrides)]!, b[offsetOf(i, shape, bStrides)]!, round);
    });
  },
  /** Code, layout of a, layout of b, shape. */
  cases: [
    ...byCode.flatMap((_, op) => layouts.map((l) => [op, Layout.dense, l, 5, 13])),
    ...layouts.flatMap((l) => shapes.map((shape) => [Binary.sub, l, Layout.dense, ...shape])),
    ...shapes.map((shape) => [Binary.div, Layout.row, Layout.column, ...shape]),
    [Binary.add, Layout.dense, Layout.dense, 32768],
    [Binary.add, Layout.dense, Layout.row, 131, 257],
    [Binary.mul, Layout.reversed, Layout.column, 131, 257],
  ],
  sample([op, aLayout, bLayout, ...shape], random) {
    const aStrides = stridesOf(aLayout!, shape);
    const bStrides = stridesOf(bLayout!, shape);
    return {
      op: op!,
      order: shape.length,
      shape,
      aStrides,
      bStrides,
      a: numbers(extentOf(shape, aStrides), random),
      b: numbers(extentOf(shape, bStrides), random),
      y: unset(sizeOf(shape)),
    };
  },
});
