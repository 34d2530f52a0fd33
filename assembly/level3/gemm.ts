/**
 * Contraction: C[b] (+)= A[b] B[b] over strides or offset tables, so that every pair in an einsum and every convolution
 * goes through it without a permuted copy. Blocked as in BLIS: KC steps of k in order, panels of B, panels of A, tiles.
 */

import { offset, offsets, isRun, pack } from '../move/pack';
import { width as lanes } from '../simd/lanes';
import { KC, MC, MR, N1, N2, NC } from '../simd/tile';
import { GemmArgs, orient, place, Plan } from './plan';
import { tile } from './ukr';

/** Pieces of a call and their shape; src/kernels/gemm.ts has the same. */
const PIECE: f64 = 1048576;
const GRAIN: i32 = 24;

/** Pieces: groups of batch elements, or of each element `cuts` ranges of the longer side. */
export function gemm<T>(a: GemmArgs): void {
  const g = changetype<Plan>(a.work);
  orient<T>(a, g);
  place<T>(g, max(a.m, a.n));
  const want = <i32>max(1, min(8, Math.floor(<f64>a.batch * <f64>a.m * <f64>a.n * <f64>a.k / PIECE)));
  const groups = min(a.batch, want), lines = (max(a.m, a.n) + GRAIN - 1) / GRAIN;
  const cuts = min((want + groups - 1) / groups, lines);
  for (let t = a.begin; t < a.end; ) {
    const group = t / cuts, first = t % cuts, last = min(cuts, first + a.end - t);
    const b = <i32>(<i64>a.batch * group / groups), end = <i32>(<i64>a.batch * (group + 1) / groups);
    const from = lines * first / cuts * GRAIN, to = min(lines * last / cuts * GRAIN, max(a.m, a.n));
    for (let i = b; i < end; i++) element<T>(a, g, i, from, to);
    t += last - first;
  }
}

/** One batch element: lines [from, to) of its longer side. */
function element<T>(a: GemmArgs, g: Plan, b: i32, from: i32, to: i32): void {
  const A = a.A + offset<T>(a.ab, a.abt, b), B = a.B + offset<T>(a.bb, a.bbt, b);
  g.C = a.C + offset<T>(a.cb, a.cbt, b);
  g.A = g.swapped ? B : A;
  g.B = g.swapped ? A : B;
  g.add = a.accumulate != 0;
  const byRows = a.m > a.n, rows = byRows != g.swapped;
  const m = g.swapped ? a.n : a.m, n = g.swapped ? a.m : a.n;
  if (rows) product<T>(g, from, to, 0, n);
  else product<T>(g, 0, m, from, to);
}

/** The largest part below `limit` when `count` lines are shared out evenly in multiples of `unit`. */
// @ts-ignore: decorator
@inline
function share(count: i32, limit: i32, unit: i32): i32 {
  const parts = (count + limit - 1) / limit;
  return ((count + parts - 1) / parts + unit - 1) / unit * unit;
}

/** Rows [i0, i1) x columns [j0, j1) of C. */
function product<T>(g: Plan, i0: i32, i1: i32, j0: i32, j1: i32): void {
  if (i0 >= i1 || j0 >= j1) return;
  if (g.k == 0) {
    if (!g.add) clear<T>(g, i0, i1, j0, j1);
    return;
  }
  const m = i1 - i0, n = j1 - j0;
  g.packA = (g.amt | g.akt) != 0 || n > 64;
  g.packB = m > 36 && <f64>g.k * <f64>n * sizeof<T>() > 16384;
  const mb = share(m, MC, MR), nb = share(n, NC, 2 * lanes<T>());
  for (let j = j0; j < j1; j += nb) {
    const nc = min(nb, j1 - j);
    for (let p = 0; p < g.k; p += KC) {
      const kc = min(KC, g.k - p);
      offsets<T>(g.inPlace, g.bk, g.bkt, p, kc);
      packB<T>(g, j, nc, p, kc);
      for (let i = i0; i < i1; i += mb) sweep<T>(g, i, min(mb, i1 - i), j, nc, p, kc);
    }
  }
}

function clear<T>(g: Plan, i0: i32, i1: i32, j0: i32, j1: i32): void {
  for (let i = i0; i < i1; i++) {
    const c = g.C + offset<T>(g.cm, g.cmt, i);
    for (let j = j0; j < j1; j++) store<T>(c + offset<T>(g.cn, g.cnt, j), <T>0);
  }
}

/** Whether columns [j, j + w) are one or two vectors of neighbours. */
// @ts-ignore: decorator
@inline
function whole<T>(g: Plan, stride: i32, table: usize, j: i32, w: i32): bool {
  if ((w & (lanes<T>() - 1)) != 0) return false;
  if (!table) return stride == 1;
  offsets<T>(g.lines, 0, table, j, w);
  return isRun<T>(g.lines, w);
}

/** Packs the panels of columns [j, j + nc) that cannot be read in place. */
function packB<T>(g: Plan, j: i32, nc: i32, p: i32, kc: i32): void {
  const wide = 2 * lanes<T>();
  const src = g.B + (g.bkt ? 0 : offset<T>(g.bk, 0, p)), table = g.bkt ? g.bkt + (<usize>p << 2) : 0;
  for (let x = 0, to = g.panelsB; x < nc; x += wide, to += <usize>kc << 5) {
    const w = min(wide, nc - x);
    if (!g.packB && whole<T>(g, g.bn, g.bnt, j + x, w)) continue;
    offsets<T>(g.lines, g.bn, g.bnt, j + x, w);
    pack<T>(src, g.lines, w, kc, g.bk, table, to, 32, true);
  }
}

/** Rows of the panel that begins at row y when `m` rows are shared out evenly. */
// @ts-ignore: decorator
@inline
function height(m: i32, y: i32): i32 {
  const panels = (m + MR - 1) / MR, h = m / panels, more = m - h * panels;
  return y < more * (h + 1) ? h + 1 : h;
}

function packA<T>(g: Plan, i: i32, mc: i32, p: i32, kc: i32): void {
  const src = g.A + (g.akt ? 0 : offset<T>(g.ak, 0, p)), table = g.akt ? g.akt + (<usize>p << 2) : 0;
  for (let y = 0; y < mc; ) {
    const h = height(mc, y);
    offsets<T>(g.lines, g.am, g.amt, i + y, h);
    pack<T>(src, g.lines, h, kc, g.ak, table, g.panelsA + <usize>(y * kc) * sizeof<T>(), <usize>h * sizeof<T>(), false);
    y += h;
  }
}

/** All tiles of rows [i, i + mc) x columns [j, j + nc) over steps [p, p + kc). */
function sweep<T>(g: Plan, i: i32, mc: i32, j: i32, nc: i32, p: i32, kc: i32): void {
  const wide = 2 * lanes<T>();
  offsets<T>(g.rows, g.cm, g.cmt, i, mc);
  if (g.packA) packA<T>(g, i, mc, p, kc);
  for (let x = 0, panel = g.panelsB; x < nc; x += wide, panel += <usize>kc << 5) {
    const w = min(wide, nc - x);
    if (!g.packB && whole<T>(g, g.bn, g.bnt, j + x, w)) {
      column<T>(g, i, mc, j + x, w, p, kc, g.B + offset<T>(g.bn, g.bnt, j + x), g.inPlace);
    } else column<T>(g, i, mc, j + x, w, p, kc, panel, g.packed);
  }
}

/** The tiles of one panel of B. */
function column<T>(
  g: Plan, i: i32, mc: i32, j: i32, w: i32, p: i32, kc: i32, b: usize, steps: usize,
): void {
  const two = w > lanes<T>(), add = g.add || p > 0;
  const direct = whole<T>(g, g.cn, g.cnt, j, w);
  const c = direct ? g.C + offset<T>(g.cn, g.cnt, j) : g.edge;
  const far = !g.packA && g.am != 1;
  const ra = <usize>g.am * sizeof<T>();
  let a = g.packA ? g.panelsA : g.A + offset<T>(g.am, 0, i) + offset<T>(g.ak, 0, p);
  if (!direct) offsets<T>(g.lines, g.cn, g.cnt, j, w);
  const panels = (mc + MR - 1) / MR, low = mc / panels, more = (mc - low * panels) * (low + 1);
  for (let y = 0, rows = g.rows; y < mc; ) {
    const h = y < more ? low + 1 : low;
    const sa = <usize>(g.packA ? h : g.ak) * sizeof<T>();
    const to = direct ? rows : g.edgeRows;
    if (far) tile<T, N2>(h, two, kc, a, ra, sa, b, steps, c, to, add && direct);
    else tile<T, N1>(h, two, kc, a, ra, sa, b, steps, c, to, add && direct);
    if (!direct) scatter<T>(g, rows, h, w, add);
    a += g.packA ? <usize>(h * kc) * sizeof<T>() : <usize>h * ra;
    y += h;
    rows += <usize>h << 2;
  }
}

/** The edge tile to its places in C. */
function scatter<T>(g: Plan, rows: usize, h: i32, w: i32, add: bool): void {
  for (let y = 0; y < h; y++) {
    const c = g.C + load<u32>(rows + (<usize>y << 2)), e = g.edge + (<usize>y << 5);
    for (let x = 0; x < w; x++) {
      const d = c + load<u32>(g.lines + (<usize>x << 2)), v = load<T>(e + <usize>x * sizeof<T>());
      store<T>(d, add ? load<T>(d) + v : v);
    }
  }
}
