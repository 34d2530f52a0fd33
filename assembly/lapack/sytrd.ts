/**
 * Reduction of a symmetric matrix to tridiagonal form, Q' A Q = T, by reflectors from the last row up (Golub & Van Loan,
 * 8.3.1; EISPACK's tred2): row i of the lower triangle is contiguous and becomes reflector i. Taking a reflector off the
 * matrix and multiplying by the next one are one pass over the triangle. 4 n^3 / 3 operations, and as many for Q.
 */

import { axpy, dot, scale } from '../level1/vectors';
import { madd, hsum } from '../simd/lanes';

/** 2^-200: the square of a norm that counts as zero in a matrix of size 1. */
const NONE: f64 = 6.223015277861142e-61;

/**
 * W [n, n], rows `pitch` bytes apart, is of size 1 and lower triangular, and lost: row i holds v of H_i = I - tau v v', of
 * which v[i - 1] = 1 and i elements count. d [n] and e [n - 1] of T are f64, tau [n] of T; p, w and u are rows of workspace.
 */
export function sytrd<T>(n: i32, W: usize, pitch: usize, d: usize, e: usize, tau: usize, p: usize, w: usize): void {
  // The reflector that is still to be taken off, A - v w' - w v'; none before the last row.
  let v: usize = 0;
  for (let i = n - 1; i >= 0; i--) {
    const row = W + <usize>i * pitch;
    const at = <usize>i * sizeof<T>();
    if (v) {
      axpy<T>(i + 1, -load<T>(v + at), w, row);
      axpy<T>(i + 1, -load<T>(w + at), v, row);
    }
    store<f64>(d + (<usize>i << 3), <f64>load<T>(row + at));
    if (i == 0) return;
    const last = at - sizeof<T>();
    const t = reflect<T>(i, row, e + (<usize>(i - 1) << 3));
    store<T>(tau + at, t);
    memory.fill(p, 0, <usize>i * sizeof<T>());
    for (let r = 0; r < i; r++) pass<T>(r, W + <usize>r * pitch, v, w, row, p, t != 0);
    v = 0;
    if (t == 0) continue;
    v = row;
    scale<T>(i, t, p, p);
    axpy<T>(i, <T>-0.5 * t * dot<T>(i, p, v), v, p);
    const old = w;
    w = p;
    p = old;
  }
}

/**
 * Row r of the triangle: less v w' + w v' where v is not null, and then its share of p = A u, below and above the
 * diagonal, where `wanted`.
 */
function pass<T>(r: i32, row: usize, v: usize, w: usize, u: usize, p: usize, wanted: bool): void {
  const at = <usize>r * sizeof<T>();
  if (v) {
    axpy<T>(r + 1, -load<T>(v + at), w, row);
    axpy<T>(r + 1, -load<T>(w + at), v, row);
  }
  if (!wanted) return;
  const x = load<T>(u + at);
  store<T>(p + at, load<T>(p + at) + dot<T>(r, row, u) + x * load<T>(row + at));
  axpy<T>(r, x, row, p);
}

/** Makes the reflector of i elements whose last one stays, as beta, at `e`; returns tau, 0 where none is needed. */
function reflect<T>(i: i32, row: usize, e: usize): T {
  const last = row + <usize>(i - 1) * sizeof<T>();
  const alpha = <f64>load<T>(last);
  store<f64>(e, alpha);
  let sum: f64 = 0;
  for (let p = row; p < last; p += sizeof<T>()) sum += <f64>load<T>(p) * <f64>load<T>(p);
  if (!(sum > NONE)) return 0;
  const beta = -copysign<f64>(sqrt(alpha * alpha + sum), alpha);
  scale<T>(i - 1, <T>(1 / (alpha - beta)), row, row);
  store<T>(last, 1);
  store<f64>(e, beta);
  return <T>((beta - alpha) / beta);
}

/** Q' [n, n], rows `pitch` bytes apart: H_2 H_3 ... H_(n-1), of which H_i touches rows and columns below i. */
export function orgtr<T>(n: i32, W: usize, tau: usize, Q: usize, pitch: usize): void {
  memory.fill(Q, 0, <usize>n * pitch);
  for (let i = 0; i < n; i++) store<T>(Q + <usize>i * (pitch + sizeof<T>()), 1);
  for (let i = 2; i < n; i++) {
    const v = W + <usize>i * pitch;
    const t = load<T>(tau + <usize>i * sizeof<T>());
    if (t == 0) continue;
    for (let r = 0; r < i; r++) {
      const q = Q + <usize>r * pitch;
      axpy<T>(i, -t * dot<T>(i, q, v), v, q);
    }
  }
}
