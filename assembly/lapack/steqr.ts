/**
 * Eigenvalues of a symmetric tridiagonal matrix by the implicit QL iteration with Wilkinson's shift (Golub & Van Loan,
 * 8.3.5; LAPACK's xSTEQR), in f64. A block is taken from the end whose diagonal is smaller, which suits graded matrices.
 * The rotations are written down for the eigenvectors. About 1.7 sweeps an eigenvalue.
 */

import { addRotation, clear, closeSweep, openSweep, Rotations } from './rotations';

/** Sweeps an eigenvalue before the iteration is given up. */
const LIMIT: i32 = 30;
/** 2^-300: the square of an element off the diagonal that is negligible in a matrix of size 1. */
const NONE: f64 = 4.909093465297727e-91;

/**
 * d [n] becomes the eigenvalues, in no order; e [n], n - 1 of them used, couples neighbours and is lost. Rotations are
 * for rows: W' A W = diag(d), rows of W' are what they make of the identity. They are not written where `r` is null.
 * Returns the number of sweeps, or -1 where they do not suffice.
 */
export function steqr<T>(n: i32, d: usize, e: usize, r: Rotations | null): i32 {
  const eps: f64 = sizeof<T>() == 4 ? 2.3283064365386963e-10 : 1.1102230246251565e-16;
  if (r != null) clear(r, n);
  let sweeps = 0;
  let from = 0;
  while (from < n) {
    let to = from;
    for (; to < n - 1; to++) if (isNegligible(d + ((<usize>to) << 3), e + ((<usize>to) << 3), 8, eps)) break;
    let first = from;
    let step = 1;
    if (abs(load<f64>(d + ((<usize>to) << 3))) < abs(load<f64>(d + ((<usize>from) << 3)))) {
      first = to;
      step = -1;
    }
    let left = to - from;
    from = to + 1;
    // The block seen from its small end: d at dp, dp + stride, ..., coupled by ep, ep + stride, ...
    const stride = <usize>(8 * step);
    let dp = d + ((<usize>first) << 3);
    let ep = step > 0 ? e + ((<usize>first) << 3) : e + ((<usize>(first - 1)) << 3);
    while (left > 0) {
      let m = 0;
      for (; m < left; m++) if (isNegligible(dp + <usize>m * stride, ep + <usize>m * stride, stride, eps)) break;
      if (m == 0) {
        dp += stride;
        ep += stride;
        first += step;
        left--;
        continue;
      }
      if (++sweeps > LIMIT * n) return -1;
      sweep<T>(m, dp, ep, stride, first, step, r);
    }
  }
  return sweeps;
}

/** Whether the element at `p` that couples those at d and d + stride is so small that it counts as zero, and then is. */
// @ts-ignore: decorator
@inline
function isNegligible(d: usize, p: usize, stride: usize, eps: f64): bool {
  const x = load<f64>(p);
  if (x * x > eps * eps * abs(load<f64>(d)) * abs(load<f64>(d + stride)) + NONE) return false;
  store<f64>(p, 0);
  return true;
}

/** One QL sweep over elements 0 to m of a block. */
function sweep<T>(m: i32, dp: usize, ep: usize, stride: usize, first: i32, step: i32, r: Rotations | null): void {
  if (r != null) openSweep<T>(r, first + step * m, -step, m);
  const x = load<f64>(dp);
  const y = load<f64>(ep);
  let g = (load<f64>(dp + stride) - x) / (2 * y);
  const h = hypotenuse(g, 1);
  g = load<f64>(dp + <usize>m * stride) - x + y / (g + copysign<f64>(h, g));
  let s: f64 = 1;
  let c: f64 = 1;
  let p: f64 = 0;
  let di = dp + <usize>m * stride;
  let ei = ep + <usize>m * stride;
  for (let i = m - 1; i >= 0; i--) {
    ei -= stride;
    const f = s * load<f64>(ei);
    const b = c * load<f64>(ei);
    const size = hypotenuse(f, g);
    if (i != m - 1) store<f64>(ei + stride, size);
    if (size == 0) {
      c = 1;
      s = 0;
    } else {
      c = g / size;
      s = f / size;
    }
    g = load<f64>(di) - p;
    const q = (load<f64>(di - stride) - g) * s + 2 * c * b;
    p = s * q;
    store<f64>(di, g + p);
    g = c * q - b;
    di -= stride;
    if (r != null) addRotation<T>(r, c, -s);
  }
  store<f64>(dp, load<f64>(dp) - p);
  store<f64>(ep, g);
  if (r != null) closeSweep(r);
}

/** sqrt(x x + y y) without overflow or needless underflow. */
// @ts-ignore: decorator
@inline
function hypotenuse(x: f64, y: f64): f64 {
  const a = abs(x);
  const b = abs(y);
  const large = max(a, b);
  if (large == 0) return 0;
  const ratio = min(a, b) / large;
  return large * sqrt(1 + ratio * ratio);
}
