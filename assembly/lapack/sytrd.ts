/**
 * Reduction of a symmetric matrix to tridiagonal form, Q' A Q = T, by reflectors (Golub & Van Loan, 8.3.1). Only the upper
 * triangle is kept: its rows are contiguous, and row i becomes reflector i. A step is one pass over the rest of the
 * triangle, two rows at a time: it takes the last reflector off, A - v w' - w v', and multiplies by the next one.
 * 4 n^3 / 3 operations.
 */

import { axpy, dot, scale } from '../level1/vectors';
import { hsum, madd } from '../simd/lanes';

/** 2^-200: the square of a norm that counts as zero in a matrix of size 1. */
const NONE: f64 = 6.223015277861142e-61;

/**
 * W [n, n] is of size 1, upper triangular with zeros below, in rows of `pitch` bytes with zeros behind, at least 16 bytes
 * of them. Row i becomes v of H_i = I - tau_i v v', 1 at place i + 1 and 0 before it; Q is H_0 H_1 ... H_(n-2). d [n] and
 * e [n - 1] are f64, tau [n - 1] of T; p, w and v are rows of workspace.
 */
export function sytrd<T>(n: i32, W: usize, pitch: usize, d: usize, e: usize, tau: usize, p: usize, w: usize): void {
  memory.fill(w, 0, pitch);
  // The reflector that is still to be taken off; none at first.
  let v = w;
  for (let i = 0; i < n; i++, d += 8, e += 8, tau += sizeof<T>()) {
    const row = W + <usize>i * pitch;
    const at = <usize>i * sizeof<T>();
    const vi = load<T>(v + at);
    const wi = load<T>(w + at);
    axpy<T>(n - i, -vi, w + at, row + at);
    axpy<T>(n - i, -wi, v + at, row + at);
    store<f64>(d, <f64>load<T>(row + at));
    store<T>(row + at, 0);
    if (i == n - 1) return;
    const next = at + sizeof<T>();
    const t = reflect<T>(n - i - 1, row + next, e);
    store<T>(tau, t);
    memory.fill(p, 0, pitch);
    let r = i + 1;
    for (; r + 1 < n; r += 2) twoRows<T>(r, n, W + <usize>r * pitch, pitch, v, w, row, p);
    if (r < n) {
      const last = <usize>r * sizeof<T>();
      const corner = W + <usize>r * pitch + last;
      const x = load<T>(corner) - 2 * load<T>(v + last) * load<T>(w + last);
      store<T>(corner, x);
      store<T>(p + last, load<T>(p + last) + x * load<T>(row + last));
    }
    const left = n - i - 1;
    scale<T>(left, t, p + next, p + next);
    axpy<T>(left, <T>-0.5 * t * dot<T>(left, p + next, row + next), row + next, p + next);
    v = row;
    const old = w;
    w = p;
    p = old;
  }
}

/** Rows r and r + 1 of the triangle: less v w' + w v', and then their share of p = A u, below and above the diagonal. */
function twoRows<T>(r: i32, n: i32, row: usize, pitch: usize, v: usize, w: usize, u: usize, p: usize): void {
  const end = p + <usize>n * sizeof<T>();
  let at = <usize>r * sizeof<T>();
  p += at;
  v += at - p;
  w += at - p;
  u += at - p;
  let x = row + at - p;
  let y = x + pitch;
  const v0 = load<T>(v + p);
  const v1 = load<T>(v + p, sizeof<T>());
  const w0 = load<T>(w + p);
  const w1 = load<T>(w + p, sizeof<T>());
  const u0 = load<T>(u + p);
  const u1 = load<T>(u + p, sizeof<T>());
  const a = load<T>(x + p) - 2 * v0 * w0;
  const b = load<T>(x + p, sizeof<T>()) - v0 * w1 - w0 * v1;
  const c = load<T>(y + p, sizeof<T>()) - 2 * v1 * w1;
  store<T>(x + p, a);
  store<T>(x + p, b, sizeof<T>());
  store<T>(y + p, c, sizeof<T>());
  const first = p;
  const V0 = v128.splat<T>(v0);
  const V1 = v128.splat<T>(v1);
  const W0 = v128.splat<T>(w0);
  const W1 = v128.splat<T>(w1);
  const U0 = v128.splat<T>(u0);
  const U1 = v128.splat<T>(u1);
  let s0 = v128.splat<T>(0);
  let s1 = s0;
  // Behind the last column all are zeros.
  for (p += 2 * sizeof<T>(); p < end; p += 16) {
    const vc = v128.load(v + p);
    const wc = v128.load(w + p);
    const X = v128.sub<T>(v128.sub<T>(v128.load(x + p), v128.mul<T>(V0, wc)), v128.mul<T>(W0, vc));
    const Y = v128.sub<T>(v128.sub<T>(v128.load(y + p), v128.mul<T>(V1, wc)), v128.mul<T>(W1, vc));
    v128.store(x + p, X);
    v128.store(y + p, Y);
    const uc = v128.load(u + p);
    s0 = madd<T>(X, uc, s0);
    s1 = madd<T>(Y, uc, s1);
    v128.store(p, madd<T>(U1, Y, madd<T>(U0, X, v128.load(p))));
  }
  store<T>(first, load<T>(first) + (a * u0 + b * u1 + hsum<T>(s0)));
  store<T>(first, load<T>(first, sizeof<T>()) + (b * u0 + c * u1 + hsum<T>(s1)), sizeof<T>());
}

/** Makes the reflector of m elements whose first one stays, as beta, at `e`; returns tau, 0 where none is needed. */
function reflect<T>(m: i32, row: usize, e: usize): T {
  const end = row + <usize>m * sizeof<T>();
  const alpha = <f64>load<T>(row);
  store<f64>(e, alpha);
  store<T>(row, 1);
  let sum: f64 = 0;
  for (let p = row + sizeof<T>(); p < end; p += sizeof<T>()) sum += <f64>load<T>(p) * <f64>load<T>(p);
  if (!(sum > NONE)) return 0;
  const beta = -copysign<f64>(sqrt(alpha * alpha + sum), alpha);
  scale<T>(m - 1, <T>(1 / (alpha - beta)), row + sizeof<T>(), row + sizeof<T>());
  store<f64>(e, beta);
  return <T>((beta - alpha) / beta);
}
