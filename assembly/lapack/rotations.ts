/**
 * Plane rotations of rows, written down first and applied together later, strip of columns by strip, so that a strip of
 * all rows stays in the first cache while many sweeps pass over it (Van Zee, van de Geijn & Quintana-Orti 2014). A sweep
 * walks from row to neighbouring row: the row that two rotations share travels in registers.
 */

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
}

/** Bytes in front of a sweep's cosines and sines: the row it starts at, the step to the next one, how many rotations. */
const HEAD: usize = 16;

/** Opens a sweep of at most `most` rotations: from row `first` on, `step` (1 or -1) rows a rotation. */
export function openSweep<T>(r: Rotations, first: i32, step: i32, most: i32): void {
  if (r.next + HEAD + <usize>most * 2 * sizeof<T>() > r.end) applyAll<T>(r);
  store<i32>(r.next, first);
  store<i32>(r.next, step, 4);
  store<i32>(r.next, 0, 8);
}

/** Adds to the open sweep: row, next row -> c row - s next, s row + c next, where `row` is the one that has travelled. */
// @ts-ignore: decorator
@inline
export function addRotation<T>(r: Rotations, c: f64, s: f64): void {
  const count = load<i32>(r.next, 8);
  const p = r.next + HEAD + <usize>count * 2 * sizeof<T>();
  store<T>(p, <T>c);
  store<T>(p, <T>s, sizeof<T>());
  store<i32>(r.next, count + 1, 8);
}

export function closeSweep<T>(r: Rotations): void {
  r.next += HEAD + <usize>load<i32>(r.next, 8) * 2 * sizeof<T>();
}

/** Applies all sweeps and empties the list. */
export function applyAll<T>(r: Rotations): void {
  const bytes = (<usize>r.columns * sizeof<T>() + 15) & ~15;
  let at: usize = 0;
  for (; at + 128 <= bytes; at += 128) {
    for (let p = r.begin; p < r.next; p = after<T>(p)) wide<T>(p, r.rows + at, r.pitch);
  }
  for (; at < bytes; at += 16) {
    for (let p = r.begin; p < r.next; p = after<T>(p)) narrow<T>(p, r.rows + at, r.pitch);
  }
  r.next = r.begin;
}

function after<T>(sweep: usize): usize {
  return sweep + HEAD + <usize>load<i32>(sweep, 8) * 2 * sizeof<T>();
}

/** One sweep over a strip of eight vectors. */
function wide<T>(sweep: usize, strip: usize, pitch: usize): void {
  let row = strip + <usize>load<i32>(sweep) * pitch;
  const step = <usize>load<i32>(sweep, 4) * pitch;
  const end = after<T>(sweep);
  let x0 = v128.load(row);
  let x1 = v128.load(row, 16);
  let x2 = v128.load(row, 32);
  let x3 = v128.load(row, 48);
  let x4 = v128.load(row, 64);
  let x5 = v128.load(row, 80);
  let x6 = v128.load(row, 96);
  let x7 = v128.load(row, 112);
  for (let p = sweep + HEAD; p < end; p += 2 * sizeof<T>()) {
    const c = v128.load_splat<T>(p);
    const s = v128.load_splat<T>(p, sizeof<T>());
    const y = row + step;
    x0 = turn<T>(c, s, x0, row, y, 0);
    x1 = turn<T>(c, s, x1, row, y, 16);
    x2 = turn<T>(c, s, x2, row, y, 32);
    x3 = turn<T>(c, s, x3, row, y, 48);
    x4 = turn<T>(c, s, x4, row, y, 64);
    x5 = turn<T>(c, s, x5, row, y, 80);
    x6 = turn<T>(c, s, x6, row, y, 96);
    x7 = turn<T>(c, s, x7, row, y, 112);
    row = y;
  }
  v128.store(row, x0);
  v128.store(row, x1, 16);
  v128.store(row, x2, 32);
  v128.store(row, x3, 48);
  v128.store(row, x4, 64);
  v128.store(row, x5, 80);
  v128.store(row, x6, 96);
  v128.store(row, x7, 112);
}

/** One sweep over a strip of one vector. */
function narrow<T>(sweep: usize, strip: usize, pitch: usize): void {
  let row = strip + <usize>load<i32>(sweep) * pitch;
  const step = <usize>load<i32>(sweep, 4) * pitch;
  const end = after<T>(sweep);
  let x = v128.load(row);
  for (let p = sweep + HEAD; p < end; p += 2 * sizeof<T>()) {
    x = turn<T>(v128.load_splat<T>(p), v128.load_splat<T>(p, sizeof<T>()), x, row, row + step, 0);
    row += step;
  }
  v128.store(row, x);
}

/** Leaves c x - s y at `row` and returns s x + c y, which travels on; y lies at `next`. */
// @ts-ignore: decorator
@inline
function turn<T>(c: v128, s: v128, x: v128, row: usize, next: usize, at: usize): v128 {
  const y = v128.load(next + at);
  v128.store(row + at, v128.sub<T>(v128.mul<T>(c, x), v128.mul<T>(s, y)));
  return madd<T>(s, x, v128.mul<T>(c, y));
}
