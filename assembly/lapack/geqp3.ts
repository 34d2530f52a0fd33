/**
 * QR with column pivoting, A[:, permutation] = Q R, that stops when what remains is small (Businger & Golub 1965). Norms of
 * the remaining columns are downdated and taken anew by the rule of Drmac & Bujanovic 2008, as in LAPACK's xLAQP2. One
 * pass over the matrix a step: while a reflector is applied, the products of the next pivot with all others are summed.
 */

import { Head } from '../abi';
import { madd } from '../simd/lanes';
import { Factors, layOut, writeQ, writeR } from './factors';
import { loadMatrix } from './matrix';
import { reflectBy } from './reflector';
import { loadWy, pitchOf, Room, WIDTH } from './wy';

@unmanaged
export class Geqp3Args extends Head {
  m: i32;
  n: i32;
  most: i32;
  eps: f64;
  A: usize;
  Q: usize;
  R: usize;
  permutation: usize;
  rank: usize;
}

/** Lies behind the factors; rows of the matrix's padded length, and columns of m numbers. */
@unmanaged
class Pivoting extends Factors {
  /** What is taken off each row times v; sums of the next pivot's numbers times rows. */
  w: usize;
  s: usize;
  /** Of each row: v of the reflector at hand, number of the next pivot. */
  v: usize;
  x: usize;
  /** f64 of each column: norm of what remains, and as it was last computed. */
  norms: usize;
  fresh: usize;
}

export function geqp3<T>(a: Geqp3Args): void {
  const g = changetype<Pivoting>(a.work),
    m = a.m,
    n = a.n;
  if (a.begin >= a.end) return;
  store<i32>(a.rank, 0);
  g.w = a.work + 128;
  g.s = g.w + <usize>pitchOf<T>(n) * sizeof<T>();
  g.v = g.s + <usize>pitchOf<T>(n) * sizeof<T>();
  g.x = g.v + <usize>pitchOf<T>(m) * sizeof<T>();
  g.norms = g.x + <usize>pitchOf<T>(m) * sizeof<T>();
  g.fresh = g.norms + ((<usize>pitchOf<T>(n)) << 3);
  const at = g.fresh + ((<usize>pitchOf<T>(n)) << 3);
  layOut<T>(g, at, m, n, a.most, a.most);
  // Reflectors come one by one here, and N with them.
  g.Z = 0;
  const power = loadMatrix<T>(a.A, m, n, g.A, g.ld);
  for (let j = 0; j < n; j++) {
    store<i32>(a.permutation + ((<usize>j) << 2), j);
    store<f64>(g.norms + ((<usize>j) << 3), -1);
  }
  if (!a.most) return;
  const rank = factor<T>(g, a.most, a.eps, a.permutation);
  store<i32>(a.rank, rank);
  g.k = rank;
  for (let j = 0, V = g.V, N = g.N; j < rank; j += WIDTH) {
    loadWy<T>(g.A, g.ld, m, j, min(WIDTH, rank - j), g.tau, V, N, g.width, changetype<Room>(g));
    V += <usize>(m * g.width) * sizeof<T>();
    N += <usize>(g.width * g.width) * sizeof<T>();
  }
  writeR<T>(g, a.R, rank, power);
  writeQ<T>(g, a.Q, rank);
}

// @ts-ignore: decorator
@inline
function norm(list: usize, j: i32): f64 {
  return load<f64>(list + ((<usize>j) << 3));
}

/**
 * Computes the norms of columns [j, n) that are below 0, from row j on. Squares that vanish, of numbers below 1e-160 beside
 * entries above 1e-90, are nothing.
 */
function renew<T>(g: Pivoting, j: i32): void {
  const step = <usize>g.ld * sizeof<T>(),
    end = g.A + <usize>g.m * step;
  for (let c = j; c < g.n; c++) {
    const at = (<usize>c) << 3;
    if (!(load<f64>(g.norms + at) < 0)) continue;
    let sum: f64 = 0;
    for (let p = g.A + <usize>j * step; p < end; p += step) {
      const x = <f64>load<T>(p + <usize>c * sizeof<T>());
      sum += x * x;
    }
    store<f64>(g.norms + at, sqrt(sum));
    store<f64>(g.fresh + at, sqrt(sum));
  }
}

/** The Frobenius norm of columns [j, n) that remain. */
function remaining(g: Pivoting, j: i32): f64 {
  let top: f64 = 0,
    sum: f64 = 0;
  for (let c = j; c < g.n; c++) top = max(top, norm(g.norms, c));
  if (!(top > 0)) return top;
  for (let c = j; c < g.n; c++) {
    const x = norm(g.norms, c) / top;
    sum += x * x;
  }
  return top * sqrt(sum);
}

/** The first of the largest columns of [j, n). */
function largest(g: Pivoting, j: i32): i32 {
  let p = j;
  for (let c = j + 1; c < g.n; c++) if (norm(g.norms, c) > norm(g.norms, p)) p = c;
  return p;
}

/** Exchanges columns j and p of the matrix, their sums, norms and names. */
function exchange<T>(g: Pivoting, j: i32, p: i32, permutation: usize): void {
  if (j == p) return;
  const a = <usize>j * sizeof<T>(),
    b = <usize>p * sizeof<T>(),
    end = g.A + <usize>(g.m * g.ld) * sizeof<T>();
  for (let row = g.A; row < end; row += <usize>g.ld * sizeof<T>()) swap<T>(row + a, row + b);
  swap<T>(g.s + a, g.s + b);
  swap<f64>(g.norms + ((<usize>j) << 3), g.norms + ((<usize>p) << 3));
  swap<f64>(g.fresh + ((<usize>j) << 3), g.fresh + ((<usize>p) << 3));
  swap<i32>(permutation + ((<usize>j) << 2), permutation + ((<usize>p) << 2));
}

// @ts-ignore: decorator
@inline
function swap<U>(a: usize, b: usize): void {
  const x = load<U>(a);
  store<U>(a, load<U>(b));
  store<U>(b, x);
}

/**
 * Rows from `row` on: row -= v w, and sums of x times the row to s, in strips of 64 bytes from that of column `from` on.
 * Columns on its left have w = 0.
 */
function sweep<T>(g: Pivoting, row: i32, from: i32): void {
  const step = <usize>g.ld * sizeof<T>(),
    ahead = <usize>row * sizeof<T>(),
    rows = <usize>(g.m - row) * sizeof<T>();
  const A = g.A + <usize>row * step;
  for (let o = (<usize>from * sizeof<T>()) & ~63; o < <usize>g.n * sizeof<T>(); o += 64) {
    const w = g.w + o,
      s = g.s + o,
      w0 = v128.load(w),
      w1 = v128.load(w, 16),
      w2 = v128.load(w, 32),
      w3 = v128.load(w, 48);
    let s0 = i64x2.splat(0),
      s1 = s0,
      s2 = s0,
      s3 = s0,
      p = A + o;
    for (let i = ahead; i < ahead + rows; i += sizeof<T>(), p += step) {
      const v = v128.load_splat<T>(g.v + i),
        x = v128.load_splat<T>(g.x + i);
      let r = v128.sub<T>(v128.load(p), v128.mul<T>(v, w0));
      v128.store(p, r);
      s0 = madd<T>(x, r, s0);
      r = v128.sub<T>(v128.load(p, 16), v128.mul<T>(v, w1));
      v128.store(p, r, 16);
      s1 = madd<T>(x, r, s1);
      r = v128.sub<T>(v128.load(p, 32), v128.mul<T>(v, w2));
      v128.store(p, r, 32);
      s2 = madd<T>(x, r, s2);
      r = v128.sub<T>(v128.load(p, 48), v128.mul<T>(v, w3));
      v128.store(p, r, 48);
      s3 = madd<T>(x, r, s3);
    }
    v128.store(s, s0);
    v128.store(s, s1, 16);
    v128.store(s, s2, 32);
    v128.store(s, s3, 48);
  }
}

/** x of rows below `row`: the numbers of column p when v w is taken off, or 0 for p < 0; that of `row` is 0. */
function look<T>(g: Pivoting, row: i32, p: i32): void {
  memory.fill(g.x + <usize>row * sizeof<T>(), 0, <usize>(g.m - row) * sizeof<T>());
  if (p < 0) return;
  const w = load<T>(g.w + <usize>p * sizeof<T>());
  let at = g.A + <usize>((row + 1) * g.ld + p) * sizeof<T>();
  for (let i = <usize>(row + 1) * sizeof<T>(); i < <usize>g.m * sizeof<T>(); i += sizeof<T>()) {
    store<T>(g.x + i, load<T>(at) - load<T>(g.v + i) * w);
    at += <usize>g.ld * sizeof<T>();
  }
}

/** Makes reflector j, whose sums are in s, and applies it to its first row; v and w are what the rows below wait for. */
function begin<T>(g: Pivoting, j: i32): void {
  const step = <usize>g.ld * sizeof<T>(),
    o = <usize>j * sizeof<T>(),
    row = g.A + <usize>j * step,
    end = row + <usize>(g.m - j) * step;
  const t = reflectBy<T>(row + o, g.m - j, step, load<T>(g.s + o), g.tau + o);
  let scale = load<T>(g.tau + o);
  if (scale == 0) {
    scale = 1;
    memory.fill(g.v, 0, <usize>g.m * sizeof<T>());
    look<T>(g, j, j);
    sweep<T>(g, j, j);
  }
  for (let p = row + step + o, v = g.v + o + sizeof<T>(); p < end; p += step, v += sizeof<T>()) {
    const x = load<T>(p) * scale;
    store<T>(p, x);
    store<T>(v, x);
  }
  store<T>(g.w + o, 0);
  for (let c = o + sizeof<T>(); c < <usize>g.n * sizeof<T>(); c += sizeof<T>()) {
    const w = t * (load<T>(row + c) + scale * load<T>(g.s + c));
    store<T>(row + c, load<T>(row + c) - w);
    store<T>(g.w + c, w);
  }
  store<T>(g.tau + o, t);
}

/** Takes row j off the norms of columns behind j; true where too little is left of one, which becomes -1. */
function downdate<T>(g: Pivoting, j: i32): bool {
  const row = g.A + <usize>(j * g.ld) * sizeof<T>(),
    least: f64 = sizeof<T>() == 8 ? 1.4901161193847656e-8 : 3.4526698300124393e-4;
  let isShort = false;
  for (let c = j + 1; c < g.n; c++) {
    const size = norm(g.norms, c);
    if (size == 0) continue;
    const x = <f64>load<T>(row + <usize>c * sizeof<T>()) / size,
      left = max<f64>(0, (1 - x) * (1 + x)),
      all = size / norm(g.fresh, c);
    const isGone = left * all * all <= least;
    store<f64>(g.norms + ((<usize>c) << 3), isGone ? -1 : size * sqrt(left));
    isShort = isShort || isGone;
  }
  return isShort;
}

/** Steps until `most` reflectors are made or what remains is at most eps times the norm of all; returns their number. */
function factor<T>(g: Pivoting, most: i32, eps: f64, permutation: usize): i32 {
  let limit: f64 = -1,
    isShort = true;
  memory.fill(g.w, 0, <usize>g.ld * sizeof<T>());
  memory.fill(g.v, 0, <usize>g.m * sizeof<T>());
  for (let j = 0; ; ) {
    // Columns [j, n) of the rows from j on wait for reflector j - 1.
    const p = isShort ? -1 : largest(g, j);
    if (!isShort) {
      const rest = remaining(g, j);
      if (limit < 0) limit = eps * rest;
      if (!(rest > limit)) return j;
    }
    look<T>(g, j, p);
    sweep<T>(g, j, j);
    if (isShort) {
      renew<T>(g, j);
      memory.fill(g.v, 0, <usize>g.m * sizeof<T>());
      isShort = false;
      continue;
    }
    exchange<T>(g, j, p, permutation);
    begin<T>(g, j);
    if (++j == most) return most;
    isShort = downdate<T>(g, j - 1);
  }
  return most;
}
