/**
 * One block of a product: all tiles of some rows and columns over some steps of k. Columns are taken by two vectors or
 * one where they are neighbours in B, moved back over columns already done where fewer are left; others are packed.
 */

import { evenRun, neighbours, offset, offsets } from '../move/axis';
import { pack, packRuns, panelBytes } from '../move/pack';
import { width as lanes } from '../simd/lanes';
import { MR } from '../simd/tile';
import { EDGE, EDGE_ROWS, LINES, PACKED, PANELS, Plan, ROWS, stepsOf } from './plan';
import { thinColumns } from './thin';
import { tile } from './ukr';

/** Rows of a tile, and where they are: `a` bytes behind A or its panels, `ra` apart. */
@unmanaged
class Panel {
  h: i32;
  ra: usize;
  a: usize;
}

/** Lists rows [i, i + count): their places in C, and panels of at most MR that are equally far apart in A. */
export function listRows<T>(g: Plan, i: i32, count: i32, steps: i32): void {
  g.row = i;
  offsets<T>(changetype<usize>(g) + ROWS, g.cm, g.cmt, i, count);
  const bytes = <usize>(MR * steps) * sizeof<T>();
  let at = changetype<usize>(g) + PANELS,
    packed: usize = 0,
    panels = 0;
  for (let y = 0; y < count; ) {
    const run = g.packA ? count : evenRun(g.amt, i + y, count - y);
    const parts = (run + MR - 1) / MR,
      low = run / parts;
    const end = y + run,
      more = y + (run - low * parts) * (low + 1);
    panels += parts;
    while (y < end) {
      const p = changetype<Panel>(at);
      p.h = y < more ? low + 1 : low;
      p.a = g.packA ? packed : offset<T>(g.am, g.amt, i + y);
      p.ra = g.packA || p.h == 1 ? sizeof<T>() : offset<T>(g.am, g.amt, i + y + 1) - p.a;
      y += p.h;
      packed += bytes;
      at += offsetof<Panel>();
    }
  }
  g.rows = count;
  g.panels = panels;
}

/** Packs the rows listed, steps [p, p + steps). */
function packRows<T>(g: Plan, i: i32, p: i32, steps: i32): void {
  const base = changetype<usize>(g),
    src = g.A + (g.akt ? 0 : offset<T>(g.ak, 0, p));
  const table = g.akt ? g.akt + ((<usize>p) << 2) : 0;
  for (let x = 0, at = base + PANELS; x < g.panels; x++, at += offsetof<Panel>()) {
    const panel = changetype<Panel>(at);
    offsets<T>(base + LINES, g.am, g.amt, i, panel.h);
    pack<T>(src, base + LINES, panel.h, steps, g.ak, table, base + PACKED + panel.a, MR * sizeof<T>(), false);
    i += panel.h;
  }
}

function packColumns<T>(g: Plan, j: i32, w: i32, p: i32, steps: i32, to: usize): void {
  const lines = changetype<usize>(g) + LINES,
    src = g.B + (g.bkt ? 0 : offset<T>(g.bk, 0, p));
  offsets<T>(lines, g.bn, g.bnt, j, w);
  pack<T>(src, lines, w, steps, g.bk, g.bkt ? g.bkt + ((<usize>p) << 2) : 0, to, 32, true);
}

function packLong<T>(g: Plan, j: i32, w: i32, p: i32, steps: i32): i32 {
  const src = g.B + offset<T>(1, 0, j) + (g.bkt ? 0 : offset<T>(g.bk, 0, p));
  return packRuns<T>(src, w, steps, g.bk, g.bkt ? g.bkt + ((<usize>p) << 2) : 0, g.packed);
}

/** What the kernels for one row can do. */
function thin<T>(g: Plan, j: i32, end: i32, p: i32, steps: i32, more: bool): i32 {
  const base = changetype<usize>(g),
    c = g.C + load<u32>(base + ROWS) + offset<T>(1, 0, j);
  g.more = more;
  stepsOf<T>(g, p, steps, false, false);
  return thinColumns<T>(g, g.A + changetype<Panel>(base + PANELS).a, j, end, c);
}

/** The rows listed, from i on, x columns [j, end) over steps [p, p + steps); the `first` block of rows packs B. */
export function sweep<T>(g: Plan, i: i32, j: i32, end: i32, p: i32, steps: i32, first: bool): void {
  const one = lanes<T>(),
    two = 2 * one;
  const more = g.accumulate || p > 0;
  if (g.packA) packRows<T>(g, i, p, steps);
  let slot = g.packed,
    ready = first ? j : end;
  if (first && g.packB && g.bn == 1 && !g.bnt) ready += packLong<T>(g, j, end - j, p, steps);
  let x = j;
  if (g.rows == 1 && end - j >= 8 && g.cn == 1 && !g.cnt) x = thin<T>(g, j, end, p, steps, more);
  while (x < end) {
    const left = min(two, end - x);
    const run = g.packB ? 0 : neighbours<T>(g.bn, g.bnt, x, left);
    let w = run,
      start = x,
      width = run > one ? two : one,
      inPlace = run > 0;
    if (run != width) {
      start = x + run - width;
      inPlace = inPlace && start >= j && neighbours<T>(g.bn, g.bnt, start, width) == width;
      if (!inPlace) {
        start = x;
        inPlace = run > one;
        w = inPlace ? one : left;
        width = w > one ? two : one;
      }
    }
    stepsOf<T>(g, p, steps, g.packA, !inPlace);
    let b = slot;
    if (inPlace) {
      b = g.B + offset<T>(g.bn, g.bnt, start);
    } else {
      if (x >= ready) packColumns<T>(g, x, w, p, steps, slot);
      slot += panelBytes(steps);
    }
    if ((w == width || (inPlace && !more)) && neighbours<T>(g.cn, g.cnt, start, width) == width) {
      const base = changetype<usize>(g),
        end = base + PANELS + <usize>g.panels * offsetof<Panel>();
      g.more = more;
      tiles<T>(g, base + PANELS, end, width > one, b, g.C + offset<T>(g.cn, g.cnt, start), base + ROWS);
    } else {
      edges<T>(g, width > one, b, x, w, x - start, more);
    }
    x += w;
  }
}

/** The tiles of panels [at, end) of rows and one or two vectors of columns, whose rows in C are listed at `rows`. */
function tiles<T>(g: Plan, at: usize, end: usize, two: bool, b: usize, c: usize, rows: usize): void {
  const a = g.packA ? changetype<usize>(g) + PACKED : g.A;
  for (; at != end; at += offsetof<Panel>()) {
    const p = changetype<Panel>(at),
      h = p.h;
    g.ra = p.ra;
    tile<T>(g, two, h, a + p.a, b, c, rows, 1);
    rows += (<usize>h) << 2;
  }
}

/** The same by way of the edge tile, whose columns [skip, skip + w) are columns [j, j + w) of C. */
function edges<T>(g: Plan, two: bool, b: usize, j: i32, w: i32, skip: i32, more: bool): void {
  const base = changetype<usize>(g),
    end = base + PANELS + <usize>g.panels * offsetof<Panel>();
  offsets<T>(base + LINES, g.cn, g.cnt, j, w);
  g.more = false;
  let rows = base + ROWS;
  for (let at = base + PANELS; at != end; at += offsetof<Panel>()) {
    tiles<T>(g, at, at + offsetof<Panel>(), two, b, base + EDGE, base + EDGE_ROWS);
    let from = base + EDGE + <usize>skip * sizeof<T>();
    for (let h = changetype<Panel>(at).h; h > 0; h--, from += 32, rows += 4) {
      const c = g.C + load<u32>(rows);
      for (let q = 0; q < w; q++) {
        const to = c + load<u32>(base + LINES + ((<usize>q) << 2)),
          v = load<T>(from + <usize>q * sizeof<T>());
        store<T>(to, more ? load<T>(to) + v : v);
      }
    }
  }
}
