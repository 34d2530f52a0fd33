/**
 * Plane rotations of rows, written down first and applied together later, strip of columns by strip, so that a strip of
 * all rows stays in the first cache while many sweeps pass over it (Van Zee, van de Geijn & Quintana-Orti 2014). A sweep
 * walks from row to neighbouring row: the row that two rotations share travels in registers. Rows are kept divided by
 * scales, which take up the cosines: two products an element are left of four (fast rotations, Gentleman 1973).
 */

import { scale } from '../level1/vectors';
import { madd } from '../simd/lanes';

/** A list of sweeps, and the rows they are for: `columns` elements of T each, padded to whole vectors. */
@unmanaged
export class Rotations {
  /** Where the next sweep is written; the list lies between `begin` and `end`. */
  next: usize;
  begin: usize;
  end: usize;
  rows: usize;
  pitch: usize;
  columns: i32;
  /** The scales of `count` rows, f64; that of the row that travels, and the step to the next one. */
  count: i32;
  scales: usize;
  place: usize;
  step: usize;
  /** Where the open sweep is continued. */
  at: usize;
}

/** Bytes in front of the numbers of a sweep: the row it starts at, the step to the next one, where it ends. */
const HEAD: usize = 16;

/** Empties a list for `count` rows. */
export function clear(r: Rotations, count: i32): void {
  r.next = r.begin;
  r.count = count;
  for (let i: usize = 0; i < <usize>count; i++) store<f64>(r.scales + (i << 3), 1);
}

/** Opens a sweep of at most `most` rotations: from row `first` on, `step` (1 or -1) rows a rotation. */
export function openSweep<T>(r: Rotations, first: i32, step: i32, most: i32): void {
  if (r.next + HEAD + <usize>most * 2 * sizeof<T>() > r.end) applyAll<T>(r);
  r.place = r.scales + ((<usize>first) << 3);
  r.step = <usize>(step << 3);
  open(r);
}

function open(r: Rotations): void {
  store<usize>(r.next, ((r.place - r.scales) >> 3) * r.pitch);
  store<usize>(r.next, <usize>(<i32>r.step >> 3) * r.pitch, 4);
  r.at = r.next + HEAD;
}

/** Adds to the open sweep: row, next row -> c row - s next, s row + c next, where `row` is the one that has travelled. */
export function addRotation<T>(r: Rotations, c: f64, s: f64): void {
  // 2^-60 and 2^-30: less than the cosine of a right angle is after rounding.
  const least: f64 = sizeof<T>() == 8 ? 8.673617379884035e-19 : 9.313225746154785e-10;
  if (abs(c) < least) c = copysign(least, c);
  const row = r.place,
    next = row + r.step,
    d = load<f64>(row),
    f = load<f64>(next),
    x = c * d,
    y = c * f,
    p = r.at;
  store<f64>(row, x);
  store<f64>(next, y);
  store<T>(p, <T>((s * f) / x));
  store<T>(p, <T>((s * d) / y), sizeof<T>());
  r.place = next;
  r.at = p + 2 * sizeof<T>();
  // 2^-500 and 2^-60.
  if (min(abs(x), abs(y)) < (sizeof<T>() == 8 ? 3.054936363499605e-151 : 8.673617379884035e-19)) restart<T>(r);
}

export function closeSweep(r: Rotations): void {
  store<usize>(r.next, r.at, 8);
  r.next = r.at;
}

/** Applies an open sweep so far, for the sake of its scales. */
function restart<T>(r: Rotations): void {
  closeSweep(r);
  applyAll<T>(r);
  open(r);
}

/** Applies all sweeps and empties the list. */
export function applyAll<T>(r: Rotations): void {
  const bytes = <usize>r.columns * sizeof<T>();
  let at: usize = 0;
  // The padding may be turned, too.
  for (; at < bytes && at + 96 <= r.pitch; at += 96) {
    for (let p = r.begin; p < r.next; p = load<usize>(p, 8)) wide<T>(p, r.rows + at);
  }
  for (; at < bytes; at += 16) {
    for (let p = r.begin; p < r.next; p = load<usize>(p, 8)) narrow<T>(p, r.rows + at);
  }
  for (let i = 0, row = r.rows; i < r.count; i++, row += r.pitch) {
    const d = load<f64>(r.scales + ((<usize>i) << 3));
    if (d != 1) scale<T>(r.columns, <T>d, row, row);
  }
  clear(r, r.count);
}

/** One sweep over a strip of six vectors: V8 computes what travels last, and so holds twelve registers for them. */
function wide<T>(sweep: usize, strip: usize): void {
  let row = strip + load<usize>(sweep);
  const step = load<usize>(sweep, 4);
  const end = load<usize>(sweep, 8);
  let x0 = v128.load(row);
  let x1 = v128.load(row, 16);
  let x2 = v128.load(row, 32);
  let x3 = v128.load(row, 48);
  let x4 = v128.load(row, 64);
  let x5 = v128.load(row, 80);
  for (let p = sweep + HEAD; p < end; p += 2 * sizeof<T>()) {
    const a = v128.load_splat<T>(p);
    const b = v128.load_splat<T>(p, sizeof<T>());
    const next = row + step;
    let y = v128.load(next);
    v128.store(row, v128.sub<T>(x0, v128.mul<T>(a, y)));
    x0 = madd<T>(b, x0, y);
    y = v128.load(next, 16);
    v128.store(row, v128.sub<T>(x1, v128.mul<T>(a, y)), 16);
    x1 = madd<T>(b, x1, y);
    y = v128.load(next, 32);
    v128.store(row, v128.sub<T>(x2, v128.mul<T>(a, y)), 32);
    x2 = madd<T>(b, x2, y);
    y = v128.load(next, 48);
    v128.store(row, v128.sub<T>(x3, v128.mul<T>(a, y)), 48);
    x3 = madd<T>(b, x3, y);
    y = v128.load(next, 64);
    v128.store(row, v128.sub<T>(x4, v128.mul<T>(a, y)), 64);
    x4 = madd<T>(b, x4, y);
    y = v128.load(next, 80);
    v128.store(row, v128.sub<T>(x5, v128.mul<T>(a, y)), 80);
    x5 = madd<T>(b, x5, y);
    row = next;
  }
  v128.store(row, x0);
  v128.store(row, x1, 16);
  v128.store(row, x2, 32);
  v128.store(row, x3, 48);
  v128.store(row, x4, 64);
  v128.store(row, x5, 80);
}

/** One sweep over a strip of one vector. */
function narrow<T>(sweep: usize, strip: usize): void {
  let row = strip + load<usize>(sweep);
  const step = load<usize>(sweep, 4);
  const end = load<usize>(sweep, 8);
  let x = v128.load(row);
  for (let p = sweep + HEAD; p < end; p += 2 * sizeof<T>()) {
    const y = v128.load(row + step);
    v128.store(row, v128.sub<T>(x, v128.mul<T>(v128.load_splat<T>(p), y)));
    x = madd<T>(v128.load_splat<T>(p, sizeof<T>()), x, y);
    row += step;
  }
  v128.store(row, x);
}
