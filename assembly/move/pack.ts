/**
 * Panels for the micro-kernel: `w` lines (columns of B or rows of A) side by side, one step of k after the other,
 * `width` bytes a step. Where a vector's lines lie side by side it is copied whole; where k is contiguous, squares are
 * transposed in registers; else element by element. Tables may have runs of either kind: each is looked for.
 */

import { width as lanes } from '../simd/lanes';
import { isRun, offset } from './axis';

/**
 * Packs `k` steps of the lines with byte offsets list[0..w) from `src`; (stride, table) is the axis k, in elements from
 * its first step. With `pad` a vector is filled up with copies of its first line; without, nothing else is written.
 */
export function pack<T>(
  src: usize,
  list: usize,
  w: i32,
  k: i32,
  stride: i32,
  table: usize,
  to: usize,
  width: usize,
  pad: bool,
): void {
  for (let x = 0; x < w; x += lanes<T>(), list += (16 / sizeof<T>()) * 4, to += 16) {
    const r = min(lanes<T>(), w - x);
    const run = isRun<T>(list, r);
    if (run && r == lanes<T>()) copyVectors<T>(src + load<u32>(list), k, stride, table, to, width);
    else if (run && r * <i32>sizeof<T>() == 8) copyWords<T>(src + load<u32>(list), k, stride, table, to, width, pad);
    else if (table || stride == 1) transpose<T>(src, list, r, k, table, to, width, pad);
    else single<T>(src, list, r, 0, k, stride, table, to, width, pad);
  }
}

function copyVectors<T>(src: usize, k: i32, stride: i32, table: usize, to: usize, width: usize): void {
  if (table) {
    for (let p = 0; p < k; p++, to += width) v128.store(to, v128.load(src + offset<T>(0, table, p)));
    return;
  }
  const step = <usize>stride * sizeof<T>();
  for (; k > 0; k--, src += step, to += width) v128.store(to, v128.load(src));
}

/**
 * Whole panels of columns that are neighbours, row by row: where rows of B are a page or more apart, reading them panel
 * by panel is several times slower. Returns the columns packed.
 */
export function packRuns<T>(src: usize, w: i32, k: i32, stride: i32, table: usize, to: usize): i32 {
  const panels = (<usize>w * sizeof<T>()) >> 5,
    panel = panelBytes(k);
  for (let p = 0; p < k; p++, to += 32) {
    const end = to + panels * panel;
    for (let s = src + offset<T>(stride, table, p), d = to; d != end; d += panel, s += 32) {
      const lo = v128.load(s),
        hi = v128.load(s, 16);
      v128.store(d, lo);
      v128.store(d, hi, 16);
    }
  }
  return <i32>((panels << 5) / sizeof<T>());
}

/** From one panel of B to the next: not a power of two, else all of them fall on the same lines of the cache. */
// @ts-ignore: decorator
@inline
export function panelBytes(k: i32): usize {
  return <usize>((k << 5) + 64);
}

/** Half vectors: two f32 or one f64. */
function copyWords<T>(src: usize, k: i32, stride: i32, table: usize, to: usize, width: usize, pad: bool): void {
  for (let p = 0; p < k; p++, to += width) {
    const word = load<u64>(src + offset<T>(stride, table, p));
    store<u64>(to, word);
    if (pad) store<u64>(to, word, 8);
  }
}

/** Steps [p, end) element by element. */
function single<T>(
  src: usize,
  list: usize,
  r: i32,
  p: i32,
  end: i32,
  stride: i32,
  table: usize,
  to: usize,
  width: usize,
  pad: bool,
): void {
  const all = pad ? lanes<T>() : r;
  for (to += <usize>p * width; p < end; p++, to += width) {
    const s = src + offset<T>(stride, table, p);
    for (let x = 0; x < all; x++) {
      const at = s + load<u32>(list + (x < r ? (<usize>x) << 2 : 0));
      store<T>(to + <usize>x * sizeof<T>(), load<T>(at));
    }
  }
}

/** Squares of as many steps as a vector holds, in every run of neighbouring steps. */
function transpose<T>(src: usize, list: usize, r: i32, k: i32, table: usize, to: usize, width: usize, pad: bool): void {
  for (let p = 0; p < k; ) {
    const run = table ? runOf(table + ((<usize>p) << 2), k - p) : k,
      even = run & -lanes<T>();
    squares<T>(src + offset<T>(1, table, p), list, r, even, to + <usize>p * width, width, pad || r == lanes<T>());
    if (run != even) single<T>(src, list, r, p + even, p + run, 1, table, to, width, pad);
    p += run;
  }
}

/** How many entries of a table, at most `most`, count up by one. */
function runOf(table: usize, most: i32): i32 {
  const first = load<i32>(table);
  let x = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3)),
    r = 0;
  while (r + 4 <= most && i32x4.all_true(i32x4.eq(v128.load(table + ((<usize>r) << 2)), x))) {
    x = i32x4.add(x, i32x4.splat(4));
    r += 4;
  }
  while (r < most && load<i32>(table + ((<usize>r) << 2)) == first + r) r++;
  return r;
}

function squares<T>(src: usize, list: usize, r: i32, k: i32, to: usize, width: usize, whole: bool): void {
  let s0 = src + load<u32>(list),
    s1 = r > 1 ? src + load<u32>(list, 4) : s0;
  let s2 = r > 2 ? src + load<u32>(list, 8) : s0,
    s3 = r > 3 ? src + load<u32>(list, 12) : s0;
  for (; k > 0; k -= lanes<T>(), s0 += 16, s1 += 16) {
    const a = v128.load(s0),
      b = v128.load(s1);
    if (sizeof<T>() == 8) {
      put<T>(to, v128.shuffle<u64>(a, b, 0, 2), r, whole);
      put<T>(to + width, v128.shuffle<u64>(a, b, 1, 3), r, whole);
      to += 2 * width;
      continue;
    }
    const c = v128.load(s2),
      e = v128.load(s3);
    const ab = v128.shuffle<u32>(a, b, 0, 4, 1, 5),
      ce = v128.shuffle<u32>(c, e, 0, 4, 1, 5);
    put<T>(to, v128.shuffle<u64>(ab, ce, 0, 2), r, whole);
    put<T>(to + width, v128.shuffle<u64>(ab, ce, 1, 3), r, whole);
    to += 2 * width;
    const ba = v128.shuffle<u32>(a, b, 2, 6, 3, 7),
      ec = v128.shuffle<u32>(c, e, 2, 6, 3, 7);
    put<T>(to, v128.shuffle<u64>(ba, ec, 0, 2), r, whole);
    put<T>(to + width, v128.shuffle<u64>(ba, ec, 1, 3), r, whole);
    to += 2 * width;
    s2 += 16;
    s3 += 16;
  }
}

/** The first r lanes, or the vector. */
// @ts-ignore: decorator
@inline
function put<T>(to: usize, x: v128, r: i32, whole: bool): void {
  if (whole) {
    v128.store(to, x);
  } else if (sizeof<T>() == 8) {
    v128.store64_lane(to, x, 0);
  } else if (r == 1) {
    v128.store32_lane(to, x, 0);
  } else {
    v128.store64_lane(to, x, 0);
    if (r == 3) v128.store32_lane(to, x, 2, 8);
  }
}
