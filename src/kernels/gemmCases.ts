/** Cases of the contraction kernel: sizes around its tiles and blocks, in every layout that it treats apart. */

import type { gemmFields } from './gemm.ts';
import type { Random, Sample } from './kernel.ts';
import { numbers, unset } from './samples.ts';

/** How a sample lays its operands out. Tables keep runs of neighbours and shuffle these. */
export const GemmMode = {
  rowMajor: 0,
  /** A is stored as [k, m]. */
  firstTransposed: 1,
  /** B is stored as [n, k]. */
  secondTransposed: 2,
  /** All three are stored transposed. */
  columnMajor: 3,
  /** Every stride is twice the dense one. */
  gaps: 4,
  /** Tables for m and n. */
  outerTables: 5,
  /** Tables for k. */
  innerTables: 6,
  /** Tables for all nine axes. */
  allTables: 7,
  /** A is the same in each batch element; m of A and n of B run backwards. */
  backwards: 8,
  /** B: windows of three rows that overlap, as in a convolution. */
  windows: 9,
  /** B: the same windows, summed over their positions, as in the gradient of the weights. */
  positions: 10,
} as const;

interface Axis {
  readonly stride: number;
  readonly table: Int32Array | null;
}

const strided = (stride: number): Axis => ({ stride, table: null });

/** Offsets i * stride in shuffled runs of up to nine neighbours. */
function shuffled(stride: number, count: number, random: Random): Axis {
  const runs: number[][] = [];
  for (let i = 0; i < count; ) {
    const length = Math.min(count - i, 1 + Math.floor((random() + 1) * 4.5));
    runs.push(Array.from({ length }, (_, k) => (i + k) * stride));
    i += length;
  }
  for (let i = runs.length - 1; i > 0; i--) {
    const j = Math.floor(((random() + 1) / 2) * (i + 1));
    [runs[i], runs[j]] = [runs[j]!, runs[i]!];
  }
  return { stride: 0, table: Int32Array.from(runs.flat()) };
}

const listed = (count: number, offset: (i: number) => number): Axis => ({
  stride: 0,
  table: Int32Array.from({ length: count }, (_, i) => offset(i)),
});

/** Elements an operand must hold; every axis starts at or above 0 in sum. */
function extent(axes: readonly (readonly [Axis, number])[]): number {
  let last = 1;
  for (const [{ stride, table }, count] of axes) {
    if (count === 0) return 0;
    last += table ? table.reduce((a, b) => Math.max(a, b), 0) : Math.max(0, stride * (count - 1));
  }
  return last;
}

type Axes = Readonly<Record<'am' | 'ak' | 'ab' | 'bk' | 'bn' | 'bb' | 'cm' | 'cn' | 'cb', Axis>>;

/** Dense strides; `order` says which operands are stored transposed. */
function dense(m: number, n: number, k: number, order: { a?: boolean; b?: boolean; c?: boolean }, gap: number): Axes {
  const matrix = (rows: number, columns: number, flip = false): readonly [Axis, Axis, Axis] => [
    strided(flip ? gap : gap * columns),
    strided(flip ? gap * rows : gap),
    strided(gap * rows * columns),
  ];
  const [am, ak, ab] = matrix(m, k, order.a);
  const [bk, bn, bb] = matrix(k, n, order.b);
  const [cm, cn, cb] = matrix(m, n, order.c);
  return { am, ak, ab, bk, bn, bb, cm, cn, cb };
}

/** Windows over an image 24 wide: three neighbours in each of several rows. */
const taps = (i: number): number => Math.floor(i / 3) * 24 + (i % 3);
const places = (i: number): number => Math.floor(i / 22) * 24 + (i % 22);

function axesOf([batch, m, n, k, , mode]: readonly number[], random: Random): Axes {
  const [b, rows, columns, steps] = [batch!, m!, n!, k!];
  const order = { a: mode === 1 || mode === 3, b: mode === 2 || mode === 3, c: mode === 3 };
  const plain = dense(rows, columns, steps, order, mode === GemmMode.gaps ? 2 : 1);
  const mix = (axis: Axis, count: number): Axis => shuffled(axis.stride, count, random);
  const outer = {
    ...{ am: mix(plain.am, rows), bn: mix(plain.bn, columns) },
    ...{ cm: mix(plain.cm, rows), cn: mix(plain.cn, columns) },
  };
  const inner = { ak: mix(plain.ak, steps), bk: mix(plain.bk, steps) };
  switch (mode) {
    case GemmMode.outerTables:
      return { ...plain, ...outer };
    case GemmMode.innerTables:
      return { ...plain, ...inner };
    case GemmMode.allTables:
      return { ...plain, ...outer, ...inner, ab: mix(plain.ab, b), bb: mix(plain.bb, b), cb: mix(plain.cb, b) };
    case GemmMode.backwards: {
      const ak = listed(steps, (p) => p * rows + rows - 1);
      const bk = listed(steps, (p) => p * columns + columns - 1);
      return { ...plain, ab: strided(0), am: strided(-1), ak, bn: strided(-1), bk };
    }
    case GemmMode.windows:
      return { ...plain, bb: strided(1), bk: listed(steps, taps), bn: listed(columns, places) };
    case GemmMode.positions:
      return {
        ...plain,
        ak: listed(steps, places),
        bb: strided(1),
        bk: listed(steps, places),
        bn: listed(columns, taps),
      };
    default:
      return plain;
  }
}

/** [batch, m, n, k, accumulate, mode] */
export function gemmSample(size: readonly number[], random: Random): Sample<typeof gemmFields> {
  const [batch, m, n, k, accumulate] = size as [number, number, number, number, number];
  const x = axesOf(size, random);
  if (size[5] === GemmMode.positions) Object.assign(x, { am: strided(24 * Math.ceil(k / 22)) });
  const a = extent([
    [x.am, m],
    [x.ak, k],
    [x.ab, batch],
  ]);
  const b = extent([
    [x.bk, k],
    [x.bn, n],
    [x.bb, batch],
  ]);
  const c = extent([
    [x.cm, m],
    [x.cn, n],
    [x.cb, batch],
  ]);
  return {
    ...{ batch, m, n, k, accumulate },
    ...{ A: numbers(a, random), B: numbers(b, random), C: accumulate ? numbers(c, random) : unset(c) },
    ...{ am: x.am.stride, ak: x.ak.stride, ab: x.ab.stride, bk: x.bk.stride, bn: x.bn.stride, bb: x.bb.stride },
    ...{ cm: x.cm.stride, cn: x.cn.stride, cb: x.cb.stride },
    ...{ amt: x.am.table, akt: x.ak.table, abt: x.ab.table, bkt: x.bk.table, bnt: x.bn.table, bbt: x.bb.table },
    ...{ cmt: x.cm.table, cnt: x.cn.table, cbt: x.cb.table },
  };
}

const parse = (text: string): number[][] => text.split(' ').map((size) => size.split('x').map(Number));

/** m, n, k: less than a vector, around a tile of 6 x 8 or 6 x 4, around a block of 256 steps, past what is read in place. */
const sizes = parse(
  '1x1x1 2x3x4 3x2x9 3x5x7 5x6x2 6x8x9 7x9x8 8x3x6 9x16x5 16x17x3 17x7x16 33x33x33 1x33x17 33x1x16 1x70x258 2x17x300 ' +
    '3x70x31 6x8x255 7x5x256 5x9x257 9x10x513 40x70x20 100x9x20 7x1030x3 9x130x20',
);

/** m, n, k, mode: B is packed for many rows, or because it is large. */
const packed = parse(
  '81x33x256x0 81x33x256x5 33x81x256x3 81x34x257x9 17x70x257x0 70x17x257x1 17x71x257x2 17x70x257x7 3x1080x257x9',
);

/** [batch, m, n, k, accumulate, mode]: empty ones, every mode at every size, and five with several pieces. */
export const gemmCases: readonly (readonly number[])[] = [
  [0, 3, 3, 3, 0, 0],
  [2, 0, 5, 4, 0, 0],
  [2, 5, 0, 4, 1, 0],
  [2, 5, 9, 0, 0, 0],
  [2, 5, 9, 0, 1, 7],
  [1, 9, 5, 0, 0, 7],
  ...Object.values(GemmMode).flatMap((mode) =>
    sizes.map(([m, n, k], i) => [m! * n! * k! < 3000 && i % 2 ? 3 : 1, m!, n!, k!, (i + mode) % 2, mode]),
  ),
  ...packed.map(([m, n, k, mode], i) => [1, m!, n!, k!, i % 2, mode!]),
  [5, 70, 79, 40, 0, 0],
  [1, 130, 60, 136, 1, 7],
  [1, 60, 130, 136, 0, 0],
  [2, 91, 96, 95, 1, 3],
  [2, 96, 32, 256, 1, 0],
];
