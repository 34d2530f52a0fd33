/** Windows of a pooling on planes [height, width], and the lane moves of the 2 x 2 case with stride 2. */

import { Head } from '../abi';

/** The geometry of a pooling; src/kernels/windows.ts has the same fields. */
@unmanaged
export class Windows extends Head {
  code: i32;
  planes: i32;
  height: i32;
  width: i32;
  outHeight: i32;
  outWidth: i32;
  kh: i32;
  kw: i32;
  sh: i32;
  sw: i32;
  ph: i32;
  pw: i32;
}

export const AVERAGE: i32 = 1;

/** Every window is a whole 2 x 2 block of its own. */
export function areHalves(a: Windows): bool {
  return (
    a.kh == 2 &&
    a.kw == 2 &&
    a.sh == 2 &&
    a.sw == 2 &&
    a.ph == 0 &&
    a.pw == 0 &&
    2 * a.outHeight <= a.height &&
    2 * a.outWidth <= a.width
  );
}

/** Elements 0, 2, ... of two vectors in a row. */
// @ts-ignore: decorator
@inline
export function evens<T>(u: v128, v: v128): v128 {
  return sizeof<T>() == 4 ? v128.shuffle<u32>(u, v, 0, 2, 4, 6) : v128.shuffle<u64>(u, v, 0, 2);
}

/** Elements 1, 3, ... of two vectors in a row. */
// @ts-ignore: decorator
@inline
export function odds<T>(u: v128, v: v128): v128 {
  return sizeof<T>() == 4 ? v128.shuffle<u32>(u, v, 1, 3, 5, 7) : v128.shuffle<u64>(u, v, 1, 3);
}

/** Stores u0 v0 u1 v1 ..., two vectors. */
// @ts-ignore: decorator
@inline
export function storeZipped<T>(p: usize, u: v128, v: v128): void {
  if (sizeof<T>() == 4) {
    v128.store(p, v128.shuffle<u32>(u, v, 0, 4, 1, 5));
    v128.store(p, v128.shuffle<u32>(u, v, 2, 6, 3, 7), 16);
  } else {
    v128.store(p, v128.shuffle<u64>(u, v, 0, 2));
    v128.store(p, v128.shuffle<u64>(u, v, 1, 3), 16);
  }
}

/** A plane offset in lanes as wide as T, so that masks of T choose among offsets. */
// @ts-ignore: decorator
@inline
export function offsets<T>(k: i32): v128 {
  return sizeof<T>() == 4 ? i32x4.splat(k) : i64x2.splat(k);
}

/** 0, step, 2 step, ... in lanes as wide as T; step is 1 or 2. */
// @ts-ignore: decorator
@inline
export function pitchOffsets<T>(step: i32): v128 {
  return sizeof<T>() == 4 ? i32x4.shl(i32x4(0, 1, 2, 3), step - 1) : i64x2.shl(i64x2(0, 1), step - 1);
}

// @ts-ignore: decorator
@inline
export function addOffsets<T>(u: v128, v: v128): v128 {
  return sizeof<T>() == 4 ? i32x4.add(u, v) : i64x2.add(u, v);
}

// @ts-ignore: decorator
@inline
export function sameOffsets<T>(u: v128, v: v128): v128 {
  return sizeof<T>() == 4 ? i32x4.eq(u, v) : i64x2.eq(u, v);
}

/** Stores offsets as i32. */
// @ts-ignore: decorator
@inline
export function storeOffsets<T>(p: usize, u: v128): void {
  if (sizeof<T>() == 4) v128.store(p, u);
  else v128.store64_lane(p, v128.shuffle<u32>(u, u, 0, 2, 0, 2), 0);
}

/** Loads as many i32 as T has lanes. */
// @ts-ignore: decorator
@inline
export function loadOffsets<T>(p: usize): v128 {
  return sizeof<T>() == 4 ? v128.load(p) : i64x2.extend_low_i32x4_s(v128.load64_zero(p));
}
