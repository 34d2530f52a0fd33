/** What factorizations do to a matrix before and after: they work on one whose largest entry squares without trouble. */

import { width as lanes } from '../simd/lanes';
import { inversePower } from './reflector';

/** The largest absolute value of `bytes` bytes at x, 0 for none. */
export function greatest<T>(x: usize, bytes: usize): T {
  const end = x + bytes;
  let s = i64x2.splat(0),
    t = s;
  for (; x + 32 <= end; x += 32) {
    s = v128.max<T>(s, v128.abs<T>(v128.load(x)));
    t = v128.max<T>(t, v128.abs<T>(v128.load(x, 16)));
  }
  s = v128.max<T>(s, t);
  let top = max<T>(v128.extract_lane<T>(s, 0), v128.extract_lane<T>(s, 1));
  if (lanes<T>() == 4) top = max<T>(top, max<T>(v128.extract_lane<T>(s, 2), v128.extract_lane<T>(s, 3)));
  for (; x < end; x += sizeof<T>()) top = max<T>(top, abs<T>(load<T>(x)));
  return top;
}

/** The power of two by which a matrix is multiplied: 1 unless its largest entry is near the ends of T. */
export function matrixScale<T>(top: T): T {
  const far = <T>(sizeof<T>() == 8 ? 1.0e90 : 1.0e9);
  return (top > far || top < 1 / far) && top > 0 ? inversePower<T>(top) : 1;
}

/** to = scale times the n numbers at x, with no zero below 0, and zeros up to `padded` numbers. */
export function scaledRow<T>(x: usize, to: usize, n: i32, scale: T, padded: i32): void {
  const end = to + <usize>n * sizeof<T>(),
    rest = <usize>(padded - n) * sizeof<T>();
  if (scale == 1) {
    memory.copy(to, x, end - to);
  } else {
    for (; to < end; to += sizeof<T>(), x += sizeof<T>()) store<T>(to, load<T>(x) * scale + 0);
  }
  memory.fill(end, 0, rest);
}

/** Copies A [m, n] to rows of `ld` numbers, scaled, with zeros behind; returns the scale, a power of two. */
export function loadMatrix<T>(A: usize, m: i32, n: i32, to: usize, ld: i32): T {
  const power = matrixScale<T>(greatest<T>(A, <usize>(m * n) * sizeof<T>()));
  for (let i = 0; i < m; i++) {
    scaledRow<T>(A + <usize>(i * n) * sizeof<T>(), to + <usize>(i * ld) * sizeof<T>(), n, power, ld);
  }
  return power;
}
