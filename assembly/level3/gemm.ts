/**
 * Contraction: C[b] (+)= A[b] B[b] over strides or offset tables, so that every pair in an einsum and every convolution
 * goes through it without a permuted copy. Blocked as in BLIS: columns, KC steps of k in order, rows.
 */

import { evenRun, offset } from '../move/axis';
import { width as lanes } from '../simd/lanes';
import { GRAIN, KC, MC, MR, NC, PIECE } from '../simd/tile';
import { GemmArgs, orient, place, Plan } from './plan';
import { isSmall, isTiny, small, tiny } from './small';
import { listRows, sweep } from './sweep';

/** Pieces: groups of batch elements, or of each element `cuts` ranges of its longer side. Neighbours run as one. */
export function gemm<T>(a: GemmArgs): void {
  const g = changetype<Plan>(a.work),
    side = max(a.m, a.n);
  const inPlace = isSmall<T>(a),
    single = !inPlace && isTiny(a);
  if (!inPlace && !single) {
    orient<T>(a, g);
    place<T>(g, side);
  }
  const work = (<f64>a.batch * <f64>a.m * <f64>a.n * <f64>a.k) / <f64>PIECE;
  if (work < 2) return part<T>(a, g, inPlace, single, 0, a.batch, 0, side);
  const want = <i32>min(8, floor(work));
  const groups = min(a.batch, want),
    lines = (side + GRAIN - 1) / GRAIN;
  const cuts = min((want + groups - 1) / groups, lines);
  for (let t = a.begin; t < a.end; ) {
    const group = t / cuts,
      first = t % cuts,
      last = min(cuts, first + a.end - t);
    const from = ((lines * first) / cuts) * GRAIN,
      to = min(((lines * last) / cuts) * GRAIN, side);
    const b = <i32>((<i64>a.batch * group) / groups),
      end = <i32>((<i64>a.batch * (group + 1)) / groups);
    part<T>(a, g, inPlace, single, b, end, from, to);
    t += last - first;
  }
}

/** All of a product at once, for kernels that multiply on their way; begin and end are not read. */
export function gemmAll<T>(a: GemmArgs): void {
  const g = changetype<Plan>(a.work),
    side = max(a.m, a.n);
  const inPlace = isSmall<T>(a),
    single = !inPlace && isTiny(a);
  if (!inPlace && !single) {
    orient<T>(a, g);
    place<T>(g, side);
  }
  part<T>(a, g, inPlace, single, 0, a.batch, 0, side);
}

/** One or more pieces. A small product is cut by rows or not at all, a tiny one not. */
function part<T>(a: GemmArgs, g: Plan, inPlace: bool, single: bool, b: i32, end: i32, from: i32, to: i32): void {
  if (inPlace) small<T>(a, b, end, a.m > a.n ? from : 0, a.m > a.n ? to : a.m);
  else if (single) tiny<T>(a, b, end);
  else elements<T>(a, g, b, end, from, to);
}

/** Lines [from, to) of the longer side of batch elements [b, end). */
function elements<T>(a: GemmArgs, g: Plan, b: i32, end: i32, from: i32, to: i32): void {
  const m = g.swapped ? a.n : a.m,
    n = g.swapped ? a.m : a.n,
    byRows = a.m > a.n != g.swapped;
  const i0 = byRows ? from : 0,
    i1 = byRows ? to : m,
    j0 = byRows ? 0 : from,
    j1 = byRows ? n : to;
  g.packB = worthPacking(i1 - i0, <f64>g.k * <f64>(j1 - j0) * sizeof<T>(), g.bkt != 0);
  g.packA = i1 - i0 > 1 && (j1 - j0 > 128 || (g.amt && evenRun(g.amt, i0, min(i1 - i0, 3)) < min(i1 - i0, 3)));
  g.row = -1;
  const blocks = i1 - i0 > MC || j1 - j0 > NC || g.k > KC;
  for (; b < end; b++) {
    const A = a.A + offset<T>(a.ab, a.abt, b),
      B = a.B + offset<T>(a.bb, a.bbt, b);
    g.C = a.C + offset<T>(a.cb, a.cbt, b);
    g.A = g.swapped ? B : A;
    g.B = g.swapped ? A : B;
    if (g.k == 0) {
      if (!g.accumulate) clear<T>(g, i0, i1, j0, j1);
    } else if (blocks) {
      product<T>(g, i0, i1, j0, j1);
    } else {
      if (g.row != i0) listRows<T>(g, i0, i1 - i0, g.k);
      sweep<T>(g, i0, j0, j1, 0, g.k, true);
    }
  }
}

/**
 * Whether B is read often enough, or is so large that walking it by columns is slow. With a table for k its elements
 * may be fewer than they look, as in the overlapping windows of a convolution, and packing would unfold them.
 */
function worthPacking(rows: i32, bytes: f64, folded: bool): bool {
  if (rows > 80) return bytes > 32768;
  return !folded && (rows > 16 ? bytes > 65536 : rows > 3 && bytes > 524288);
}

/** The largest part below `limit` when `count` lines are shared out evenly in multiples of `unit`. */
function share(count: i32, limit: i32, unit: i32): i32 {
  const parts = (count + limit - 1) / limit;
  return (((count + parts - 1) / parts + unit - 1) / unit) * unit;
}

/**
 * Rows [i0, i1) x columns [j0, j1) of C, block by block. Where C is too large for the second-level cache and comes back
 * for every block of k, few rows at a time walk it in order, so that it is fetched ahead; B then has to stay in there.
 */
function product<T>(g: Plan, i0: i32, i1: i32, j0: i32, j1: i32): void {
  const large = g.packB && g.k > KC && <f64>(i1 - i0) * <f64>(j1 - j0) * sizeof<T>() > 1048576;
  const rows = large ? 2 * MR : share(i1 - i0, MC, MR);
  const columns = share(j1 - j0, large ? NC / 2 : NC, 2 * lanes<T>());
  for (let j = j0; j < j1; j += columns) {
    for (let p = 0; p < g.k; p += KC) {
      const steps = min(KC, g.k - p);
      for (let i = i0; i < i1; i += rows) {
        listRows<T>(g, i, min(rows, i1 - i), steps);
        sweep<T>(g, i, j, min(j + columns, j1), p, steps, i == i0);
      }
    }
  }
}

function clear<T>(g: Plan, i0: i32, i1: i32, j0: i32, j1: i32): void {
  for (let i = i0; i < i1; i++) {
    const c = g.C + offset<T>(g.cm, g.cmt, i);
    for (let j = j0; j < j1; j++) store<T>(c + offset<T>(g.cn, g.cnt, j), <T>0);
  }
}
