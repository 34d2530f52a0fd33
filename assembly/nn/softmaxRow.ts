/** Rows of exponentials, shifted by their maximum. Sums in the order of rows.ts. */

import { exp, log } from '../simd/math';
import { hmax, hsum, lanes, loadPart, maskOf, storePart } from './lanes';
import { fold } from './rows';

/** Greatest of x [n]; NaN if there is one, -Infinity for n = 0. */
export function rowMax<T>(x: usize, n: i32): T {
  const none = v128.splat<T>(-<T>Infinity);
  const end = x + <usize>n * sizeof<T>();
  let p = x;
  let a = none;
  let b = none;
  for (; end - p >= 32; p += 32) {
    a = v128.max<T>(a, v128.load(p));
    b = v128.max<T>(b, v128.load(p, 16));
  }
  if (end - p >= 16) {
    a = v128.max<T>(a, v128.load(p));
    p += 16;
  }
  if (p != end) b = v128.max<T>(b, loadPart<T>(p, <i32>((end - p) / sizeof<T>()), none));
  return hmax<T>(v128.max<T>(a, b));
}

/** e^(x - top) of a vector, to y where `keep`. Lanes behind `width` hold 0. */
// @ts-ignore: decorator
@inline
function expPart<T>(x: usize, y: usize, width: i32, top: v128, keep: bool): v128 {
  const e = exp<T>(v128.sub<T>(loadPart<T>(x, width, top), top));
  if (keep) storePart<T>(y, width, e);
  return width == lanes<T>() ? e : v128.and(e, maskOf<T>(width));
}

/** Sum of e^(x - top) over x [n]; the terms go to y, which may be x, where `keep`. */
// @ts-ignore: decorator
@inline
function expSum<T>(x: usize, y: usize, n: i32, top: T, keep: bool): T {
  const t = v128.splat<T>(top);
  const bytes = <usize>n * sizeof<T>();
  let a = i64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let i: usize = 0;
  for (; bytes - i >= 64; i += 64) {
    a = v128.add<T>(a, expPart<T>(x + i, y + i, lanes<T>(), t, keep));
    b = v128.add<T>(b, expPart<T>(x + i + 16, y + i + 16, lanes<T>(), t, keep));
    c = v128.add<T>(c, expPart<T>(x + i + 32, y + i + 32, lanes<T>(), t, keep));
    d = v128.add<T>(d, expPart<T>(x + i + 48, y + i + 48, lanes<T>(), t, keep));
  }
  a = fold<T>(a, b, c, d);
  for (; bytes - i >= 16; i += 16) a = v128.add<T>(a, expPart<T>(x + i, y + i, lanes<T>(), t, keep));
  if (i != bytes) a = v128.add<T>(a, expPart<T>(x + i, y + i, <i32>((bytes - i) / sizeof<T>()), t, keep));
  return hsum<T>(a);
}

/** y = softmax x; the sum of e^(x - top) is returned. y may be x. */
export function softmaxRow<T>(x: usize, y: usize, n: i32, top: T): T {
  const sum = expSum<T>(x, y, n, top, true);
  const s = v128.splat<T>(sum);
  const bytes = <usize>n * sizeof<T>();
  let i: usize = 0;
  for (; bytes - i >= 16; i += 16) v128.store(y + i, v128.div<T>(v128.load(y + i), s));
  if (i != bytes) {
    const width = <i32>((bytes - i) / sizeof<T>());
    storePart<T>(y + i, width, v128.div<T>(loadPart<T>(y + i, width, s), s));
  }
  return sum;
}

/** y = (x - top) - log sum e^(x - top). y may be x. */
export function logSoftmaxRow<T>(x: usize, y: usize, n: i32, top: T): void {
  const t = v128.splat<T>(top);
  const s = log<T>(v128.splat<T>(expSum<T>(x, y, n, top, false)));
  const bytes = <usize>n * sizeof<T>();
  let i: usize = 0;
  for (; bytes - i >= 16; i += 16) v128.store(y + i, v128.sub<T>(v128.sub<T>(v128.load(x + i), t), s));
  if (i == bytes) return;
  const width = <i32>((bytes - i) / sizeof<T>());
  storePart<T>(y + i, width, v128.sub<T>(v128.sub<T>(loadPart<T>(x + i, width, t), t), s));
}
