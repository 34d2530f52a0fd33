/**
 * Rows of numbers by whole vectors: four running vectors over blocks of 64 bytes, folded to one, then the vectors that
 * are left and a masked tail. Element i of the blocks joins lane i mod 64 bytes, a later one lane i mod 16 bytes;
 * src/kernels/lanes.ts has the same order.
 */

/** Elements in a vector. */
// @ts-ignore: decorator
@inline
export function lanes<T>(): i32 {
  return <i32>(16 / sizeof<T>());
}

/** The first `width` elements at p, 1 <= width <= lanes; other lanes keep `fill`. */
// @ts-ignore: decorator
@inline
export function loadPart<T>(p: usize, width: i32, fill: v128): v128 {
  if (width == lanes<T>()) return v128.load(p);
  if (sizeof<T>() == 8) return v128.load64_lane(p, fill, 0);
  if (width == 1) return v128.load32_lane(p, fill, 0);
  const low = v128.load64_lane(p, fill, 0);
  return width == 2 ? low : v128.load32_lane(p, low, 2, 8);
}

/** Stores the first `width` lanes, 1 <= width <= lanes. */
// @ts-ignore: decorator
@inline
export function storePart<T>(p: usize, width: i32, x: v128): void {
  if (width == lanes<T>()) {
    v128.store(p, x);
  } else if (sizeof<T>() == 8) {
    v128.store64_lane(p, x, 0);
  } else if (width == 1) {
    v128.store32_lane(p, x, 0);
  } else {
    v128.store64_lane(p, x, 0);
    if (width == 3) v128.store32_lane(p, x, 2, 8);
  }
}

/** All bits of the first `width` lanes. */
// @ts-ignore: decorator
@inline
export function maskOf<T>(width: i32): v128 {
  if (sizeof<T>() == 8) return i64x2.gt_s(i64x2.splat(width), i64x2(0, 1));
  return i32x4.gt_s(i32x4.splat(width), i32x4(0, 1, 2, 3));
}

/** Sum of the lanes: lane l + lane l + half, halving. */
// @ts-ignore: decorator
@inline
export function hsum<T>(x: v128): T {
  let s = v128.add<T>(x, v128.shuffle<u64>(x, x, 1, 0));
  if (sizeof<T>() == 4) s = v128.add<T>(s, v128.shuffle<u32>(s, s, 1, 0, 3, 2));
  return v128.extract_lane<T>(s, 0);
}

/** Greatest of the lanes; NaN if there is one. */
// @ts-ignore: decorator
@inline
export function hmax<T>(x: v128): T {
  let s = v128.max<T>(x, v128.shuffle<u64>(x, x, 1, 0));
  if (sizeof<T>() == 4) s = v128.max<T>(s, v128.shuffle<u32>(s, s, 1, 0, 3, 2));
  return v128.extract_lane<T>(s, 0);
}

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
