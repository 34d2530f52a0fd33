/** Parts of vectors: the ends of rows. */

import { width as lanes } from '../simd/lanes';

export { hsum, width as lanes } from '../simd/lanes';

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

/** Greatest of the lanes; NaN if there is one. */
// @ts-ignore: decorator
@inline
export function hmax<T>(x: v128): T {
  let s = v128.max<T>(x, v128.shuffle<u64>(x, x, 1, 0));
  if (sizeof<T>() == 4) s = v128.max<T>(s, v128.shuffle<u32>(s, s, 1, 0, 3, 2));
  return v128.extract_lane<T>(s, 0);
}
