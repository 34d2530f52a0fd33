/**
 * ln x on lanes, to 1 ulp: x = 2^k (1 + f), s = f / (2 + f), ln(1 + f) = f - (f^2/2 - s (f^2/2 + s^2 R(s^2))).
 * src/math/log.ts has the same operations and says where the numbers come from.
 */

import { madd, splat } from './lanes';

/** (2 artanh(s) - 2 s) / s^3 from z = s^2. */
// @ts-ignore: decorator
@inline
function series<T>(z: v128): v128 {
  if (sizeof<T>() == 4) {
    const square = v128.mul<T>(z, z);
    let even = splat<T>(0.2958225607872009);
    let odd = splat<T>(0.3998871445655823);
    even = madd<T>(even, square, splat<T>(0.6666668653488159));
    return madd<T>(odd, z, even);
  }
  const square = v128.mul<T>(z, z);
  let even = splat<T>(0.1461799626892497);
  let odd = splat<T>(0.15331587149909162);
  even = madd<T>(even, square, splat<T>(0.1818289350695768));
  odd = madd<T>(odd, square, splat<T>(0.22222211068998796));
  even = madd<T>(even, square, splat<T>(0.28571428626421963));
  odd = madd<T>(odd, square, splat<T>(0.39999999999898395));
  even = madd<T>(even, square, splat<T>(0.666666666666667));
  return madd<T>(odd, z, even);
}

/** A normal x > 0 moved so that the exponent field is k + bias for 1 + f in [sqrt(1/2), sqrt(2)). */
// @ts-ignore: decorator
@inline
function moved<T>(x: v128): v128 {
  if (sizeof<T>() == 4) return i32x4.add(x, i32x4.splat(0x3f800000 - 0x3f3504f0));
  return i64x2.add(x, i64x2.splat(0x3ff0000000000000 - 0x3fe6a09e00000000));
}

/** The k of moved bits. */
// @ts-ignore: decorator
@inline
function exponent<T>(bits: v128): v128 {
  if (sizeof<T>() == 4) {
    return f32x4.sub(v128.or(i32x4.shr_u(bits, 23), i32x4.splat(0x4b000000)), f32x4.splat(8388608 + 127));
  }
  return f64x2.sub(
    v128.or(i64x2.shr_u(bits, 52), i64x2.splat(0x4330000000000000)),
    f64x2.splat(4503599627370496 + 1023),
  );
}

/** The 1 + f of moved bits. */
// @ts-ignore: decorator
@inline
function significand<T>(bits: v128): v128 {
  if (sizeof<T>() == 4) return i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f0));
  return i64x2.add(v128.and(bits, i64x2.splat(0x000fffffffffffff)), i64x2.splat(0x3fe6a09e00000000));
}

/** k ln 2 + ln(1 + f). */
// @ts-ignore: decorator
@inline
function sum<T>(k: v128, f: v128): v128 {
  const s = v128.div<T>(f, v128.add<T>(splat<T>(2), f));
  const z = v128.mul<T>(s, s);
  const half = v128.mul<T>(v128.mul<T>(splat<T>(0.5), f), f);
  const rest = v128.mul<T>(z, series<T>(z));
  const lower = v128.mul<T>(k, splat<T>(sizeof<T>() == 4 ? 1.428606765330187e-6 : 1.9082149292705877e-10));
  const upper = v128.mul<T>(k, splat<T>(sizeof<T>() == 4 ? 0.693145751953125 : 0.6931471803691238));
  const small = madd<T>(s, v128.add<T>(half, rest), lower);
  return v128.sub<T>(upper, v128.sub<T>(v128.sub<T>(half, small), f));
}

/** -Infinity at zeros, NaN below. */
export function log<T>(x: v128): v128 {
  const least = splat<T>(sizeof<T>() == 4 ? 1.1754943508222875e-38 : 2.2250738585072014e-308);
  const subnormal = v128.lt<T>(x, least);
  const lifted = v128.mul<T>(x, splat<T>(18014398509481984));
  const bits = moved<T>(v128.bitselect(lifted, x, subnormal));
  const k = v128.sub<T>(exponent<T>(bits), v128.and(subnormal, splat<T>(54)));
  let y = sum<T>(k, v128.sub<T>(significand<T>(bits), splat<T>(1)));
  y = v128.bitselect(y, x, v128.lt<T>(x, splat<T>(Infinity)));
  y = v128.bitselect(splat<T>(-Infinity), y, v128.eq<T>(x, splat<T>(0)));
  return v128.bitselect(splat<T>(NaN), y, v128.lt<T>(x, splat<T>(0)));
}
