/** y = c != 0 ? a : b element by element; stride 0 repeats an operand along a mode. NaN counts as not 0. */

import { sizeOf } from '../shape.ts';
import { defineKernel, type Kernel } from './kernel.ts';
import { eachElement, offsetOf, piecesOf } from './pieces.ts';
import { extentOf, Layout, numbers, stridesOf, unset } from './samples.ts';

type Fields = {
  readonly order: 'int';
  readonly shape: 'dims';
  readonly cStrides: 'dims';
  readonly aStrides: 'dims';
  readonly bStrides: 'dims';
  readonly c: 'data';
  readonly a: 'data';
  readonly b: 'data';
  readonly y: 'data';
};

const { dense, reversed, gaps, scalar, row, column } = Layout;
const layouts = [
  [dense, dense, dense],
  [reversed, dense, scalar],
  [dense, scalar, gaps],
  [row, column, dense],
];
const shapes = [[], [0], [1], [3], [4], [9], [2, 9], [5, 4], [3, 2, 7], [2, 3, 2, 5]];

export const select: Kernel<Fields> = defineKernel({
  name: 'select',
  dtypes: ['f32', 'f64'],
  fields: {
    order: 'int',
    shape: 'dims',
    cStrides: 'dims',
    aStrides: 'dims',
    bStrides: 'dims',
    c: 'data',
    a: 'data',
    b: 'data',
    y: 'data',
  },
  tasks: (a) => piecesOf(sizeOf(a.shape)),
  reference(args) {
    const { a, b, c, y, shape } = args;
    eachElement(args, sizeOf(shape), (i) => {
      const chosen = c[offsetOf(i, shape, args.cStrides)] !== 0;
      y[i] = chosen ? a[offsetOf(i, shape, args.aStrides)]! : b[offsetOf(i, shape, args.bStrides)]!;
    });
  },
  /** Layouts of c, a and b, shape. */
  cases: [
    ...layouts.flatMap((l) => shapes.map((shape) => [...l, ...shape])),
    [dense, dense, dense, 32768],
    [column, dense, row, 131, 257],
  ],
  sample([cLayout, aLayout, bLayout, ...shape], random) {
    const cStrides = stridesOf(cLayout!, shape);
    const aStrides = stridesOf(aLayout!, shape);
    const bStrides = stridesOf(bLayout!, shape);
    return {
      order: shape.length,
      shape,
      cStrides,
      aStrides,
      bStrides,
      c: numbers(extentOf(shape, cStrides), random).map((x) => (Math.abs(x) > 2 ? 0 : x)),
      a: numbers(extentOf(shape, aStrides), random),
      b: numbers(extentOf(shape, bStrides), random),
      y: unset(sizeOf(shape)),
    };
  },
});
