/**
 * Sums and maps of rows by whole vectors: four running vectors over blocks of 64 bytes, folded to one, then the vectors
 * that are left and a masked tail. Element i of the blocks joins lane i mod 64 bytes, a later one lane i mod 16 bytes;
 * src/kernels/lanes.ts has the same order.
 */

import { hsum, lanes, loadPart, maskOf, storePart } from './lanes';

/** Rows in a piece; src/kernels/rows.ts has the same. */
export const ROWS: i32 = 8;

/** Four running vectors to one. */
// @ts-ignore: decorator
@inline
export function fold<T>(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.add<T>(v128.add<T>(a, c), v128.add<T>(b, d));
}

/** Sum of x [n]. */
export function rowSum<T>(x: usize, n: i32): T {
  const end = x + <usize>n * sizeof<T>();
  let p = x;
  let a = i64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (; end - p >= 64; p += 64) {
    a = v128.add<T>(a, v128.load(p));
    b = v128.add<T>(b, v128.load(p, 16));
    c = v128.add<T>(c, v128.load(p, 32));
    d = v128.add<T>(d, v128.load(p, 48));
  }
  a = fold<T>(a, b, c, d);
  for (; end - p >= 16; p += 16) a = v128.add<T>(a, v128.load(p));
  if (p != end) a = v128.add<T>(a, loadPart<T>(p, <i32>((end - p) / sizeof<T>()), i64x2.splat(0)));
  return hsum<T>(a);
}

// @ts-ignore: decorator
@inline
function square<T>(x: v128, m: v128): v128 {
  const d = v128.sub<T>(x, m);
  return v128.mul<T>(d, d);
}

/** Sum of (x - mean)^2 over x [n]. */
export function rowSquares<T>(x: usize, n: i32, mean: T): T {
  const end = x + <usize>n * sizeof<T>();
  const m = v128.splat<T>(mean);
  let p = x;
  let a = i64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (; end - p >= 64; p += 64) {
    a = v128.add<T>(a, square<T>(v128.load(p), m));
    b = v128.add<T>(b, square<T>(v128.load(p, 16), m));
    c = v128.add<T>(c, square<T>(v128.load(p, 32), m));
    d = v128.add<T>(d, square<T>(v128.load(p, 48), m));
  }
  a = fold<T>(a, b, c, d);
  for (; end - p >= 16; p += 16) a = v128.add<T>(a, square<T>(v128.load(p), m));
  if (p != end) {
    const width = <i32>((end - p) / sizeof<T>());
    a = v128.add<T>(a, v128.and(square<T>(loadPart<T>(p, width, m), m), maskOf<T>(width)));
  }
  return hsum<T>(a);
}

// @ts-ignore: decorator
@inline
function affine<T>(x: v128, m: v128, s: v128, b: v128): v128 {
  return v128.add<T>(v128.mul<T>(v128.sub<T>(x, m), s), b);
}

/** y = (x - mean) scale + shift over x [n]. */
export function affineRow<T>(x: usize, y: usize, n: i32, mean: T, scale: T, shift: T): void {
  const m = v128.splat<T>(mean);
  const s = v128.splat<T>(scale);
  const b = v128.splat<T>(shift);
  const bytes = <usize>n * sizeof<T>();
  let i: usize = 0;
  for (; bytes - i >= 16; i += 16) v128.store(y + i, affine<T>(v128.load(x + i), m, s, b));
  for (; i != bytes; i += sizeof<T>()) storePart<T>(y + i, 1, affine<T>(loadPart<T>(x + i, 1, m), m, s, b));
}
