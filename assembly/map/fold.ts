/** The arithmetic of reduce: what joins two numbers, and the block of a dense row. */

export const enum Reduce {
  sum,
  mean,
  max,
  min,
  sumSquares,
}

/** Running sums of a block, in vectors of either dtype; src/kernels/reduce.ts has the same. */
export const LANES: usize = 16;
/** Elements in a block. */
export const BLOCK: usize = 1024;

/** What changes nothing when joined. */
// @ts-ignore: decorator
@inline
export function identity<T>(op: i32): T {
  if (op == Reduce.max) return <T>-Infinity;
  if (op == Reduce.min) return <T>Infinity;
  return <T>0;
}

/** Joins two running results. */
// @ts-ignore: decorator
@inline
export function join<T>(op: i32, a: v128, b: v128): v128 {
  if (op == Reduce.max) return v128.max<T>(a, b);
  if (op == Reduce.min) return v128.min<T>(a, b);
  return v128.add<T>(a, b);
}

/** Joins elements to running results. */
// @ts-ignore: decorator
@inline
export function take<T>(op: i32, result: v128, x: v128): v128 {
  return join<T>(op, result, op == Reduce.sumSquares ? v128.mul<T>(x, x) : x);
}

/** The result of n <= BLOCK elements at x, in lane 0. `room` holds LANES elements. */
export function foldBlock<T>(op: i32, x: usize, n: usize, room: usize): v128 {
  if (op == Reduce.sum) return foldDense<T>(Reduce.sum, x, n, room);
  return foldDense<T>(op, x, n, room);
}

// @ts-ignore: decorator
@inline
function foldDense<T>(op: i32, x: usize, n: usize, room: usize): v128 {
  const none = v128.splat<T>(identity<T>(op));
  let s0 = none,
    s1 = none,
    s2 = none,
    s3 = none,
    s4 = none,
    s5 = none,
    s6 = none,
    s7 = none;
  while (n > 0) {
    if (n < LANES) {
      x = padded<T>(x, n, room, none);
      n = LANES;
    }
    s0 = take<T>(op, s0, v128.load(x));
    s1 = take<T>(op, s1, v128.load(x, 16));
    s2 = take<T>(op, s2, v128.load(x, 32));
    s3 = take<T>(op, s3, v128.load(x, 48));
    if (sizeof<T>() == 8) {
      s4 = take<T>(op, s4, v128.load(x, 64));
      s5 = take<T>(op, s5, v128.load(x, 80));
      s6 = take<T>(op, s6, v128.load(x, 96));
      s7 = take<T>(op, s7, v128.load(x, 112));
    }
    x += LANES * sizeof<T>();
    n -= LANES;
  }
  if (sizeof<T>() == 8) {
    s0 = join<T>(op, s0, s4);
    s1 = join<T>(op, s1, s5);
    s2 = join<T>(op, s2, s6);
    s3 = join<T>(op, s3, s7);
  }
  s0 = join<T>(op, join<T>(op, s0, s2), join<T>(op, s1, s3));
  if (sizeof<T>() == 4) {
    s0 = join<T>(op, s0, v128.shuffle<u64>(s0, s0, 1, 0));
    return join<T>(op, s0, v128.shuffle<u32>(s0, s0, 1, 0, 3, 2));
  }
  return join<T>(op, s0, v128.shuffle<u64>(s0, s0, 1, 0));
}

/** The last elements of a row, filled up to LANES with what changes nothing. For squares that is 0 too. */
function padded<T>(x: usize, n: usize, room: usize, none: v128): usize {
  for (let i: usize = 0; i < LANES * sizeof<T>(); i += 16) v128.store(room + i, none);
  for (let i: usize = 0; i < n; i++) store<T>(room + i * sizeof<T>(), load<T>(x + i * sizeof<T>()));
  return room;
}
