/**
 * sin and cos on lanes, to 2 ulp for |x| <= 2^20: x = n pi/2 + r, one polynomial for each of sin r and cos r.
 * src/math/trig.ts has the same operations, says where the numbers come from and what happens beyond. f32 lanes are
 * computed as f64 and rounded.
 */

import { madd, splat } from './lanes';

/** (sin r - r) / r^3 from z = r^2. */
// @ts-ignore: decorator
@inline
function sinSeries(z: v128): v128 {
  const square = v128.mul<f64>(z, z);
  let odd = splat<f64>(1.5917994805290356e-10);
  let even = splat<f64>(-2.5051129997937044e-8);
  odd = madd<f64>(odd, square, splat<f64>(2.7557316093809166e-6));
  even = madd<f64>(even, square, splat<f64>(-0.00019841269836742018));
  odd = madd<f64>(odd, square, splat<f64>(0.008333333333330938));
  even = madd<f64>(even, square, splat<f64>(-0.16666666666666666));
  return madd<f64>(odd, z, even);
}

/** (cos r - 1 + r^2 / 2) / r^4 from z = r^2. */
// @ts-ignore: decorator
@inline
function cosSeries(z: v128): v128 {
  const square = v128.mul<f64>(z, z);
  let odd = splat<f64>(-1.138254736356691e-11);
  let even = splat<f64>(2.0876145098600315e-9);
  odd = madd<f64>(odd, square, splat<f64>(-2.7557317266182887e-7));
  even = madd<f64>(even, square, splat<f64>(2.480158729875516e-5));
  odd = madd<f64>(odd, square, splat<f64>(-0.001388888888888739));
  even = madd<f64>(even, square, splat<f64>(0.041666666666666664));
  return madd<f64>(odd, z, even);
}

/** sin(r + tail) for |r| <= pi/4. */
// @ts-ignore: decorator
@inline
function sineOf(r: v128, tail: v128): v128 {
  const z = f64x2.mul(r, r);
  const w = f64x2.sub(f64x2.splat(1), f64x2.mul(f64x2.splat(0.5), z));
  return f64x2.add(r, f64x2.add(f64x2.mul(f64x2.mul(r, z), sinSeries(z)), f64x2.mul(tail, w)));
}

/** cos(r + tail) for |r| <= pi/4. */
// @ts-ignore: decorator
@inline
function cosineOf(r: v128, tail: v128): v128 {
  const z = f64x2.mul(r, r);
  const half = f64x2.mul(f64x2.splat(0.5), z);
  const w = f64x2.sub(f64x2.splat(1), half);
  const rest = f64x2.sub(f64x2.mul(f64x2.mul(z, z), cosSeries(z)), f64x2.mul(r, tail));
  return f64x2.add(w, f64x2.add(f64x2.sub(f64x2.sub(f64x2.splat(1), w), half), rest));
}

/** sin(x + turns pi/2). */
function sine(x: v128, turns: i64): v128 {
  const y = v128.bitselect(x, f64x2.mul(x, f64x2.splat(0)), f64x2.lt(f64x2.abs(x), f64x2.splat(1125899906842624)));
  const t = madd<f64>(y, f64x2.splat(0.6366197723675814), f64x2.splat(6755399441055744));
  const n = f64x2.sub(t, f64x2.splat(6755399441055744));
  const quadrant = i64x2.add(t, i64x2.splat(turns));
  const nb = f64x2.mul(n, f64x2.splat(6.077100506303966e-11));
  const nc = f64x2.mul(n, f64x2.splat(2.0222662487111665e-21));
  const a = f64x2.sub(y, f64x2.mul(n, f64x2.splat(1.5707963267341256)));
  const b = f64x2.sub(a, nb);
  const c = f64x2.sub(b, nc);
  const lost = f64x2.add(f64x2.sub(f64x2.sub(a, b), nb), f64x2.sub(f64x2.sub(b, c), nc));
  const rest = f64x2.sub(lost, f64x2.mul(n, f64x2.splat(8.4784276603689e-32)));
  const r = f64x2.add(c, rest);
  const tail = f64x2.add(f64x2.sub(c, r), rest);
  const wave = v128.bitselect(
    cosineOf(r, tail),
    sineOf(r, tail),
    i64x2.eq(v128.and(quadrant, i64x2.splat(1)), i64x2.splat(1)),
  );
  return v128.xor(wave, v128.and(i64x2.shl(quadrant, 62), f64x2.splat(-0.0)));
}

/** f32 lanes through sine as two pairs of f64. */
// @ts-ignore: decorator
@inline
function sineSingle(x: v128, turns: i64): v128 {
  const low = f32x4.demote_f64x2_zero(sine(f64x2.promote_low_f32x4(x), turns));
  const high = f32x4.demote_f64x2_zero(sine(f64x2.promote_low_f32x4(v128.shuffle<u64>(x, x, 1, 0)), turns));
  return v128.shuffle<u64>(low, high, 0, 2);
}

/** NaN for infinite x. */
export function sin<T>(x: v128): v128 {
  const y = sizeof<T>() == 4 ? sineSingle(x, 0) : sine(x, 0);
  return v128.bitselect(x, y, v128.eq<T>(x, splat<T>(0)));
}

/** NaN for infinite x. */
export function cos<T>(x: v128): v128 {
  return sizeof<T>() == 4 ? sineSingle(x, 1) : sine(x, 1);
}
