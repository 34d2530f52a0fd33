/** Axes given by a stride or, where there is one, a table, both in elements: lists of byte offsets, runs in them. */

import { width as lanes } from '../simd/lanes';

/** Byte offset of position i. */
// @ts-ignore: decorator
@inline
export function offset<T>(stride: i32, table: usize, i: i32): usize {
  return <usize>(table ? load<i32>(table + ((<usize>i) << 2)) : stride * i) * sizeof<T>();
}

/** Byte offsets of positions i .. i + 3 of a strided axis. */
// @ts-ignore: decorator
@inline
function ramp<T>(stride: i32, i: i32): v128 {
  return i32x4.mul(i32x4.add(i32x4.splat(i), i32x4(0, 1, 2, 3)), i32x4.splat(stride * <i32>sizeof<T>()));
}

/** Byte offsets of positions [first, first + count), and up to three of anything behind. */
export function offsets<T>(to: usize, stride: i32, table: usize, first: i32, count: i32): void {
  const end = to + ((<usize>count) << 2);
  if (table) {
    for (let t = table + ((<usize>first) << 2); to != end; to += 4, t += 4) store<u32>(to, load<u32>(t) * sizeof<T>());
    return;
  }
  let x = ramp<T>(stride, first);
  const step = i32x4.splat(4 * stride * <i32>sizeof<T>());
  for (; to < end; to += 16) {
    v128.store(to, x);
    x = i32x4.add(x, step);
  }
}

/**
 * Byte offsets of two axes in turn: `count` positions from `first` of the one and `first2` of the other on, and up to
 * three pairs of anything behind.
 */
export function pairs<T>(
  to: usize,
  stride: i32,
  table: usize,
  first: i32,
  stride2: i32,
  table2: usize,
  first2: i32,
  count: i32,
): void {
  const end = to + ((<usize>count) << 3),
    shift = sizeof<T>() == 8 ? 3 : 2;
  let x = ramp<T>(stride, first),
    y = ramp<T>(stride2, first2);
  const dx = i32x4.splat(stride << (shift + 2)),
    dy = i32x4.splat(stride2 << (shift + 2));
  if (table | table2) {
    const whole = to + ((<usize>(count & -4)) << 3);
    let i: i32 = 0;
    for (; to != whole; to += 32, i += 4) {
      if (table) x = i32x4.shl(v128.load(table + ((<usize>(first + i)) << 2)), shift);
      if (table2) y = i32x4.shl(v128.load(table2 + ((<usize>(first2 + i)) << 2)), shift);
      v128.store(to, v128.shuffle<i32>(x, y, 0, 4, 1, 5));
      v128.store(to, v128.shuffle<i32>(x, y, 2, 6, 3, 7), 16);
      if (!table) x = i32x4.add(x, dx);
      if (!table2) y = i32x4.add(y, dy);
    }
    for (; to != end; to += 8, i++) {
      store<u32>(to, <u32>offset<T>(stride, table, first + i));
      store<u32>(to, <u32>offset<T>(stride2, table2, first2 + i), 4);
    }
    return;
  }
  for (; to < end; to += 32) {
    v128.store(to, v128.shuffle<i32>(x, y, 0, 4, 1, 5));
    v128.store(to, v128.shuffle<i32>(x, y, 2, 6, 3, 7), 16);
    x = i32x4.add(x, dx);
    y = i32x4.add(y, dy);
  }
}

/** How many positions from i on, 1 <= most <= 2 vectors, are neighbours. */
export function neighbours<T>(stride: i32, table: usize, i: i32, most: i32): i32 {
  if (!table) return stride == 1 ? most : 1;
  const t = table + ((<usize>i) << 2),
    first = load<i32>(t);
  if (most == 2 * lanes<T>()) {
    const v = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
    let same = i32x4.eq(v128.load(t), v);
    if (sizeof<T>() == 4) same = v128.and(same, i32x4.eq(v128.load(t, 16), i32x4.add(v, i32x4.splat(4))));
    if (i32x4.all_true(same)) return most;
  }
  let r = 1;
  while (r < most && load<i32>(t + ((<usize>r) << 2)) == first + r) r++;
  return r;
}

/** How many positions from i on, at most `most`, are equally far apart. */
export function evenRun(table: usize, i: i32, most: i32): i32 {
  if (!table || most < 3) return most;
  const t = table + ((<usize>i) << 2),
    step = load<i32>(t, 4) - load<i32>(t);
  let r = 2;
  while (r < most && load<i32>(t + ((<usize>r) << 2)) - load<i32>(t + ((<usize>r) << 2) - 4) == step) r++;
  return r;
}

/** Whether the byte offsets in list[0..count) are those of neighbours. */
export function isRun<T>(list: usize, count: i32): bool {
  const first = load<u32>(list);
  for (let i = 1; i < count; i++) {
    if (load<u32>(list + ((<usize>i) << 2)) != first + <u32>i * sizeof<T>()) return false;
  }
  return true;
}
