/** y = op(x) element by element. */

import { cos, cosf, erf, erff, exp, expf, log, logf, sigmoid, sigmoidf, sin, sinf, tanh, tanhf } from '../math.ts';
import { sizeOf } from '../shape.ts';
import { defineKernel, type Kernel, type Round } from './kernel.ts';
import { eachElement, offsetOf, piecesOf } from './pieces.ts';
import { extentOf, Layout, numbers, stridesOf, unset } from './samples.ts';

/**
 * What unary computes. rsqrt is 1 / sqrt(x); gelu is x (1 + erf(x / sqrt 2)) / 2 and geluGrad its derivative; relu is
 * x < 0 ? 0 : x and so keeps NaN; step, its derivative, is x > 0 ? 1 : 0.
 */
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
  exp: 11,
  log: 12,
  tanh: 13,
  erf: 14,
  sin: 15,
  cos: 16,
  sigmoid: 17,
  gelu: 18,
  geluGrad: 19,
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
  exp: (x, round) => (round === Math.fround ? expf(x) : exp(x)),
  log: (x, round) => (round === Math.fround ? logf(x) : log(x)),
  tanh: (x, round) => (round === Math.fround ? tanhf(x) : tanh(x)),
  erf: (x, round) => (round === Math.fround ? erff(x) : erf(x)),
  sin: (x, round) => (round === Math.fround ? sinf(x) : sin(x)),
  cos: (x, round) => (round === Math.fround ? cosf(x) : cos(x)),
  sigmoid: (x, round) => (round === Math.fround ? sigmoidf(x) : sigmoid(x)),
  gelu: (x, round) => round(x * normal(x, round)),
  geluGrad: (x, round) => round(normal(x, round) + round(x * density(x, round))),
};

/** The normal distribution (1 + erf(x / sqrt 2)) / 2. */
function normal(x: number, round: Round): number {
  const z = round(x * round(Math.SQRT1_2));
  return round(0.5 * round(1 + unaryFunctions.erf(z, round)));
}

/** Its density e^(-x^2 / 2) / sqrt(2 pi). */
function density(x: number, round: Round): number {
  return round(round(0.3989422804014327) * unaryFunctions.exp(round(-0.5 * round(x * x)), round));
}

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
    [Unary.relu, Layout.dense, 32768],
    [Unary.step, Layout.reversed, 131, 257],
  ],
  sample([op, layout, ...shape], random) {
    const strides = stridesOf(layout!, shape);
    const x = numbers(extentOf(shape, strides), random);
    return { op: op!, order: shape.length, shape, strides, x, y: unset(sizeOf(shape)) };
  },
});
