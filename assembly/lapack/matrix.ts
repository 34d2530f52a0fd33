/** What factorizations do to a matrix before and after: they work on one whose largest entry squares without trouble. */

import { maxAbs } from '../map/scan';
import { madd } from '../simd/lanes';
import { inversePower } from './reflector';

/** The power of two by which a matrix is multiplied: 1 unless its largest entry is near the ends of T. */
export function matrixScale<T>(top: T): T {
  const far = <T>(sizeof<T>() == 8 ? 1.0e90 : 1.0e9);
  return (top > far || top < 1 / far) && top > 0 ? inversePower<T>(top) : 1;
}

/** to = scale times the n numbers at x, with no zero below 0, and zeros up to `padded` numbers. */
export function scaledRow<T>(x: usize, to: usize, n: i32, scale: T, padded: i32): void {
  const end = to + <usize>n * sizeof<T>(),
    stop = to + <usize>padded * sizeof<T>(),
    factor = v128.splat<T>(scale),
    zero = i64x2.splat(0);
  for (; to + 16 <= end; to += 16, x += 16) v128.store(to, madd<T>(factor, v128.load(x), zero));
  for (; to < end; to += sizeof<T>(), x += sizeof<T>()) store<T>(to, load<T>(x) * scale + 0);
  for (; to < stop; to += sizeof<T>()) store<T>(to, 0);
}

/** Copies A [m, n] to rows of `ld` numbers, scaled, with zeros behind; returns the scale, a power of two. */
export function loadMatrix<T>(A: usize, m: i32, n: i32, to: usize, ld: i32): T {
  const power = matrixScale<T>(<T>maxAbs<T>(A, A + <usize>(m * n) * sizeof<T>()));
  for (let i = 0; i < m; i++) {
    scaledRow<T>(A + <usize>(i * n) * sizeof<T>(), to + <usize>(i * ld) * sizeof<T>(), n, power, ld);
  }
  return power;
}
