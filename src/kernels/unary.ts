/** y = op(x) element by element. */

import { sizeOf } from '../shape.ts';
import { defineKernel, type Kernel, type Round } from './kernel.ts';
import { eachElement, offsetOf, piecesOf } from './pieces.ts';
import { extentOf, Layout, numbers, stridesOf, unset } from './samples.ts';

/** What unary computes. relu is x < 0 ? 0 : x and so keeps NaN; step is x > 0 ? 1 : 0, its derivative. */
export const Unary = {
  copy: 0,
  neg: 1,
  abs: 2,
  sign: 3,
  floor: 4,
  sqrt: 5,
  rsqrt: 6,
  reciprocal: 7,
  square: 8,
  relu: 9,
  step: 10,
} as const;

/** One function a code. */
export const unaryFunctions: Readonly<Record<keyof typeof Unary, (x: number, round: Round) => number>> = {
  copy: (x) => x,
  neg: (x) => -x,
  abs: (x) => Math.abs(x),
  sign: (x) => Math.sign(x),
  floor: (x) => Math.floor(x),
  sqrt: (x, round) => round(Math.sqrt(x)),
  rsqrt: (x, round) => round(1 / round(Math.sqrt(x))),
  reciprocal: (x, round) => round(1 / x),
  square: (x, round) => round(x * x),
  // Not Math.max: it turns -0 into 0, and the compiled pmax keeps it.
  relu: (x) => (x < 0 ? 0 : x),
  step: (x) => (x > 0 ? 1 : 0),
};

const byCode = Object.entries(Unary).map(([name]) => unaryFunctions[name as keyof typeof Unary]);

type Fields = {
  readonly op: 'int';
  readonly order: 'int';
  readonly shape: 'dims';
  readonly strides: 'dims';
  readonly x: 'data';
  readonly y: 'data';
};

const shapes = [[], [0], [1], [3], [4], [5], [8], [17], [3, 1], [2, 9], [5, 4], [3, 2, 7], [2, 3, 2, 5]];

export const unary: Kernel<Fields> = defineKernel({
  name: 'unary',
  dtypes: ['f32', 'f64'],
  fields: { op: 'int', order: 'int', shape: 'dims', strides: 'dims', x: 'data', y: 'data' },
  tasks: (a) => piecesOf(sizeOf(a.shape)),
  flops: (a) => sizeOf(a.shape),
  reference(a, round) {
    const op = byCode[a.op]!;
    eachElement(a, sizeOf(a.shape), (i) => {
      a.y[i] = op(a.x[offsetOf(i, a.shape, a.strides)]!, round);
    });
  },
  /** Code, layout, shape. */
  cases: [
    ...byCode.map((_, op) => [op, Layout.dense, 67]),
    ...byCode.map((_, op) => [op, Layout.gaps, 67]),
    ...shapes.flatMap((shape) => [Layout.dense, Layout.reversed, Layout.row].map((l) => [Unary.square, l, ...shape])),
    [Unary.neg, Layout.dense, 16383],
    [Unary.relu, Layout.dense, 16385],
    [Unary.step, Layout.reversed, 131, 257],
  ],
  sample([op, layout, ...shape], random) {
    const strides = stridesOf(layout!, shape);
    const x = numbers(extentOf(shape, strides), random);
    return { op: op!, order: shape.length, shape, strides, x, y: unset(sizeOf(shape)) };
  },
});
