/**
 * erf x on lanes, to 2 ulp: x + x P(x^2) for |x| < 7/8, else 1 - e^(-x^2) Q(1 / (|x| + 2)). src/math/erf.ts has the
 * same operations and says where the numbers come from.
 */

import { exp } from './exp';
import { madd, splat } from './lanes';

/** erf(x) / x - 1 from z = x^2. */
// @ts-ignore: decorator
@inline
function near<T>(z: v128): v128 {
  if (sizeof<T>() == 4) {
    const square = v128.mul<T>(z, z);
    let odd = splat<T>(-0.0006222422234714031);
    let even = splat<T>(0.005035872105509043);
    odd = madd<T>(odd, square, splat<T>(-0.026793954893946648));
    even = madd<T>(even, square, splat<T>(0.11282524466514587));
    odd = madd<T>(odd, square, splat<T>(-0.3761255741119385));
    even = madd<T>(even, square, splat<T>(0.12837915122509003));
    return madd<T>(odd, z, even);
  }
  const square = v128.mul<T>(z, z);
  let odd = splat<T>(-8.669728735881851e-10);
  let even = splat<T>(1.4124232160171567e-8);
  odd = madd<T>(odd, square, splat<T>(-1.628950725748136e-7));
  even = madd<T>(even, square, splat<T>(1.6456634810701891e-6));
  odd = madd<T>(odd, square, splat<T>(-1.4925388939342444e-5));
  even = madd<T>(even, square, splat<T>(0.00012055324632983704));
  odd = madd<T>(odd, square, splat<T>(-0.0008548326847568136));
  even = madd<T>(even, square, splat<T>(0.005223977623090287));
  odd = madd<T>(odd, square, splat<T>(-0.02686617064494555));
  even = madd<T>(even, square, splat<T>(0.11283791670954368));
  odd = madd<T>(odd, square, splat<T>(-0.3761263890318374));
  even = madd<T>(even, square, splat<T>(0.1283791670955126));
  return madd<T>(odd, z, even);
}

/** e^(x^2) erfc x from u = 1 / (x + 2). */
// @ts-ignore: decorator
@inline
function far<T>(u: v128): v128 {
  if (sizeof<T>() == 4) {
    const square = v128.mul<T>(u, u);
    let odd = splat<T>(-7.290572166442871);
    let even = splat<T>(10.047383308410645);
    odd = madd<T>(odd, square, splat<T>(-0.4340961277484894));
    even = madd<T>(even, square, splat<T>(1.563431978225708));
    odd = madd<T>(odd, square, splat<T>(0.5228530764579773));
    even = madd<T>(even, square, splat<T>(0.001622778014279902));
    return madd<T>(odd, u, even);
  }
  const square = v128.mul<T>(u, u);
  let even = splat<T>(-192.88937599900112);
  let odd = splat<T>(684.2755227267838);
  even = madd<T>(even, square, splat<T>(-1056.5308181101195));
  odd = madd<T>(odd, square, splat<T>(906.4964942285916));
  even = madd<T>(even, square, splat<T>(-456.4523434318934));
  odd = madd<T>(odd, square, splat<T>(137.48568510319984));
  even = madd<T>(even, square, splat<T>(-33.58219392678195));
  odd = madd<T>(odd, square, splat<T>(8.13589092210283));
  even = madd<T>(even, square, splat<T>(2.1935541323329684));
  odd = madd<T>(odd, square, splat<T>(2.023026631612532));
  even = madd<T>(even, square, splat<T>(1.126123869818065));
  odd = madd<T>(odd, square, splat<T>(0.5642382373381535));
  even = madd<T>(even, square, splat<T>(-3.553460859462678e-8));
  return madd<T>(odd, u, even);
}

export function erf<T>(x: v128): v128 {
  const size = v128.abs<T>(x);
  const z = v128.mul<T>(x, x);
  const inner = madd<T>(x, near<T>(z), x);
  const u = v128.div<T>(splat<T>(1), v128.add<T>(size, splat<T>(2)));
  const rest = v128.mul<T>(exp<T>(v128.neg<T>(z)), far<T>(u));
  const outer = v128.bitselect(x, v128.sub<T>(splat<T>(1), rest), splat<T>(-0.0));
  return v128.bitselect(inner, outer, v128.lt<T>(size, splat<T>(0.875)));
}
