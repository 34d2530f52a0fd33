/**
 * A product as the tiles see it: C[i,j] (+)= sum_p A[i,p] B[p,j] with the columns j on the vector axis. Either the
 * caller's, or its transpose C' = B' A': products commute and the order over p stays, so the bits do too.
 */

import { Head } from '../abi';
import { width as lanes } from '../simd/lanes';
import { KC, MC } from '../simd/tile';

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
  k: i32;
  add: bool;
  swapped: bool;
  /** A is packed; else its rows are `am`, its steps `ak` apart. */
  packA: bool;
  /** All of B is packed; else only panels whose columns are not neighbours. */
  packB: bool;
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
  /** Lists of byte offsets: lines of a panel, rows of C, steps of B in place and packed, rows of the edge tile. */
  lines: usize;
  rows: usize;
  inPlace: usize;
  packed: usize;
  edgeRows: usize;
  /** A tile for columns that are not neighbours, and the panels. */
  edge: usize;
  panelsA: usize;
  panelsB: usize;
}

/** Bytes of the workspace in front of the panels; src/kernels/gemm.ts has the same. */
export const PLAN_BYTES: usize = 3072;

/** Lays out the workspace. The edge tile is 6 rows of 32 bytes. */
export function place<T>(g: Plan, lines: i32): void {
  const at = changetype<usize>(g);
  g.lines = at + 192;
  g.edgeRows = at + 256;
  g.edge = at + 320;
  g.rows = at + 512;
  g.inPlace = at + 1024;
  g.packed = at + 2048;
  g.panelsA = at + PLAN_BYTES;
  g.panelsB = g.panelsA + <usize>(min(lines + 5, MC) * min(g.k, KC)) * sizeof<T>() + 63 & ~63;
  for (let i: u32 = 0; i < 6; i++) store<u32>(g.edgeRows + (i << 2), i << 5);
  for (let p: u32 = 0; p < <u32>min(g.k, KC); p++) store<u32>(g.packed + (p << 2), p << 5);
}

/** Whether an axis begins with neighbours: enough to choose by, since the choice does not change the bits. */
// @ts-ignore: decorator
@inline
function near(stride: i32, table: usize, count: i32): bool {
  return table ? count > 1 && load<i32>(table, 4) == load<i32>(table) + 1 : stride == 1 || count == 1;
}

/** Chooses the vector axis. */
export function orient<T>(a: GemmArgs, g: Plan): void {
  g.k = a.k;
  const columns = near(a.cn, a.cnt, a.n), rows = near(a.cm, a.cmt, a.m);
  const even = (a.n & (2 * lanes<T>() - 1)) == 0;
  if (columns && near(a.bn, a.bnt, a.n) && even) keep(a, g);
  else if (cost<T>(a.m, a.n, a.k, near(a.bn, a.bnt, a.n), near(a.bk, a.bkt, a.k), columns) <=
    cost<T>(a.n, a.m, a.k, near(a.am, a.amt, a.m), near(a.ak, a.akt, a.k), rows)) keep(a, g);
  else swap(a, g);
}

/** Time in products on full vectors: tiles, panels of the vector side, scattered sums. */
function cost<T>(m: i32, n: i32, k: i32, unitN: bool, unitK: bool, unitC: bool): f64 {
  const wide = <f64>(n + lanes<T>() - 1 & -lanes<T>());
  const tiles = <f64>m * wide * <f64>k;
  const panels = unitN ? 0 : wide * <f64>k * (unitK ? 3 : 8);
  return tiles + panels + (unitC ? 0 : <f64>m * <f64>n * <f64>((k + KC - 1) / KC) * 10);
}

function keep(a: GemmArgs, g: Plan): void {
  g.swapped = false;
  g.am = a.am; g.ak = a.ak; g.bk = a.bk; g.bn = a.bn; g.cm = a.cm; g.cn = a.cn;
  g.amt = a.amt; g.akt = a.akt; g.bkt = a.bkt; g.bnt = a.bnt; g.cmt = a.cmt; g.cnt = a.cnt;
}

function swap(a: GemmArgs, g: Plan): void {
  g.swapped = true;
  g.am = a.bn; g.ak = a.bk; g.bk = a.ak; g.bn = a.am; g.cm = a.cn; g.cn = a.cm;
  g.amt = a.bnt; g.akt = a.bkt; g.bkt = a.akt; g.bnt = a.amt; g.cmt = a.cnt; g.cnt = a.cmt;
}
