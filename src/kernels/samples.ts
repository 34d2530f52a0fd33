/** Numbers and layouts for the samples of kernel contracts. */

import { rowMajor, type Shape, sizeOf } from '../shape.ts';
import type { Random } from './kernel.ts';

const specials = [0, -0, NaN, Infinity, -Infinity, 1e-310, -1e-40, 1, -1, 3e38];

/** Uniform in [-4, 4), every eighth special where n is small: laws look at small cases, benchmarks at large ones. */
export function numbers(n: number, random: Random): Float64Array {
  const some = Math.abs(random());
  return Float64Array.from({ length: n }, (_, k) => {
    const x = 4 * random();
    return n <= 300 && some < 0.5 && Math.abs(x) < 0.5 ? specials[k % specials.length]! : x;
  });
}

/** Whole numbers in [low, high]. */
export function integers(n: number, low: number, high: number, random: Random): Int32Array {
  return Int32Array.from({ length: n }, () => low + Math.floor(((random() + 1) / 2) * (high - low + 1)));
}

/** An output before the call: what the kernel must overwrite and never read. */
export function unset(n: number): Float64Array {
  return new Float64Array(n).fill(NaN);
}

/** Ways to lay out an operand of a shape. */
export const Layout = { dense: 0, reversed: 1, gaps: 2, scalar: 3, row: 4, column: 5 } as const;

/** Strides of `shape` in a layout: dense; reversed modes (a transpose); every other element; broadcast over all, all but the last, the last mode. */
export function stridesOf(layout: number, shape: Shape): number[] {
  const dense = rowMajor(shape);
  if (layout === Layout.reversed) return rowMajor([...shape].reverse()).reverse();
  if (layout === Layout.gaps) return dense.map((s) => 2 * s);
  if (layout === Layout.scalar) return shape.map(() => 0);
  if (layout === Layout.row) return shape.map((_, k) => (k === shape.length - 1 ? 1 : 0));
  if (layout === Layout.column) {
    const rows = rowMajor(shape.slice(0, -1));
    return shape.map((_, k) => rows[k] ?? 0);
  }
  return dense;
}

/** Elements an operand must hold to be walked by these strides. */
export function extentOf(shape: Shape, strides: Shape): number {
  if (sizeOf(shape) === 0) return 0;
  return shape.reduce((last, n, k) => last + (n - 1) * strides[k]!, 1);
}
