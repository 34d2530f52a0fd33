/** The windows of a pooling on planes [height, width]: fields, bounds and sizes that pool and poolGrad share. */

import type { Sizes } from './kernel.ts';

/** What a window gives. An average counts the elements inside the plane only, not the padding. */
export const Pool = { max: 0, average: 1 } as const;

/** Window kh x kw, moved by sh, sw, on a plane with a border of ph, pw; ph < kh and pw < kw keep windows non-empty. */
export const windowFields = {
  code: 'int',
  planes: 'int',
  height: 'int',
  width: 'int',
  outHeight: 'int',
  outWidth: 'int',
  kh: 'int',
  kw: 'int',
  sh: 'int',
  sw: 'int',
  ph: 'int',
  pw: 'int',
} as const;

export type WindowSizes = Sizes<typeof windowFields>;

/** A window cut to its plane: rows [y0, y1), columns [x0, x1). `at` is its offset in an output plane. */
export interface Window {
  readonly at: number;
  readonly y0: number;
  readonly y1: number;
  readonly x0: number;
  readonly x1: number;
}

/** Calls `each` for the windows of one plane, row by row. */
export function eachWindow(a: WindowSizes, each: (w: Window) => void): void {
  for (let at = 0; at < a.outHeight * a.outWidth; at++) {
    const top = Math.floor(at / a.outWidth) * a.sh - a.ph;
    const left = (at % a.outWidth) * a.sw - a.pw;
    const [y0, y1] = [Math.max(top, 0), Math.min(top + a.kh, a.height)];
    const [x0, x1] = [Math.max(left, 0), Math.min(left + a.kw, a.width)];
    each({ at, y0, y1, x0, x1 });
  }
}

/** Cases: [planes, height, width, kernel, stride, padding, ceil 0 or 1, code]. */
export const windowCases: readonly (readonly number[])[] = [
  [1, 1, 1, 1, 1, 0, 0, 0],
  [2, 2, 2, 2, 2, 0, 0, 0],
  [2, 4, 18, 2, 2, 0, 0, 0],
  [3, 5, 9, 2, 2, 0, 0, 1],
  [1, 5, 7, 2, 2, 0, 1, 0],
  [3, 7, 6, 3, 2, 1, 0, 0],
  [2, 7, 6, 3, 1, 1, 0, 1],
  [2, 6, 9, 3, 2, 1, 1, 1],
  [4, 7, 7, 7, 7, 0, 0, 1],
  [40, 24, 24, 2, 2, 0, 0, 0],
  [40, 24, 24, 2, 2, 0, 0, 1],
];

/** The sizes of a case; rounding up lets the last window hang over the edge. */
export function windowsOf(size: readonly number[]): WindowSizes {
  const [planes, height, width, k, s, p, ceil, code] = size as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const out = (n: number): number => (ceil ? Math.ceil : Math.floor)((n + 2 * p - k) / s) + 1;
  const [outHeight, outWidth] = [out(height), out(width)];
  return { code, planes, height, width, outHeight, outWidth, kh: k, kw: k, sh: s, sw: s, ph: p, pw: p };
}
