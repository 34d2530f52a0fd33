/**
 * Rounding of a tensor train in one sweep over all cores (Oseledets 2011, algorithm 2): QR factorizations from the last
 * core to the first, then a truncated SVD a bond on the way back. Magnitudes are kept apart as a power of two.
 */

import { Head } from '../abi';
import { geqrf, GeqrfArgs } from '../lapack/geqrf';
import { gesvd } from '../lapack/gesvd';
import { GesvdArgs } from '../lapack/gesvj';
import { scaledRow } from '../lapack/matrix';
import { maxAbs } from '../map/scan';
import { inversePower } from '../lapack/reflector';
import { mul } from '../level3/mul';

@unmanaged
export class TtRoundArgs extends Head {
  d: i32;
  modes: usize;
  ranks: usize;
  caps: usize;
  cores: usize;
  rounded: usize;
  newRanks: usize;
  slots: usize;
}

/** Bytes of the objects in front of the workspace; src/kernels/ttRound.ts has the same. */
const HEAD: usize = 256;

/** Where things lie. Room for the largest core, matrix of ranks and factorization. */
@unmanaged
class Sweep {
  qr: GeqrfArgs;
  svd: GesvdArgs;
  /** i32: the ranks after the way from right to left. */
  right: usize;
  /** The cores: scaled, and then for k > 0 with orthonormal columns, [n s, r]. */
  W: usize;
  P: usize;
  T: usize;
  /** A triangle [q, r], or V' [k, n]. */
  R: usize;
  work: usize;
  exponent: i32;
}

// @ts-ignore: decorator
@inline
function at(list: usize, k: i32): i32 {
  return load<i32>(list + ((<usize>k) << 2));
}

/** Elements of core k. */
function sizeOf(a: TtRoundArgs, k: i32): i32 {
  return at(a.ranks, k) * at(a.modes, k) * at(a.ranks, k + 1);
}

function bytesOf<T>(elements: i32): usize {
  return (<usize>elements * sizeof<T>() + 63) & ~63;
}

export function ttRound<T>(a: TtRoundArgs): void {
  if (a.begin >= a.end) return;
  const g = changetype<Sweep>(a.work);
  place<T>(a, g);
  loadCores<T>(a, g);
  orthogonalize<T>(a, g);
  truncate<T>(a, g);
}

function place<T>(a: TtRoundArgs, g: Sweep): void {
  let total = 0,
    core = 0,
    rank = 1;
  for (let k = 0; k < a.d; k++) {
    total += sizeOf(a, k);
    core = max(core, sizeOf(a, k));
    rank = max(rank, at(a.ranks, k));
  }
  g.qr = changetype<GeqrfArgs>(a.work + 64);
  g.svd = changetype<GesvdArgs>(a.work + 128);
  g.right = a.work + HEAD;
  g.W = g.right + ((((<usize>a.d) << 2) + 67) & ~63);
  g.P = g.W + bytesOf<T>(total);
  g.T = g.P + bytesOf<T>(core);
  const U = g.T + bytesOf<T>(core);
  g.R = U + bytesOf<T>(core);
  const S = g.R + bytesOf<T>(rank * rank);
  g.work = S + bytesOf<T>(rank);
  g.exponent = 0;
  g.qr.begin = g.svd.begin = 0;
  g.qr.end = g.svd.end = g.qr.batch = g.svd.batch = g.svd.vectors = 1;
  g.qr.F = g.qr.tau = 0;
  g.qr.A = g.T;
  g.qr.R = g.svd.Vt = g.R;
  g.svd.U = U;
  g.svd.S = S;
  g.qr.work = g.svd.work = g.work;
}

/** to = x times a power of two that brings the greatest to [1, 2). */
function normalize<T>(g: Sweep, x: usize, to: usize, n: i32): void {
  const top = <T>maxAbs<T>(x, x + <usize>n * sizeof<T>()),
    power = top > 0 ? inversePower<T>(top) : 1;
  scaledRow<T>(x, to, n, power, n);
  g.exponent -=
    sizeof<T>() == 8
      ? <i32>(reinterpret<u64>(<f64>power) >>> 52) - 1023
      : <i32>(reinterpret<u32>(<f32>power) >>> 23) - 127;
}

function loadCores<T>(a: TtRoundArgs, g: Sweep): void {
  let from = a.cores,
    to = g.W;
  for (let k = 0; k < a.d; k++) {
    const n = sizeOf(a, k);
    normalize<T>(g, from, to, n);
    from += <usize>n * sizeof<T>();
    to += <usize>n * sizeof<T>();
  }
}

/** From the last core to the second orthonormal rows, the triangle into the core before. The first core goes to P. */
function orthogonalize<T>(a: TtRoundArgs, g: Sweep): void {
  const last = a.d - 1;
  let core = g.W,
    c = 1;
  for (let k = 0; k < last; k++) core += <usize>sizeOf(a, k) * sizeof<T>();
  store<i32>(g.right + ((<usize>a.d) << 2), 1);
  for (let k = last; ; k--) {
    const r = at(a.ranks, k),
      n = at(a.modes, k),
      s = at(a.ranks, k + 1);
    if (k < last) mul<T>(g.work, r * n, c, s, core, s, 1, g.R, 1, s, g.P, c, 1, false);
    if (k == 0) return;
    const m = n * c,
      q = min(m, r);
    transpose<T>(k < last ? g.P : core, r, m, g.T);
    g.qr.m = m;
    g.qr.n = r;
    g.qr.columns = q;
    g.qr.Q = core;
    geqrf<T>(g.qr);
    normalize<T>(g, g.R, g.R, q * r);
    store<i32>(g.right + ((<usize>k) << 2), q);
    c = q;
    core -= <usize>sizeOf(a, k - 1) * sizeof<T>();
  }
}

/** to [n, m] = x [m, n]. */
function transpose<T>(x: usize, m: i32, n: i32, to: usize): void {
  for (let i = 0; i < m; i++, to += sizeof<T>()) {
    let p = to;
    for (const end = x + <usize>n * sizeof<T>(); x < end; x += sizeof<T>(), p += <usize>m * sizeof<T>()) {
      store<T>(p, load<T>(x));
    }
  }
}

/** From the first bond to the last an SVD of the center, whose leading part is kept. */
function truncate<T>(a: TtRoundArgs, g: Sweep): void {
  let center = g.P,
    other = g.T,
    out = a.rounded,
    core = g.W,
    q = 1,
    norm: f64 = 0,
    delta: f64 = 0,
    lost: f64 = 0;
  store<i32>(a.newRanks, 1);
  for (let k = 0; k < a.d - 1; k++) {
    const m = q * at(a.modes, k),
      c = at(g.right, k + 1),
      width = at(a.modes, k + 1) * at(g.right, k + 2),
      kept = min(m, c);
    core += <usize>sizeOf(a, k) * sizeof<T>();
    g.svd.A = center;
    g.svd.m = m;
    g.svd.n = c;
    gesvd<T>(g.svd);
    if (k == 0) {
      norm = tail<T>(g.svd.S, 0, kept);
      const most = max<f64>(load<f64>(a.slots) * norm, timesPower(load<f64>(a.slots, 8), -g.exponent));
      delta = most / sqrt<f64>(<f64>(a.d - 1));
    }
    const r = min(chop<T>(g.svd.S, kept, delta), at(a.caps, k)),
      row = <usize>r * sizeof<T>();
    const left = tail<T>(g.svd.S, r, kept);
    lost += left * left;
    for (let i: usize = 0; i < <usize>m; i++, out += row) {
      memory.copy(out, g.svd.U + i * <usize>kept * sizeof<T>(), row);
    }
    let v = g.R;
    for (let i: usize = 0; i < <usize>r; i++) {
      const s = load<T>(g.svd.S + i * sizeof<T>());
      for (const end = v + <usize>c * sizeof<T>(); v < end; v += sizeof<T>()) store<T>(v, load<T>(v) * s);
    }
    mul<T>(g.work, r, width, c, g.R, c, 1, core, 1, c, other, width, 1, false);
    const next = other;
    other = center;
    center = next;
    q = r;
    store<i32>(a.newRanks + ((<usize>k + 1) << 2), q);
  }
  memory.copy(out, center, <usize>(q * at(a.modes, a.d - 1)) * sizeof<T>());
  store<i32>(a.newRanks + ((<usize>a.d) << 2), 1);
  store<f64>(a.slots, norm, 16);
  store<f64>(a.slots, sqrt<f64>(lost), 24);
  store<f64>(a.slots, g.exponent, 32);
}

/** The root of the sum of squares of S[from] ... S[n - 1], the smallest first. */
function tail<T>(S: usize, from: i32, n: i32): f64 {
  let sum: f64 = 0;
  for (let i = n - 1; i >= from; i--) {
    const s = <f64>load<T>(S + <usize>i * sizeof<T>());
    sum += s * s;
  }
  return sqrt<f64>(sum);
}

/** The smallest r >= 1 whose tail is at most delta; all n for delta 0, 1 where S is 0. */
function chop<T>(S: usize, n: i32, delta: f64): i32 {
  if (load<T>(S) == 0) return 1;
  if (!(delta > 0)) return n;
  let r = n;
  for (let sum: f64 = 0, lost: f64 = 0; r > 1; r--) {
    const s = <f64>load<T>(S + <usize>(r - 1) * sizeof<T>()),
      term = s * s - lost,
      next = sum + term;
    lost = next - sum - term;
    sum = next;
    if (sqrt<f64>(sum) > delta) break;
  }
  return r;
}

/** x 2^e. */
function timesPower(x: f64, e: i32): f64 {
  for (; e > 0 && x < Infinity && x > 0; e -= min(e, 1000)) x *= power(min(e, 1000));
  for (; e < 0 && x > 0; e -= max(e, -1000)) x *= power(max(e, -1000));
  return x;
}

// @ts-ignore: decorator
@inline
function power(e: i32): f64 {
  return reinterpret<f64>((<u64>(e + 1023)) << 52);
}
