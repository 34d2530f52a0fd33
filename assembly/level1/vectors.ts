/** Products and sums of contiguous vectors of T. Lanes and their order depend on n alone. */

import { hsum, madd } from '../simd/lanes';

/** Sum of x[i] y[i], n elements. */
export function dot<T>(n: i32, x: usize, y: usize): T {
  const end = x + <usize>n * sizeof<T>();
  const away = y - x;
  let s0 = v128.splat<T>(0);
  let s1 = s0;
  for (; x + 32 <= end; x += 32) {
    s0 = madd<T>(v128.load(x), v128.load(x + away), s0);
    s1 = madd<T>(v128.load(x, 16), v128.load(x + away, 16), s1);
  }
  let s = hsum<T>(v128.add<T>(s0, s1));
  for (; x < end; x += sizeof<T>()) s += load<T>(x) * load<T>(x + away);
  return s;
}

/** y[i] += a x[i], n elements. */
export function axpy<T>(n: i32, a: T, x: usize, y: usize): void {
  const end = x + <usize>n * sizeof<T>();
  const away = y - x;
  const factor = v128.splat<T>(a);
  for (; x + 32 <= end; x += 32) {
    v128.store(x + away, madd<T>(factor, v128.load(x), v128.load(x + away)));
    v128.store(x + away, madd<T>(factor, v128.load(x, 16), v128.load(x + away, 16)), 16);
  }
  for (; x < end; x += sizeof<T>()) store<T>(x + away, load<T>(x + away) + a * load<T>(x));
}

/** y[i] = a x[i], n elements; y may be x. */
export function scale<T>(n: i32, a: T, x: usize, y: usize): void {
  const end = x + <usize>n * sizeof<T>();
  const away = y - x;
  const factor = v128.splat<T>(a);
  for (; x + 16 <= end; x += 16) v128.store(x + away, v128.mul<T>(factor, v128.load(x)));
  for (; x < end; x += sizeof<T>()) store<T>(x + away, a * load<T>(x));
}

/** Exchanges n elements. */
export function swap<T>(n: i32, x: usize, y: usize): void {
  const end = x + <usize>n * sizeof<T>();
  const away = y - x;
  for (; x + 16 <= end; x += 16) {
    const v = v128.load(x);
    v128.store(x, v128.load(x + away));
    v128.store(x + away, v);
  }
  for (; x < end; x += sizeof<T>()) {
    const v = load<T>(x);
    store<T>(x, load<T>(x + away));
    store<T>(x + away, v);
  }
}
