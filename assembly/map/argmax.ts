/** y[i, j] = place of the greatest x[i, :, j]; the first of equals, and the first NaN before all numbers. */

import { Head } from '../abi';

@unmanaged
export class ArgmaxArgs extends Head {
  outer: i32;
  axis: i32;
  inner: i32;
  outerStride: i32;
  axisStride: i32;
  innerStride: i32;
  x: usize;
  y: usize;
}

/** Outputs in a piece; src/kernels/argmax.ts has the same. */
const OUTPUTS: usize = 64;

export function argmax<T>(a: ArgmaxArgs): void {
  const inner = <usize>a.inner;
  const end = min(<usize>a.end * OUTPUTS, <usize>a.outer * inner);
  const step = <usize>a.axisStride * sizeof<T>();
  for (let at = <usize>a.begin * OUTPUTS; at < end; at++) {
    const i = at / inner;
    const j = at - i * inner;
    const x = a.x + (i * <usize>a.outerStride + j * <usize>a.innerStride) * sizeof<T>();
    store<i32>(a.y + 4 * at, greatest<T>(x, step, a.axis));
  }
}

function greatest<T>(x: usize, step: usize, n: i32): i32 {
  if (n == 0) return -1;
  let best = load<T>(x);
  let place = 0;
  for (let k = 1; k < n && best == best; k++) {
    x += step;
    const v = load<T>(x);
    if (v > best || v != v) {
      best = v;
      place = k;
    }
  }
  return place;
}
