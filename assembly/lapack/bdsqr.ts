/**
 * Singular values of an upper bidiagonal matrix by implicit QR with shifts (Golub & Reinsch 1970), and without where a
 * block is singular (Demmel & Kahan 1990): then one sweep splits it. In f64. The rotations are written down for the singular vectors.
 */

import { addRotation, closeSweep, openSweep, Rotations } from './rotations';

/** Sweeps a singular value before the iteration is given up; about 2 are needed. */
const LIMIT: i32 = 30;
/** 2^-300: below it squares are no longer exact. */
const SMALL: f64 = 4.909093465297727e-91;

/** A rotation c f + s g = r, c g - s f = 0, and what it makes of its numbers. */
@unmanaged
class Turn {
  c: f64;
  s: f64;
  r: f64;
}

/**
 * d [n] becomes the singular values, in no order and with signs; e [n - 1] is lost. Rotations are for rows of Q' and P'
 * where B = Q' A P: those in `left` and `right`, unless these are null. `work` holds 64 bytes. Returns the number of
 * sweeps, or -1 where they do not suffice.
 */
export function bdsqr<T>(
  n: i32,
  d: usize,
  e: usize,
  left: Rotations | null,
  right: Rotations | null,
  work: usize,
): i32 {
  const eps: f64 = sizeof<T>() == 4 ? 1.4901161193847656e-8 : 8.881784197001252e-16;
  let top: f64 = 0;
  for (let i = 0; i < n; i++) top = max(top, abs(load<f64>(d + ((<usize>i) << 3))));
  for (let i = 0; i < n - 1; i++) top = max(top, abs(load<f64>(e + ((<usize>i) << 3))));
  const none = max(eps * top, SMALL);
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
    // A shift beside a singular value that cannot be told from 0 would only disturb it.
    const shift = smallest(count, dp, ep, stride) > none ? shiftOf(dp + end, ep + end, stride) : 0;
    const L = step > 0 ? left : right,
      R = step > 0 ? right : left;
    if (L != null) openSweep<T>(L, first, step, count);
    if (R != null) openSweep<T>(R, first, step, count);
    const turn = changetype<Turn>(work);
    if (shift > 0) shifted<T>(count, dp, ep, stride, shift, L, R, turn);
    else unshifted<T>(count, dp, ep, stride, L, R, turn);
    if (L != null) closeSweep<T>(L);
    if (R != null) closeSweep<T>(R);
  }
  return sweeps;
}

/** A lower bound of the smallest singular value of a block, up to a factor of sqrt(count) (Demmel & Kahan). */
function smallest(count: i32, dp: usize, ep: usize, stride: usize): f64 {
  let mu = abs(load<f64>(dp)),
    least = mu;
  for (; count > 0; count--, ep += stride) {
    dp += stride;
    mu = abs(load<f64>(dp)) * (mu / (mu + abs(load<f64>(ep))));
    least = min(least, mu);
  }
  return least;
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

// @ts-ignore: decorator
@inline
function rotate(f: f64, g: f64, t: Turn): void {
  if (g == 0) {
    t.c = 1;
    t.s = 0;
    t.r = f;
    return;
  }
  // Squares of small numbers are not exact, and c c + s s would not be 1.
  const isSmall = max(abs(f), abs(g)) < SMALL;
  if (isSmall) {
    f /= SMALL;
    g /= SMALL;
  }
  const r = sqrt(f * f + g * g);
  t.c = f / r;
  t.s = g / r;
  t.r = isSmall ? r * SMALL : r;
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
  t: Turn,
): void {
  let d = load<f64>(dp),
    f = (abs(d) - shift) * (copysign<f64>(1, d) + shift / d),
    g = load<f64>(ep);
  for (let i = 0; i < count; i++, dp += stride, ep += stride) {
    rotate(f, g, t);
    if (i > 0) store<f64>(ep - stride, t.r);
    if (right != null) addRotation<T>(right, t.c, -t.s);
    const x = load<f64>(ep),
      y = load<f64>(dp + stride);
    f = t.c * d + t.s * x;
    const off = t.c * x - t.s * d;
    g = t.s * y;
    d = t.c * y;
    rotate(f, g, t);
    store<f64>(dp, t.r);
    if (left != null) addRotation<T>(left, t.c, -t.s);
    f = t.c * off + t.s * d;
    d = t.c * d - t.s * off;
    if (i == count - 1) break;
    const behind = load<f64>(ep + stride);
    g = t.s * behind;
    store<f64>(ep + stride, t.c * behind);
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
  t: Turn,
): void {
  let c: f64 = 1,
    oldC: f64 = 1,
    oldS: f64 = 0;
  for (let i = 0; i < count; i++, dp += stride, ep += stride) {
    rotate(load<f64>(dp) * c, load<f64>(ep), t);
    if (i > 0) store<f64>(ep - stride, oldS * t.r);
    if (right != null) addRotation<T>(right, t.c, -t.s);
    c = t.c;
    rotate(oldC * t.r, load<f64>(dp + stride) * t.s, t);
    store<f64>(dp, t.r);
    if (left != null) addRotation<T>(left, t.c, -t.s);
    oldC = t.c;
    oldS = t.s;
  }
  const h = load<f64>(dp) * c;
  store<f64>(dp, h * oldC);
  store<f64>(ep - stride, h * oldS);
}
