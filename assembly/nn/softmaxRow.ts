/** Rows of exponentials, shifted by their maximum. Sums in the order of rows.ts. */

import { exp, log } from '../simd/math';
import { hmax, lanes, loadPart, storePart } from './lanes';
import { rowSum } from './rows';

/** Greatest of x [n]; NaN if there is one, -Infinity for n = 0. */
export function rowMax<T>(x: usize, n: i32): T {
  const none = v128.splat<T>(-(<T>Infinity));
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

/** y = e^(x - top) over x [n]; y may be x. */
function expRow<T>(x: usize, y: usize, n: i32, top: T): void {
  const t = v128.splat<T>(top);
  const bytes = <usize>n * sizeof<T>();
  let i: usize = 0;
  for (; bytes - i >= 16; i += 16) v128.store(y + i, exp<T>(v128.sub<T>(v128.load(x + i), t)));
  if (i == bytes) return;
  const width = <i32>((bytes - i) / sizeof<T>());
  storePart<T>(y + i, width, exp<T>(v128.sub<T>(loadPart<T>(x + i, width, t), t)));
}

/** y = softmax x; the sum of e^(x - top) is returned. y may be x. */
export function softmaxRow<T>(x: usize, y: usize, n: i32, top: T): T {
  expRow<T>(x, y, n, top);
  const sum = rowSum<T>(y, n);
  const s = v128.splat<T>(sum);
  const bytes = <usize>n * sizeof<T>();
  let i: usize = 0;
  for (; bytes - i >= 16; i += 16) v128.store(y + i, v128.div<T>(v128.load(y + i), s));
  for (; i != bytes; i += sizeof<T>()) storePart<T>(y + i, 1, v128.div<T>(loadPart<T>(y + i, 1, s), s));
  return sum;
}

/** y = (x - top) - log sum e^(x - top). y may be x; `room` is for n elements. */
export function logSoftmaxRow<T>(x: usize, y: usize, n: i32, top: T, room: usize): void {
  expRow<T>(x, room, n, top);
  const s = log<T>(v128.splat<T>(rowSum<T>(room, n)));
  const t = v128.splat<T>(top);
  const bytes = <usize>n * sizeof<T>();
  let i: usize = 0;
  for (; bytes - i >= 16; i += 16) v128.store(y + i, v128.sub<T>(v128.sub<T>(v128.load(x + i), t), s));
  for (; i != bytes; i += sizeof<T>()) {
    storePart<T>(y + i, 1, v128.sub<T>(v128.sub<T>(loadPart<T>(x + i, 1, t), t), s));
  }
}
