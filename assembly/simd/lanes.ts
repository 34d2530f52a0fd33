/** What a vector of 16 bytes is for T = f32 (4 lanes) or f64 (2 lanes). A product and its sum are two roundings. */

/** Lanes of a vector. */
// @ts-ignore: decorator
@inline
export function width<T>(): i32 {
  return <i32>(16 / sizeof<T>());
}

/** One number, rounded to T, in every lane. */
// @ts-ignore: decorator
@inline
export function splat<T>(x: f64): v128 {
  return v128.splat<T>(<T>x);
}

/** a b + c, rounded twice. */
// @ts-ignore: decorator
@inline
export function madd<T>(a: v128, b: v128, c: v128): v128 {
  return v128.add<T>(v128.mul<T>(a, b), c);
}

/** The sum of the lanes, folded in halves: (x0 + x2) + (x1 + x3), or x0 + x1. */
// @ts-ignore: decorator
@inline
export function hsum<T>(x: v128): T {
  let s = v128.add<T>(x, v128.shuffle<u64>(x, x, 1, 0));
  if (sizeof<T>() == 4) s = v128.add<T>(s, v128.shuffle<u32>(s, s, 1, 0, 3, 2));
  return v128.extract_lane<T>(s, 0);
}
