/**
 * y = op of x over the reduced modes, one number for each index of the kept modes; y dense. The reduced elements,
 * counted row-major, are cut in blocks; in a block element r joins lane r mod 16, the lanes are folded in halves, and
 * blocks are joined in order: the error of a sum of n grows like n / 1024, and the bits depend on sizes alone.
 */

import { sizeOf } from '../shape.ts';
import { defineKernel, type Kernel, type Round } from './kernel.ts';
import { offsetOf } from './pieces.ts';
import { extentOf, numbers, unset } from './samples.ts';

/** What reduce computes. max and min give NaN where an element is NaN. Of no elements: 0, NaN, -Inf, Inf, 0. */
export const Reduce = { sum: 0, mean: 1, max: 2, min: 3, sumSquares: 4 } as const;

/** assembly/map/fold.ts and assembly/map/reduce.ts have the same. */
const LANES = 16;
const BLOCK = 1024;
const OUTPUTS = 64;

type Fields = {
  readonly op: 'int';
  readonly keptOrder: 'int';
  readonly kept: 'dims';
  readonly keptStrides: 'dims';
  readonly reducedOrder: 'int';
  readonly reduced: 'dims';
  readonly reducedStrides: 'dims';
  readonly x: 'data';
  readonly y: 'data';
};

type Join = (a: number, b: number) => number;

function joinOf(op: number, round: Round): Join {
  if (op === Reduce.max) return Math.max;
  if (op === Reduce.min) return Math.min;
  return (a, b) => round(a + b);
}

function identityOf(op: number): number {
  if (op === Reduce.max) return -Infinity;
  return op === Reduce.min ? Infinity : 0;
}

/** The result of elements [from, to), at most BLOCK. */
function foldBlock(element: (r: number) => number, from: number, to: number, join: Join, identity: number): number {
  const lanes = new Array<number>(LANES).fill(identity);
  for (let r = from; r < to; r++) lanes[r % LANES] = join(lanes[r % LANES]!, element(r));
  for (let half = LANES / 2; half >= 1; half /= 2) {
    for (let l = 0; l < half; l++) lanes[l] = join(lanes[l]!, lanes[l + half]!);
  }
  return lanes[0]!;
}

/** Kept and reduced modes of a sample: the modes of a dense tensor, in turn or in the order given by `which`. */
function split(
  which: number,
  shape: readonly number[],
): Pick<Views, 'kept' | 'keptStrides' | 'reduced' | 'reducedStrides'> {
  const kept: number[] = [];
  const keptStrides: number[] = [];
  const reduced: number[] = [];
  const reducedStrides: number[] = [];
  let step = 1;
  for (let k = shape.length - 1; k >= 0; k--) {
    const reduce = ((which >> k) & 1) === 1;
    (reduce ? reduced : kept).unshift(shape[k]!);
    (reduce ? reducedStrides : keptStrides).unshift(step);
    step *= shape[k]!;
  }
  return { kept, keptStrides, reduced, reducedStrides };
}

type Views = Parameters<Kernel<Fields>['reference']>[0];

export const reduce: Kernel<Fields> = defineKernel({
  name: 'reduce',
  dtypes: ['f32', 'f64'],
  fields: {
    op: 'int',
    keptOrder: 'int',
    kept: 'dims',
    keptStrides: 'dims',
    reducedOrder: 'int',
    reduced: 'dims',
    reducedStrides: 'dims',
    x: 'data',
    y: 'data',
  },
  tasks: (a) => Math.ceil(sizeOf(a.kept) / OUTPUTS),
  scratch: (_, elementBytes) => 2048 * elementBytes,
  flops: (a) => sizeOf(a.kept) * sizeOf(a.reduced),
  reference(a, round) {
    const join = joinOf(a.op, round);
    const count = sizeOf(a.reduced);
    const end = Math.min(a.end * OUTPUTS, sizeOf(a.kept));
    for (let i = a.begin * OUTPUTS; i < end; i++) {
      const start = offsetOf(i, a.kept, a.keptStrides);
      const element = (r: number): number => {
        const x = a.x[start + offsetOf(r, a.reduced, a.reducedStrides)]!;
        return a.op === Reduce.sumSquares ? round(x * x) : x;
      };
      let result = identityOf(a.op);
      for (let r = 0; r < count; r += BLOCK) {
        const block = foldBlock(element, r, Math.min(r + BLOCK, count), join, identityOf(a.op));
        result = join(result, block);
      }
      a.y[i] = a.op === Reduce.mean ? round(result / round(count)) : result;
    }
  },
  /** Code, modes to reduce as bits (1: the first mode), gap between elements, shape. */
  cases: [
    ...[0, 1, 3, 15, 16, 17, 33, 1023, 1024, 1025, 2100].flatMap((n) =>
      Object.values(Reduce).map((op) => [op, 1, 1, n]),
    ),
    ...[0, 1, 2, 3].flatMap((which) => [
      [Reduce.sum, which, 1, 5, 7],
      [Reduce.sumSquares, which, 1, 17, 33],
      [Reduce.mean, which, 2, 18, 131],
      [Reduce.max, which, 1, 131, 18],
      [Reduce.min, which, 1, 0, 3],
      [Reduce.mean, which, 1, 3, 0],
      [Reduce.sum, which, 1, 1030, 5],
      [Reduce.max, which, 1, 3, 1040],
    ]),
    ...[0, 1, 2, 3, 4, 5, 6, 7].map((which) => [Reduce.sum, which, 1, 5, 6, 67]),
    [Reduce.sumSquares, 5, 1, 40, 3, 50],
    [Reduce.max, 5, 3, 4, 5, 6],
    [Reduce.mean, 10, 1, 3, 4, 5, 6],
    [Reduce.sum, 5, 1, 3, 4, 5, 6],
  ],
  sample([op, which, gap, ...shape], random) {
    const modes = split(which!, shape);
    const keptStrides = modes.keptStrides.map((s) => s * gap!);
    const reducedStrides = modes.reducedStrides.map((s) => s * gap!);
    const dense =
      sizeOf(shape) === 0 ? 0 : extentOf([...modes.kept, ...modes.reduced], [...keptStrides, ...reducedStrides]);
    return {
      ...modes,
      op: op!,
      keptOrder: modes.kept.length,
      keptStrides,
      reducedOrder: modes.reduced.length,
      reducedStrides,
      x: numbers(dense, random),
      y: unset(sizeOf(modes.kept)),
    };
  },
});
