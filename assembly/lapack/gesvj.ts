/**
 * Singular value decomposition by one-sided Jacobi, in f64 for both dtypes, on the factor R of QR with column pivoting,
 * whose rows are nearly orthogonal from the start (Drmac & Veselic 2008). Each row is followed by its row of J, so that
 * a rotation turns both: J R = S V', A P = (Q J') S V'.
 */

import { Head, fail } from '../abi';
import { mul } from '../level3/mul';
import { maxAbs } from '../map/scan';
import { geqp3, Geqp3Args } from './geqp3';
import { complete, dot, norm2, padded, swapRows } from './rows';
import { writeColumn, writeRow } from './signs';

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
/** Squared norm below which a row counts as zero. */
const NULL: f64 = 1.1830521861667747e-271;
const CONVERGENCE: i32 = 2;

/** Rows of R and U, and what QR needs; src/kernels/gesvj.ts knows how much it takes. */
@unmanaged
class Plan extends Geqp3Args {
  count: i32;
  W: usize;
  norms: usize;
  U: usize;
}

export function gesvj<T>(a: GesvdArgs): void {
  const m = a.m,
    n = a.n,
    k = min(m, n);
  if (k == 0) return;
  const g = changetype<Plan>(a.work);
  g.begin = 0;
  g.end = 1;
  g.m = m;
  g.n = n;
  g.most = k;
  g.eps = 0;
  g.rank = a.work + offsetof<Plan>('count');
  g.W = a.work + 128;
  g.norms = g.W + <usize>k * (padded(n) + padded(k));
  g.U = g.norms + padded(k);
  g.A = g.U + <usize>k * padded(m);
  g.Q = g.A + padded(m * n);
  g.R = g.Q + padded(m * k);
  g.permutation = g.R + padded(k * n);
  g.work = (g.permutation + padded(n) + 63) & ~63;
  for (let t = a.begin; t < a.end; t++) element<T>(a, g, <usize>t);
}

function element<T>(a: GesvdArgs, g: Plan, t: usize): void {
  const m = a.m,
    n = a.n,
    k = g.most,
    inner = padded(n),
    pitch = inner + padded(k);
  const A = a.A + t * <usize>(m * n) * sizeof<T>();
  const scale = scaleOf<T>(A, m * n);
  for (let i = 0; i < m * n; i++) {
    store<f64>(g.A + ((<usize>i) << 3), scale * <f64>load<T>(A + <usize>i * sizeof<T>()));
  }
  geqp3<f64>(g);
  const r = g.count;
  memory.fill(g.W, 0, <usize>k * pitch);
  for (let j = 0; j < r; j++) {
    const row = g.W + <usize>j * pitch;
    memory.copy(row, g.R + ((<usize>(j * n)) << 3), (<usize>n) << 3);
    store<f64>(row + inner + ((<usize>j) << 3), 1);
  }
  if (!orthogonalize(g.W, g.norms, r, inner, pitch, <f64>n)) fail(CONVERGENCE, SWEEPS);
  settle(g, inner, pitch);
  const S = a.S + t * <usize>k * sizeof<T>();
  for (let j: usize = 0; j < <usize>k; j++) store<T>(S + j * sizeof<T>(), <T>(load<f64>(g.norms + (j << 3)) / scale));
  if (a.vectors == 0) return;
  const ld = <i32>(pitch >> 3);
  const outer = padded(m);
  memory.fill(g.U, 0, <usize>k * outer);
  mul<f64>(g.work, r, m, r, g.W + inner, ld, 1, g.Q, 1, r, g.U, <i32>(outer >> 3), 1, false);
  for (let j = 0; j < k; j++) {
    const row = g.W + <usize>j * pitch,
      s = load<f64>(g.norms + ((<usize>j) << 3));
    if (s * s > NULL) for (let p: usize = 0; p < inner; p += 8) store<f64>(row + p, load<f64>(row + p) / s);
    else complete(g.W, j, pitch, inner, n);
    if (j >= r) complete(g.U, j, outer, outer, m);
  }
  const U = a.U + t * <usize>(m * k) * sizeof<T>(),
    Vt = a.Vt + t * <usize>(k * n) * sizeof<T>();
  for (let j: usize = 0; j < <usize>k; j++) {
    const sign = writeColumn<f64, T>(g.U + j * outer, m, U + j * sizeof<T>(), <usize>k * sizeof<T>());
    // The norms are done with, and R, too: its first row takes the columns back to their places.
    for (let c: usize = 0; c < <usize>n; c++) {
      const to = <usize>load<i32>(g.permutation + (c << 2));
      store<f64>(g.R + (to << 3), load<f64>(g.W + j * pitch + (c << 3)));
    }
    writeRow<f64, T>(g.R, n, Vt + j * <usize>n * sizeof<T>(), sign);
  }
}

/** Replaces squared norms by norms and puts the rows in order; pivoting has done so but for rounding. */
function settle(g: Plan, inner: usize, pitch: usize): void {
  for (let j = 0; j < g.most; j++) {
    const s = sqrt(norm2(g.W + <usize>j * pitch, inner));
    let p = j;
    for (; p > 0 && load<f64>(g.norms + ((<usize>(p - 1)) << 3)) < s; p--) {
      swapRows(g.W + <usize>p * pitch, g.W + <usize>(p - 1) * pitch, pitch);
      store<f64>(g.norms + ((<usize>p) << 3), load<f64>(g.norms + ((<usize>(p - 1)) << 3)));
    }
    store<f64>(g.norms + ((<usize>p) << 3), s);
  }
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
      // The longest of the rows from p on comes to p (de Rijk 1989).
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
