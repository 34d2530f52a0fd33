/**
 * Gradients of rows that were normalized: h = (x - mean) inv, d = g gamma, or g where gamma is absent. Sums and maps in
 * the order of rows.ts.
 */

import { hsum, lanes, loadPart, maskOf, storePart } from './lanes';
import { fold } from './rows';

// @ts-ignore: decorator
@inline
function cotangent<T>(g: usize, gamma: usize, i: usize, width: i32): v128 {
  const zero = i64x2.splat(0);
  const d = loadPart<T>(g + i, width, zero);
  return gamma == 0 ? d : v128.mul<T>(d, loadPart<T>(gamma + i, width, zero));
}

// @ts-ignore: decorator
@inline
function normal<T>(x: usize, width: i32, mean: v128, inv: v128): v128 {
  return v128.mul<T>(v128.sub<T>(loadPart<T>(x, width, mean), mean), inv);
}

/** Sum of d and sum of d h over rows of n, to out[0] and out[1]. */
export function gradSums<T>(x: usize, g: usize, gamma: usize, n: i32, mean: T, inv: T, out: usize): void {
  const m = v128.splat<T>(mean);
  const r = v128.splat<T>(inv);
  const bytes = <usize>n * sizeof<T>();
  let a0 = i64x2.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  let i: usize = 0;
  for (; bytes - i >= 64; i += 64) {
    let d = cotangent<T>(g, gamma, i, lanes<T>());
    a0 = v128.add<T>(a0, d);
    b0 = v128.add<T>(b0, v128.mul<T>(d, normal<T>(x + i, lanes<T>(), m, r)));
    d = cotangent<T>(g, gamma, i + 16, lanes<T>());
    a1 = v128.add<T>(a1, d);
    b1 = v128.add<T>(b1, v128.mul<T>(d, normal<T>(x + i + 16, lanes<T>(), m, r)));
    d = cotangent<T>(g, gamma, i + 32, lanes<T>());
    a2 = v128.add<T>(a2, d);
    b2 = v128.add<T>(b2, v128.mul<T>(d, normal<T>(x + i + 32, lanes<T>(), m, r)));
    d = cotangent<T>(g, gamma, i + 48, lanes<T>());
    a3 = v128.add<T>(a3, d);
    b3 = v128.add<T>(b3, v128.mul<T>(d, normal<T>(x + i + 48, lanes<T>(), m, r)));
  }
  a0 = fold<T>(a0, a1, a2, a3);
  b0 = fold<T>(b0, b1, b2, b3);
  for (; bytes - i >= 16; i += 16) {
    const d = cotangent<T>(g, gamma, i, lanes<T>());
    a0 = v128.add<T>(a0, d);
    b0 = v128.add<T>(b0, v128.mul<T>(d, normal<T>(x + i, lanes<T>(), m, r)));
  }
  if (i != bytes) {
    const width = <i32>((bytes - i) / sizeof<T>());
    const d = cotangent<T>(g, gamma, i, width);
    const mask = maskOf<T>(width);
    a0 = v128.add<T>(a0, v128.and(d, mask));
    b0 = v128.add<T>(b0, v128.and(v128.mul<T>(d, normal<T>(x + i, width, m, r)), mask));
  }
  store<T>(out, hsum<T>(a0));
  store<T>(out, hsum<T>(b0), sizeof<T>());
}

/** dx = ((d - a) - h b) scale over rows of n. */
export function gradRow<T>(
  x: usize,
  g: usize,
  gamma: usize,
  dx: usize,
  n: i32,
  mean: T,
  inv: T,
  a: T,
  b: T,
  scale: T,
): void {
  const m = v128.splat<T>(mean);
  const r = v128.splat<T>(inv);
  const va = v128.splat<T>(a);
  const vb = v128.splat<T>(b);
  const s = v128.splat<T>(scale);
  const bytes = <usize>n * sizeof<T>();
  let i: usize = 0;
  for (; bytes - i >= 16; i += 16) {
    const d = v128.sub<T>(cotangent<T>(g, gamma, i, lanes<T>()), va);
    const h = normal<T>(x + i, lanes<T>(), m, r);
    v128.store(dx + i, v128.mul<T>(v128.sub<T>(d, v128.mul<T>(h, vb)), s));
  }
  for (; i != bytes; i += sizeof<T>()) {
    const d = v128.sub<T>(cotangent<T>(g, gamma, i, 1), va);
    const h = normal<T>(x + i, 1, m, r);
    storePart<T>(dx + i, 1, v128.mul<T>(v128.sub<T>(d, v128.mul<T>(h, vb)), s));
  }
}
