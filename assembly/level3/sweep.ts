/**
 * One block of a product: all tiles of some rows and columns over some steps of k. Columns are taken by two vectors or
 * one where they are neighbours in B, moved back over columns already done where fewer are left; others are packed.
 */

import { evenRun, neighbours, offset, offsets } from '../move/axis';
import { pack, packRuns, panelBytes } from '../move/pack';
import { width as lanes } from '../simd/lanes';
import { MR, N1, N2 } from '../simd/tile';
import { EDGE, EDGE_ROWS, LINES, PACKED, PANELS, Plan, ROWS, stepsOf } from './plan';
import { tile } from './ukr';

/** Rows of a tile and where they are: `a` bytes behind A or its panels, `ra` bytes apart. */
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
  const panelBytes = <usize>(MR * steps) * sizeof<T>();
  let at = changetype<usize>(g) + PANELS, packed: usize = 0, panels = 0;
  for (let y = 0; y < count; ) {
    const run = g.packA ? count : evenRun(g.amt, i + y, count - y);
    const parts = (run + MR - 1) / MR, low = run / parts;
    const end = y + run, more = y + (run - low * parts) * (low + 1);
    panels += parts;
    while (y < end) {
      const p = changetype<Panel>(at);
      p.h = y < more ? low + 1 : low;
      p.a = g.packA ? packed : offset<T>(g.am, g.amt, i + y);
      p.ra = g.packA || p.h == 1 ? sizeof<T>() : offset<T>(g.am, g.amt, i + y + 1) - p.a;
      y += p.h;
      packed += panelBytes;
      at += offsetof<Panel>();
    }
  }
  g.panels = panels;
}

/** Packs the rows listed, steps [p, p + steps). */
function packRows<T>(g: Plan, i: i32, p: i32, steps: i32): void {
  const base = changetype<usize>(g), src = g.A + (g.akt ? 0 : offset<T>(g.ak, 0, p));
  const table = g.akt ? g.akt + (<usize>p << 2) : 0;
  for (let x = 0, at = base + PANELS; x < g.panels; x++, at += offsetof<Panel>()) {
    const panel = changetype<Panel>(at);
    offsets<T>(base + LINES, g.am, g.amt, i, panel.h);
    pack<T>(src, base + LINES, panel.h, steps, g.ak, table, base + PACKED + panel.a, MR * sizeof<T>(), false);
    i += panel.h;
  }
}

function packColumns<T>(g: Plan, j: i32, w: i32, p: i32, steps: i32, to: usize): void {
  const lines = changetype<usize>(g) + LINES, src = g.B + (g.bkt ? 0 : offset<T>(g.bk, 0, p));
  offsets<T>(lines, g.bn, g.bnt, j, w);
  pack<T>(src, lines, w, steps, g.bk, g.bkt ? g.bkt + (<usize>p << 2) : 0, to, 32, true);
}

function packLong<T>(g: Plan, j: i32, w: i32, p: i32, steps: i32): i32 {
  const src = g.B + offset<T>(1, 0, j) + (g.bkt ? 0 : offset<T>(g.bk, 0, p));
  return packRuns<T>(src, w, steps, g.bk, g.bkt ? g.bkt + (<usize>p << 2) : 0, g.packed);
}

/** Rows from i on, as listed, x columns [j, end) over steps [p, p + steps); B is packed at the `first` block of rows. */
export function sweep<T>(g: Plan, i: i32, j: i32, end: i32, p: i32, steps: i32, first: bool): void {
  const one = lanes<T>(), two = 2 * one;
  const more = g.accumulate || p > 0;
  if (g.packA) packRows<T>(g, i, p, steps);
  let slot = g.packed, ready = first ? j : end;
  if (first && g.packB && g.bn == 1 && !g.bnt) ready += packLong<T>(g, j, end - j, p, steps);
  for (let x = j; x < end; ) {
    const left = min(two, end - x);
    const run = g.packB ? 0 : neighbours<T>(g.bn, g.bnt, x, left);
    let w = run, start = x, width = run > one ? two : one, inPlace = run > 0;
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
    if ((w == width || inPlace && !more) && neighbours<T>(g.cn, g.cnt, start, width) == width) {
      column<T>(g, width > one, b, g.C + offset<T>(g.cn, g.cnt, start), more);
    } else {
      edgeColumn<T>(g, width > one, b, x, w, x - start, more);
    }
    x += w;
  }
}

/** The tiles of one or two vectors of columns, straight to C. */
function column<T>(g: Plan, two: bool, b: usize, c: usize, more: bool): void {
  const base = changetype<usize>(g), A = g.packA ? base + PACKED : g.A;
  let rows = base + ROWS;
  g.more = more;
  for (let x = g.panels, at = base + PANELS; x > 0; x--, at += offsetof<Panel>()) {
    const p = changetype<Panel>(at);
    g.ra = p.ra;
    if (p.ra == sizeof<T>()) tile<T, N1>(g, p.h, two, A + p.a, b, c, rows);
    else tile<T, N2>(g, p.h, two, A + p.a, b, c, rows);
    rows += <usize>p.h << 2;
  }
}

/** The same by way of the edge tile, whose columns [skip, skip + w) go to columns [j, j + w) of C. */
function edgeColumn<T>(g: Plan, two: bool, b: usize, j: i32, w: i32, skip: i32, more: bool): void {
  const base = changetype<usize>(g), A = g.packA ? base + PACKED : g.A;
  let rows = base + ROWS;
  g.more = false;
  offsets<T>(base + LINES, g.cn, g.cnt, j, w);
  for (let x = g.panels, at = base + PANELS; x > 0; x--, at += offsetof<Panel>()) {
    const p = changetype<Panel>(at);
    g.ra = p.ra;
    if (p.ra == sizeof<T>()) tile<T, N1>(g, p.h, two, A + p.a, b, base + EDGE, base + EDGE_ROWS);
    else tile<T, N2>(g, p.h, two, A + p.a, b, base + EDGE, base + EDGE_ROWS);
    for (let y = 0, from = base + EDGE + <usize>skip * sizeof<T>(); y < p.h; y++, from += 32, rows += 4) {
      const c = g.C + load<u32>(rows);
      for (let q = 0; q < w; q++) {
        const to = c + load<u32>(base + LINES + (<usize>q << 2)), v = load<T>(from + <usize>q * sizeof<T>());
        store<T>(to, more ? load<T>(to) + v : v);
      }
    }
  }
}
