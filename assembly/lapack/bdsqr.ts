/**
 * Singular values of an upper bidiagonal matrix by implicit QR with shifts (Golub & Reinsch 1970), in f64. Blocks with a
 * zero on the diagonal are split by a sweep without shift, which never fails (Demmel & Kahan 1990). The rotations are
 * written down for the singular vectors.
 */

import { addRotation, clear, closeSweep, openSweep, Rotations } from './rotations';

/** Sweeps a singular value before the iteration is given up; about 2 are needed. */
const LIMIT: i32 = 30;
/** 2^-600: a square that is negligible in a matrix of size 1. */
const SMALL: f64 = 2.409919865102884e-181;

/**
 * d [n] becomes the singular values, in no order and with signs; e [n - 1] is lost. Rotations are for rows of Q' and P'
 * where B = Q' A P: those in `left` and `right`, unless these are null. Returns the number of sweeps, or -1 where they do
 * not suffice.
 */
export function bdsqr<T>(n: i32, d: usize, e: usize, left: Rotations | null, right: Rotations | null): i32 {
  const eps: f64 = sizeof<T>() == 4 ? 1.4901161193847656e-8 : 8.881784197001252e-16;
  if (left != null) clear(left, n);
  if (right != null) clear(right, n);
  let top: f64 = 0;
  for (let i = 0; i < n; i++) top = max(top, abs(load<f64>(d + ((<usize>i) << 3))));
  for (let i = 0; i < n - 1; i++) top = max(top, abs(load<f64>(e + ((<usize>i) << 3))));
  const none = max(eps * top, sqrt(SMALL));
  let sweeps = 0,
    step = 1,
    lastFrom = n,
    lastTo = -1;
  for (let to = n - 1; to > 0; ) {
    let from = to;
    while (from > 0 && abs(load<f64>(e + ((<usize>(from - 1)) << 3))) > none) from--;
    if (from > 0) store<f64>(e + ((<usize>(from - 1)) << 3), 0);
    const count = to - from;
    if (count == 0) {
      to--;
      continue;
    }
    // A block is taken from its large end; seen from the other one it is upper bidiagonal, too, with Q and P exchanged.
    if (from > lastTo || to < lastFrom) {
      step = abs(load<f64>(d + ((<usize>from) << 3))) >= abs(load<f64>(d + ((<usize>to) << 3))) ? 1 : -1;
    }
    lastFrom = from;
    lastTo = to;
    const first = step > 0 ? from : to,
      stride = <usize>(8 * step),
      dp = d + ((<usize>first) << 3),
      ep = step > 0 ? e + ((<usize>from) << 3) : e + ((<usize>(to - 1)) << 3);
    if (++sweeps > LIMIT * n) return -1;
    const end = <usize>(count - 1) * stride;
    // A zero on the diagonal hides the shift from the rows in front of it.
    const shift = exceed(count, dp, stride, none) ? shiftOf(dp + end, ep + end, stride) : 0;
    const L = step > 0 ? left : right,
      R = step > 0 ? right : left;
    if (L != null) openSweep<T>(L, first, step, count);
    if (R != null) openSweep<T>(R, first, step, count);
    if (shift > 0) shifted<T>(count, dp, ep, stride, shift, L, R);
    else unshifted<T>(count, dp, ep, stride, L, R);
    if (L != null) closeSweep(L);
    if (R != null) closeSweep(R);
  }
  return sweeps;
}

/** Whether all |d| of the count + 1 elements at `dp` are above `none`. */
function exceed(count: i32, dp: usize, stride: usize, none: f64): bool {
  for (; count >= 0; count--, dp += stride) if (!(abs(load<f64>(dp)) > none)) return false;
  return true;
}

/** The smaller singular value of the last two rows of a block (LAPACK's xLAS2). */
function shiftOf(dp: usize, ep: usize, stride: usize): f64 {
  const f = abs(load<f64>(dp)),
    h = abs(load<f64>(dp + stride)),
    g = abs(load<f64>(ep)),
    low = min(f, h),
    high = max(f, h);
  if (g < high) {
    const p = 1 + low / high,
      q = (high - low) / high,
      r = (g / high) * (g / high);
    return (2 * low) / (sqrt(p * p + r) + sqrt(q * q + r));
  }
  const r = high / g,
    p = (1 + low / high) * r,
    q = ((high - low) / high) * r;
  return 2 * ((low / (sqrt(1 + p * p) + sqrt(1 + q * q))) * r);
}

/**
 * The length r of (f, g) from its square, which is rotated to (r, 0) by c = f / r, s = g / r; 0 where it is negligible, and
 * then c = 1, s = 0. Square roots and divisions wait for each other in a sweep: none is done twice.
 */
// @ts-ignore: decorator
@inline
function root(square: f64): f64 {
  return square > SMALL ? sqrt(square) : 0;
}

// @ts-ignore: decorator
@inline
function over(x: f64, r: f64, otherwise: f64): f64 {
  return r > 0 ? x / r : otherwise;
}

/** One sweep from the first row to the last. */
function shifted<T>(
  count: i32,
  dp: usize,
  ep: usize,
  stride: usize,
  shift: f64,
  left: Rotations | null,
  right: Rotations | null,
): void {
  let d = load<f64>(dp),
    f = (abs(d) - shift) * (copysign<f64>(1, d) + shift / d),
    g = load<f64>(ep);
  for (let i = 0; i < count; i++, dp += stride, ep += stride) {
    let r = root(f * f + g * g),
      c = over(f, r, 1),
      s = over(g, r, 0);
    if (i > 0) store<f64>(ep - stride, r);
    if (right != null) addRotation<T>(right, c, -s);
    const x = load<f64>(ep),
      y = load<f64>(dp + stride);
    f = c * d + s * x;
    const off = c * x - s * d;
    g = s * y;
    d = c * y;
    r = root(f * f + g * g);
    c = over(f, r, 1);
    s = over(g, r, 0);
    store<f64>(dp, r);
    if (left != null) addRotation<T>(left, c, -s);
    f = c * off + s * d;
    d = c * d - s * off;
    if (i == count - 1) break;
    const behind = load<f64>(ep + stride);
    g = s * behind;
    store<f64>(ep + stride, c * behind);
  }
  store<f64>(dp + stride, d);
  store<f64>(ep, f);
}

/** One sweep with shift 0, without subtractions. */
function unshifted<T>(
  count: i32,
  dp: usize,
  ep: usize,
  stride: usize,
  left: Rotations | null,
  right: Rotations | null,
): void {
  let c: f64 = 1,
    oldC: f64 = 1,
    oldS: f64 = 0;
  for (let i = 0; i < count; i++, dp += stride, ep += stride) {
    const f = load<f64>(dp) * c,
      g = load<f64>(ep);
    let r = root(f * f + g * g);
    const s = over(g, r, 0);
    c = over(f, r, 1);
    if (i > 0) store<f64>(ep - stride, oldS * r);
    if (right != null) addRotation<T>(right, c, -s);
    const p = oldC * r,
      q = load<f64>(dp + stride) * s;
    r = root(p * p + q * q);
    oldC = over(p, r, 1);
    oldS = over(q, r, 0);
    store<f64>(dp, r);
    if (left != null) addRotation<T>(left, oldC, -oldS);
  }
  const h = load<f64>(dp) * c;
  store<f64>(dp, h * oldC);
  store<f64>(ep - stride, h * oldS);
}
