/** From a number to an element: reals round, integers truncate towards zero and saturate, NaN becomes 0. */

import type { DataArray } from '../dtype.ts';

/** The conversion into the elements of `to`; storing its result is exact, but for the rounding of f32. */
export function converterTo(to: DataArray): (x: number) => number {
  if (to instanceof Int32Array) return (x) => clamp(x, -2147483648, 2147483647);
  if (to instanceof Uint8Array) return (x) => clamp(x, 0, 255);
  return (x) => x;
}

function clamp(x: number, low: number, high: number): number {
  return Number.isNaN(x) ? 0 : Math.trunc(Math.min(Math.max(x, low), high));
}
