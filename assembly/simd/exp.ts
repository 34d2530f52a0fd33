/**
 * e^x on lanes, to 1 ulp: x = n ln 2 + r, e^r = 1 + (r + r^2 P(r)). src/math/exp.ts has the same operations and
 * says where the numbers come from.
 */

import { madd, splat } from './lanes';

/** (e^r - 1 - r) / r^2. */
// @ts-ignore: decorator
@inline
function series<T>(r: v128): v128 {
  if (sizeof<T>() == 4) {
    const square = v128.mul<T>(r, r);
    let even = splat<T>(0.0013861000770702958);
    let odd = splat<T>(0.008367076516151428);
    even = madd<T>(even, square, splat<T>(0.04166726768016815));
    odd = madd<T>(odd, square, splat<T>(0.16666539013385773));
    even = madd<T>(even, square, splat<T>(0.5));
    return madd<T>(odd, r, even);
  }
  const square = v128.mul<T>(r, r);
  let even = splat<T>(2.0830776780315875e-9);
  let odd = splat<T>(2.5108919590757872e-8);
  even = madd<T>(even, square, splat<T>(2.755754425200215e-7));
  odd = madd<T>(odd, square, splat<T>(2.7557244947486673e-6));
  even = madd<T>(even, square, splat<T>(2.480158701543835e-5));
  odd = madd<T>(odd, square, splat<T>(0.0001984126988477414));
  even = madd<T>(even, square, splat<T>(0.0013888888889030781));
  odd = madd<T>(odd, square, splat<T>(0.008333333333322576));
  even = madd<T>(even, square, splat<T>(0.041666666666666435));
  odd = madd<T>(odd, square, splat<T>(0.16666666666666674));
  even = madd<T>(even, square, splat<T>(0.5));
  return madd<T>(odd, r, even);
}

/** The n of the reduction plus the shift: the low bits hold n. */
// @ts-ignore: decorator
@inline
export function shifted<T>(x: v128): v128 {
  if (sizeof<T>() == 4) return madd<T>(x, splat<T>(1.4426950216293335), splat<T>(12582912));
  return madd<T>(x, splat<T>(1.4426950408889634), splat<T>(6755399441055744));
}

/** The n of a shifted value. */
// @ts-ignore: decorator
@inline
export function unshifted<T>(t: v128): v128 {
  return v128.sub<T>(t, splat<T>(sizeof<T>() == 4 ? 12582912 : 6755399441055744));
}

/** x - n times the upper part of ln 2: exact. */
// @ts-ignore: decorator
@inline
function upperPart<T>(x: v128, n: v128): v128 {
  return v128.sub<T>(x, v128.mul<T>(n, splat<T>(sizeof<T>() == 4 ? 0.693145751953125 : 0.6931471803691238)));
}

/** n times the lower part of ln 2. */
// @ts-ignore: decorator
@inline
function lowerPart<T>(n: v128): v128 {
  return v128.mul<T>(n, splat<T>(sizeof<T>() == 4 ? 1.428606765330187e-6 : 1.9082149292705877e-10));
}

/** r = x - n ln 2. */
// @ts-ignore: decorator
@inline
export function reduced<T>(x: v128, n: v128): v128 {
  return v128.sub<T>(upperPart<T>(x, n), lowerPart<T>(n));
}

/** e^r - 1 - r, and what rounding took from r. */
// @ts-ignore: decorator
@inline
export function seriesOf<T>(r: v128, x: v128, n: v128): v128 {
  const lost = v128.sub<T>(v128.sub<T>(upperPart<T>(x, n), r), lowerPart<T>(n));
  return v128.add<T>(lost, v128.mul<T>(v128.mul<T>(r, r), series<T>(r)));
}

/** 2^n of a shifted value, where that is normal. */
// @ts-ignore: decorator
@inline
export function powerOfTwo<T>(t: v128): v128 {
  if (sizeof<T>() == 4) return i32x4.add(i32x4.shl(t, 23), i32x4.splat(0x3f800000));
  return i64x2.add(i64x2.shl(t, 52), i64x2.splat(0x3ff0000000000000));
}

/** y 2^n of a shifted value, in two steps: 2^n itself may be no normal number. */
// @ts-ignore: decorator
@inline
function scale<T>(y: v128, t: v128): v128 {
  if (sizeof<T>() == 4) {
    const half = v128.and(i32x4.shl(t, 22), i32x4.splat(0xff800000));
    const rest = i32x4.sub(i32x4.shl(t, 23), half);
    const one = i32x4.splat(0x3f800000);
    return f32x4.mul(f32x4.mul(y, i32x4.add(half, one)), i32x4.add(rest, one));
  }
  const half = v128.and(i64x2.shl(t, 51), i64x2.splat(0xfff0000000000000));
  const rest = i64x2.sub(i64x2.shl(t, 52), half);
  const one = i64x2.splat(0x3ff0000000000000);
  return f64x2.mul(f64x2.mul(y, i64x2.add(half, one)), i64x2.add(rest, one));
}

// @ts-ignore: decorator
@inline
export function exp<T>(x: v128): v128 {
  let c = v128.pmax<T>(x, splat<T>(sizeof<T>() == 4 ? -104 : -746));
  c = v128.pmin<T>(c, splat<T>(sizeof<T>() == 4 ? 89 : 710));
  const t = shifted<T>(c);
  const n = unshifted<T>(t);
  const r = reduced<T>(c, n);
  return scale<T>(v128.add<T>(splat<T>(1), v128.add<T>(r, seriesOf<T>(r, c, n))), t);
}

/** 1 / (1 + e^-x). */
export function sigmoid<T>(x: v128): v128 {
  return v128.div<T>(splat<T>(1), v128.add<T>(splat<T>(1), exp<T>(v128.neg<T>(x))));
}
