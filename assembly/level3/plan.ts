/**
 * A product as the tiles see it: C[i,j] (+)= sum_p A[i,p] B[p,j] with the columns j on the vector axis. Either the
 * caller's, or its transpose C' = B' A': products commute and the order over p stays, so the bits do too.
 */

import { Head } from '../abi';
import { pairs } from '../move/axis';
import { width as lanes } from '../simd/lanes';
import { KC, MC, MR } from '../simd/tile';

@unmanaged
export class GemmArgs extends Head {
  batch: i32;
  m: i32;
  n: i32;
  k: i32;
  accumulate: i32;
  A: usize;
  B: usize;
  C: usize;
  am: i32;
  ak: i32;
  ab: i32;
  bk: i32;
  bn: i32;
  bb: i32;
  cm: i32;
  cn: i32;
  cb: i32;
  amt: usize;
  akt: usize;
  abt: usize;
  bkt: usize;
  bnt: usize;
  bbt: usize;
  cmt: usize;
  cnt: usize;
  cbt: usize;
}

/** Lies at the start of the workspace. Strides in elements; a table, where there is one, goes before its stride. */
@unmanaged
export class Plan {
  /** For the tiles: steps of the block, where they begin in B and A, bytes between rows of A, whether C has sums. */
  steps: i32;
  pairs: usize;
  ra: usize;
  more: bool;
  /** 0. */
  none: i32;

  swapped: bool;
  /** Rows of A are packed; all columns of B are, not only those that are not neighbours. */
  packA: bool;
  packB: bool;
  accumulate: bool;
  k: i32;
  /** Operands of the batch element at hand. */
  A: usize;
  B: usize;
  C: usize;
  am: i32;
  ak: i32;
  bk: i32;
  bn: i32;
  cm: i32;
  cn: i32;
  amt: usize;
  akt: usize;
  bkt: usize;
  bnt: usize;
  cmt: usize;
  cnt: usize;
  /** Steps [from, from + steps) of k are listed in the lists of pairs whose bit is set. */
  from: i32;
  listed: i32;
  /** Rows [row, row + rows) are listed, in `panels` panels. */
  row: i32;
  rows: i32;
  panels: i32;
  /** Panels of B. */
  packed: usize;
}

/** The workspace: lists of byte offsets, a tile for the edges, panels. src/kernels/gemm.ts knows where these begin. */
export const LINES: usize = 192;
export const EDGE_ROWS: usize = 256;
export const EDGE: usize = 320;
export const ROWS: usize = 512;
export const PANELS: usize = 1024;
export const PAIRS: usize = 2560;
export const PACKED: usize = 10752;

/** Readies an empty plan; `lines` is the longer side. */
export function place<T>(g: Plan, lines: i32): void {
  const at = changetype<usize>(g);
  g.packed = (at + PACKED + <usize>((min(lines, MC) + MR) * min(g.k, KC)) * sizeof<T>() + 63) & ~63;
  g.from = g.row = -1;
  g.none = 0;
  for (let i: u32 = 0; i < 6; i++) store<u32>(at + (i << 2), i << 5, EDGE_ROWS);
}

/** Points the tiles to the steps [p, p + steps) of operands that are packed or in place. */
export function stepsOf<T>(g: Plan, p: i32, steps: i32, packedA: bool, packedB: bool): void {
  const which = (packedA ? 1 : 0) | (packedB ? 2 : 0);
  const list = changetype<usize>(g) + PAIRS + <usize>((which * KC) << 3);
  g.pairs = list;
  if (g.from != p) {
    g.from = p;
    g.steps = steps;
    g.listed = 0;
  }
  if (g.listed & (1 << which)) return;
  g.listed |= 1 << which;
  const bk = packedB ? <i32>(32 / sizeof<T>()) : g.bk,
    ak = packedA ? MR : g.ak;
  pairs<T>(list, bk, packedB ? 0 : g.bkt, packedB ? 0 : p, ak, packedA ? 0 : g.akt, packedA ? 0 : p, steps);
}

/** Chooses the vector axis, by the time in products on full vectors. */
export function orient<T>(a: GemmArgs, g: Plan): void {
  g.k = a.k;
  g.accumulate = a.accumulate != 0;
  const plain = a.bn == 1 && a.cn == 1 && !(a.bnt | a.cnt) && !(a.n & (2 * lanes<T>() - 1));
  g.swapped = !plain && a.m > 1 && (a.n == 1 || transposedIsFaster<T>(a));
  if (g.swapped) {
    g.am = a.bn;
    g.ak = a.bk;
    g.bk = a.ak;
    g.bn = a.am;
    g.cm = a.cn;
    g.cn = a.cm;
    g.amt = a.bnt;
    g.akt = a.bkt;
    g.bkt = a.akt;
    g.bnt = a.amt;
    g.cmt = a.cnt;
    g.cnt = a.cmt;
  } else {
    g.am = a.am;
    g.ak = a.ak;
    g.bk = a.bk;
    g.bn = a.bn;
    g.cm = a.cm;
    g.cn = a.cn;
    g.amt = a.amt;
    g.akt = a.akt;
    g.bkt = a.bkt;
    g.bnt = a.bnt;
    g.cmt = a.cmt;
    g.cnt = a.cnt;
  }
}

function transposedIsFaster<T>(a: GemmArgs): bool {
  const keep = tiles<T>(a.m, a.bn, a.bnt, a.n, a.bk, a.bkt) + sums<T>(a.cn, a.cnt, a.m, a.n, a.k);
  const swap = tiles<T>(a.n, a.am, a.amt, a.m, a.ak, a.akt) + sums<T>(a.cm, a.cmt, a.n, a.m, a.k);
  return swap < keep;
}

/** Lanes that tiles compute for the columns of an axis, by its first 64; 0 where most are in runs below a vector. */
function lanesOf<T>(stride: i32, table: usize, n: i32): f64 {
  const one = lanes<T>();
  if (!table) return stride == 1 ? <f64>((n + one - 1) & -one) : 0;
  const some = min(n, 64);
  let sum = 0,
    runs = 1,
    run = 1;
  for (let i = 1; i < some; i++, run++) {
    if (load<i32>(table + ((<usize>i) << 2)) == load<i32>(table + ((<usize>i) << 2) - 4) + 1) continue;
    sum += (run + one - 1) & -one;
    runs++;
    run = 0;
  }
  sum += (run + one - 1) & -one;
  return runs * one > some ? 0 : (<f64>sum * <f64>n) / <f64>some;
}

/** Per step of k: tiles of m rows, and panels where columns have to be packed. */
function tiles<T>(m: i32, stride: i32, table: usize, n: i32, stepStride: i32, stepTable: usize): f64 {
  const inPlace = lanesOf<T>(stride, table, n);
  if (inPlace > 0) return <f64>m * inPlace;
  const transposed = stepStride == 1 || stepTable;
  return <f64>((n + lanes<T>() - 1) & -lanes<T>()) * <f64>(m + (transposed ? 3 : 8));
}

/** Per step of k: sums that are not neighbours are scattered. */
function sums<T>(stride: i32, table: usize, m: i32, n: i32, k: i32): f64 {
  if (lanesOf<T>(stride, table, n) > 0) return 0;
  return (<f64>m * <f64>n * 10) / <f64>min(max(k, 1), KC);
}
