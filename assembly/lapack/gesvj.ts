/**
 * Singular value decomposition by one-sided Jacobi, in f64 for both dtypes. Columns of A (its rows where these are fewer)
 * lie as rows in the workspace, each followed by its row of J', so that a rotation turns both.
 */

import { Head, fail } from '../abi';
import { maxAbs } from '../map/scan';
import { fixSigns } from './signs';
import { complete, dot, norm2, swapRows } from './rows';

@unmanaged
export class GesvdArgs extends Head {
  batch: i32;
  m: i32;
  n: i32;
  vectors: i32;
  A: usize;
  U: usize;
  S: usize;
  Vt: usize;
}

const SWEEPS: i32 = 60;
/** Squared norm below which a column counts as zero. */
const NULL: f64 = 1.1830521861667747e-271;
const CONVERGENCE: i32 = 2;

export function gesvj<T>(a: GesvdArgs): void {
  for (let t = a.begin; t < a.end; t++) jacobi<T>(a, t);
}

/** Batch element t. */
export function jacobi<T>(a: GesvdArgs, t: i32): void {
  const m = a.m,
    n = a.n,
    wide = m < n,
    k = min(m, n),
    long = max(m, n);
  if (k == 0) return;
  // Rows of whole pairs of vectors.
  const turned = (<usize>long * 8 + 31) & ~31,
    pitch = turned + ((<usize>k * 8 + 31) & ~31);
  const W = a.work,
    norms = W + <usize>k * pitch;
  const A = a.A + <usize>t * <usize>m * <usize>n * sizeof<T>(),
    S = a.S + <usize>t * <usize>k * sizeof<T>();
  const scale = scaleOf<T>(A, m * n);
  memory.fill(W, 0, <usize>k * pitch);
  for (let j = 0; j < k; j++) {
    const row = W + <usize>j * pitch;
    const from = A + <usize>(wide ? j * n : j) * sizeof<T>(),
      step = <usize>(wide ? 1 : n) * sizeof<T>();
    for (let i = 0; i < long; i++) store<f64>(row + ((<usize>i) << 3), scale * <f64>load<T>(from + <usize>i * step));
    store<f64>(row + turned + ((<usize>j) << 3), 1);
  }
  if (!orthogonalize(W, norms, k, turned, pitch, <f64>long)) fail(CONVERGENCE, SWEEPS);
  for (let j = 0; j < k; j++) {
    const row = W + <usize>j * pitch,
      s = sqrt(norm2(row, turned));
    let p = j;
    // Pivoting leaves them in order but for rounding.
    for (; p > 0 && load<f64>(norms + ((<usize>(p - 1)) << 3)) < s; p--) {
      swapRows(W + <usize>p * pitch, W + <usize>(p - 1) * pitch, pitch);
      store<f64>(norms + ((<usize>p) << 3), load<f64>(norms + ((<usize>(p - 1)) << 3)));
    }
    store<f64>(norms + ((<usize>p) << 3), s);
  }
  for (let j = 0; j < k; j++) store<T>(S + <usize>j * sizeof<T>(), <T>(load<f64>(norms + ((<usize>j) << 3)) / scale));
  if (a.vectors == 0) return;
  for (let j = 0; j < k; j++) {
    const row = W + <usize>j * pitch,
      s = load<f64>(norms + ((<usize>j) << 3));
    if (s * s > NULL) for (let p: usize = 0; p < turned; p += 8) store<f64>(row + p, load<f64>(row + p) / s);
    else complete(W, j, pitch, turned, long);
  }
  const U = a.U + <usize>t * <usize>m * <usize>k * sizeof<T>(),
    Vt = a.Vt + <usize>t * <usize>n * <usize>k * sizeof<T>();
  const left = wide ? W + turned : W,
    right = wide ? W : W + turned;
  for (let j = 0; j < k; j++) {
    const u = left + <usize>j * pitch,
      v = right + <usize>j * pitch;
    for (let i = 0; i < m; i++) store<T>(U + <usize>(i * k + j) * sizeof<T>(), <T>load<f64>(u + ((<usize>i) << 3)));
    for (let i = 0; i < n; i++) store<T>(Vt + <usize>(j * n + i) * sizeof<T>(), <T>load<f64>(v + ((<usize>i) << 3)));
  }
  fixSigns<T>(U, Vt, m, k, n, norms);
}

/** A power of two that brings the largest of `count` numbers into [1, 2), as far as it is itself finite; 1 for zeros. */
export function scaleOf<T>(x: usize, count: i32): f64 {
  const top = <f64>maxAbs<T>(x, x + <usize>count * sizeof<T>());
  if (top == 0) return 1;
  const exponent = <i32>(reinterpret<u64>(top) >> 52);
  return reinterpret<f64>((<u64>max(23, min(2023, 2046 - exponent))) << 52);
}

/** Rotates pairs of rows until all are orthogonal. False where the sweeps do not suffice. */
function orthogonalize(W: usize, norms: usize, k: i32, turned: usize, pitch: usize, long: f64): bool {
  const eps = 2.220446049250313e-16 * sqrt(long);
  for (let j = 0; j < k; j++) store<f64>(norms + ((<usize>j) << 3), norm2(W + <usize>j * pitch, turned));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let quiet = true;
    for (let p = 0; p < k - 1; p++) {
      // The longest of the rows from p on comes to p (de Rijk).
      let longest = p;
      for (let j = p + 1; j < k; j++) {
        if (load<f64>(norms + ((<usize>j) << 3)) > load<f64>(norms + ((<usize>longest) << 3))) longest = j;
      }
      const x = W + <usize>p * pitch;
      if (longest != p) {
        swapRows(x, W + <usize>longest * pitch, pitch);
        swapRows(norms + ((<usize>p) << 3), norms + ((<usize>longest) << 3), 8);
      }
      for (let q = p + 1; q < k; q++) {
        const a = load<f64>(norms + ((<usize>p) << 3)),
          b = load<f64>(norms + ((<usize>q) << 3));
        if (b <= NULL) continue;
        const y = W + <usize>q * pitch,
          c = dot(x, y, turned);
        if (abs(c) <= eps * sqrt(a) * sqrt(b)) continue;
        const zeta = (b - a) / (2 * c),
          size = abs(zeta);
        const t = copysign<f64>(1, zeta) / (size > 1e8 ? 2 * size : size + sqrt(1 + size * size));
        rotate(x, y, pitch, t);
        store<f64>(norms + ((<usize>p) << 3), norm2(x, turned));
        store<f64>(norms + ((<usize>q) << 3), norm2(y, turned));
        quiet = false;
      }
    }
    if (quiet) return true;
  }
  return false;
}

/** x, y = c x - s y, s x + c y with t = s / c. */
function rotate(x: usize, y: usize, bytes: usize, t: f64): void {
  const c = 1 / sqrt(1 + t * t),
    cc = f64x2.splat(c),
    ss = f64x2.splat(c * t);
  for (let p: usize = 0; p < bytes; p += 32) {
    const a = v128.load(x + p),
      b = v128.load(y + p),
      d = v128.load(x + p, 16),
      e = v128.load(y + p, 16);
    v128.store(x + p, f64x2.sub(f64x2.mul(cc, a), f64x2.mul(ss, b)));
    v128.store(y + p, f64x2.add(f64x2.mul(ss, a), f64x2.mul(cc, b)));
    v128.store(x + p, f64x2.sub(f64x2.mul(cc, d), f64x2.mul(ss, e)), 16);
    v128.store(y + p, f64x2.add(f64x2.mul(ss, d), f64x2.mul(cc, e)), 16);
  }
}
