/**
 * y = x, both strided and apart: what contiguous copies, concatenation, padding and assignment to a slice come down to.
 * The order of the modes is free; planCopy() chooses the one that is fast.
 */

import { coalesce, type Shape, sizeOf } from '../shape.ts';
import { defineKernel, type Kernel, type Sizes } from './kernel.ts';
import { offsetOf } from './pieces.ts';
import { extentOf, Layout, numbers, stridesOf, unset } from './samples.ts';

/** assembly/move/copy.ts has the same. */
const TILE = 16384;
const EDGE = 128;

type Fields = {
  readonly order: 'int';
  readonly shape: 'dims';
  readonly xStrides: 'dims';
  readonly yStrides: 'dims';
  readonly x: 'data';
  readonly y: 'data';
};

/** Modes of a copy: sizes, strides in x and in y. */
export interface CopyPlan {
  readonly shape: Shape;
  readonly xStrides: Shape;
  readonly yStrides: Shape;
}

/**
 * The same copy with the fewest modes, in the kernel's favourite order: y walked in order of memory, and next to last
 * the mode along which x is dense. `yStrides` are positive.
 */
export function planCopy(shape: Shape, xStrides: Shape, yStrides: Shape): CopyPlan {
  const modes = shape.map((_, k) => k).sort((a, b) => yStrides[b]! - yStrides[a]!);
  const pick = (list: Shape): number[] => modes.map((k) => list[k]!);
  const merged = coalesce(pick(shape), [pick(xStrides), pick(yStrides)]);
  const [x, y] = merged.strides;
  const dense = x!.indexOf(1);
  if (dense >= 0 && dense < merged.shape.length - 2) {
    for (const list of [merged.shape, x!, y!]) list.splice(-1, 0, ...list.splice(dense, 1));
  }
  return { shape: merged.shape, xStrides: x!, yStrides: y! };
}

/** Planes of the outer modes, and how the matrix of the last two is cut. */
function tiling(a: Sizes<Fields>): { planes: number; m: number; n: number; height: number; width: number } {
  const n = a.shape.at(-1) ?? 1;
  const m = a.shape.at(-2) ?? 1;
  const dense = (a.xStrides.at(-1) ?? 1) === 1 && (a.yStrides.at(-1) ?? 1) === 1;
  const width = dense ? Math.min(n, TILE) : EDGE;
  return { planes: sizeOf(a.shape.slice(0, -2)), m, n, height: dense ? Math.floor(TILE / width) : EDGE, width };
}

const { dense, reversed, gaps, row, column } = Layout;
const xLayouts = [dense, reversed, gaps, row, column];
const yLayouts = [dense, reversed, gaps];
const shapes = [[], [0], [1], [3], [17], [67], [1, 9], [4, 4], [5, 17], [16, 5], [17, 35], [2, 3, 5], [2, 2, 2, 3]];

export const copy: Kernel<Fields> = defineKernel({
  name: 'copy',
  dtypes: ['f32', 'f64', 'i32', 'u8'],
  fields: { order: 'int', shape: 'dims', xStrides: 'dims', yStrides: 'dims', x: 'data', y: 'data' },
  tasks(a) {
    if (sizeOf(a.shape) === 0) return 0;
    const { planes, m, n, height, width } = tiling(a);
    return planes * Math.ceil(m / height) * Math.ceil(n / width);
  },
  reference(a) {
    const { m, n, height, width } = tiling(a);
    const across = Math.ceil(n / width);
    const tiles = across * Math.ceil(m / height);
    const at = (plane: number, i: number, j: number, strides: Shape): number =>
      offsetOf(plane, a.shape.slice(0, -2), strides.slice(0, -2)) +
      i * (strides.at(-2) ?? 0) +
      j * (strides.at(-1) ?? 1);
    for (let t = a.begin; t < a.end; t++) {
      const plane = Math.floor(t / tiles);
      const top = Math.floor((t % tiles) / across) * height;
      const left = (t % across) * width;
      for (let i = top; i < Math.min(top + height, m); i++) {
        for (let j = left; j < Math.min(left + width, n); j++) {
          a.y[at(plane, i, j, a.yStrides)] = a.x[at(plane, i, j, a.xStrides)]!;
        }
      }
    }
  },
  /** Layouts of x and y, shape. */
  cases: [
    ...shapes.flatMap((shape) => xLayouts.flatMap((x) => yLayouts.map((y) => [x, y, ...shape]))),
    [dense, dense, 16384],
    [dense, dense, 16385],
    [dense, dense, 3, 16390],
    [row, dense, 200, 90],
    [reversed, dense, 128, 128],
    [reversed, dense, 129, 131],
    [dense, gaps, 130, 140],
    [reversed, dense, 2, 17, 19],
  ],
  sample([xLayout, yLayout, ...shape], random) {
    const xStrides = stridesOf(xLayout!, shape);
    const yStrides = stridesOf(yLayout!, shape);
    return {
      order: shape.length,
      shape,
      xStrides,
      yStrides,
      x: numbers(extentOf(shape, xStrides), random),
      y: unset(extentOf(shape, yStrides)),
    };
  },
});
