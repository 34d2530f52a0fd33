/**
 * y = op of x over the reduced modes, one number for each index of the kept modes. The reduced elements, counted
 * row-major, are cut in blocks of BLOCK; in a block element r joins lane r mod LANES, the lanes are folded in halves,
 * and blocks are joined in order. Whether vectors run over outputs or along the reduced modes, the bits are the same.
 */

import { Head } from '../abi';
import { BLOCK, foldBlock, identity, join, LANES, Reduce, take } from './fold';
import { item, offsetOf, volume } from './walk';

/** Outputs in a piece; src/kernels/reduce.ts has the same. */
const OUTPUTS: usize = 64;
/** Outputs whose lanes are in the workspace at once. */
const TILE: usize = 128;

@unmanaged
export class ReduceArgs extends Head {
  op: i32;
  keptOrder: i32;
  kept: usize;
  keptStrides: usize;
  reducedOrder: i32;
  reduced: usize;
  reducedStrides: usize;
  x: usize;
  y: usize;
}

export function reduce<T>(a: ReduceArgs): void {
  const outer = a.keptOrder - 1;
  const inner = outer < 0 ? <usize>1 : item(a.kept, outer);
  const step = (outer < 0 ? <usize>1 : item(a.keptStrides, outer)) * sizeof<T>();
  const end = min(<usize>a.end * OUTPUTS, volume(a.kept, a.keptOrder));
  const count = volume(a.reduced, a.reducedOrder);
  const along = step != sizeof<T>() || inner == 1 || dense(a);
  let at = <usize>a.begin * OUTPUTS;
  while (at < end) {
    const row = at / inner;
    const column = at - row * inner;
    const x = a.x + offsetOf(row, a.kept, a.keptStrides, outer) * sizeof<T>() + column * step;
    const y = a.y + at * sizeof<T>();
    const n = along ? <usize>1 : min(min(inner - column, end - at), TILE);
    if (along) reduceAlong<T>(a, x, y, count);
    else reduceTile<T>(a, x, y, n, count);
    if (a.op == Reduce.mean) {
      for (let i = y; i < y + n * sizeof<T>(); i += sizeof<T>()) store<T>(i, load<T>(i) / <T>count);
    }
    at += n;
  }
}

/** Whether the last reduced mode has stride 1. */
function dense(a: ReduceArgs): bool {
  return a.reducedOrder == 0 || item(a.reducedStrides, a.reducedOrder - 1) == 1;
}

/** One output; blocks that are not dense are copied to the workspace first. */
function reduceAlong<T>(a: ReduceArgs, x: usize, y: usize, count: usize): void {
  const room = a.work + BLOCK * sizeof<T>();
  store<T>(y, identity<T>(a.op));
  for (let r: usize = 0; r < count; r += BLOCK) {
    const n = min(count - r, BLOCK);
    const block = foldBlock<T>(a.op, blockAt<T>(a, x, r, n), n, room);
    v128.store_lane<T>(y, join<T>(a.op, v128.load_zero<T>(y), block), 0);
  }
}

/** Address of reduced elements [r, r + n): in place where they lie dense, else copied to the workspace. */
function blockAt<T>(a: ReduceArgs, x: usize, r: usize, n: usize): usize {
  const outer = a.reducedOrder - 1;
  const inner = outer < 0 ? <usize>1 : item(a.reduced, outer);
  const step = (outer < 0 ? <usize>1 : item(a.reducedStrides, outer)) * sizeof<T>();
  let row = r / inner;
  let column = r - row * inner;
  if (step == sizeof<T>() && column + n <= inner) {
    return x + offsetOf(row, a.reduced, a.reducedStrides, outer) * sizeof<T>() + column * step;
  }
  let to = a.work;
  while (n > 0) {
    const run = min(inner - column, n);
    let from = x + offsetOf(row, a.reduced, a.reducedStrides, outer) * sizeof<T>() + column * step;
    let i: usize = 0;
    if (step == sizeof<T>()) {
      for (; i + 16 / sizeof<T>() <= run; i += 16 / sizeof<T>()) {
        v128.store(to, v128.load(from));
        to += 16;
        from += 16;
      }
    }
    for (; i < run; i++) {
      store<T>(to, load<T>(from));
      to += sizeof<T>();
      from += step;
    }
    n -= run;
    row++;
    column = 0;
  }
  return a.work;
}

/** n <= TILE outputs side by side: lane l of output j is element l * TILE + j of the workspace. */
function reduceTile<T>(a: ReduceArgs, x: usize, y: usize, n: usize, count: usize): void {
  const pitch = TILE * sizeof<T>();
  for (let j: usize = 0; j < n; j++) store<T>(y + j * sizeof<T>(), identity<T>(a.op));
  for (let r: usize = 0; r < count; r += BLOCK) {
    const rows = min(count - r, BLOCK);
    for (let i: usize = 0; i < rows; i += 4 * LANES) {
      for (let l = i; l < min(rows, i + LANES); l++) {
        if (a.op == Reduce.sum) takeRows<T>(Reduce.sum, a, x, r, l, rows, n);
        else takeRows<T>(a.op, a, x, r, l, rows, n);
      }
    }
    // Lanes without elements are left out: joining what changes nothing would give the same bits.
    const used = min(rows, LANES);
    for (let half = LANES >> 1; half > 0; half >>= 1) {
      for (let l: usize = 0; l < half && l + half < used; l++) {
        joinRow<T>(a.op, a.work + l * pitch, a.work + (l + half) * pitch, n);
      }
    }
    joinRow<T>(a.op, y, a.work, n);
  }
}

/** Joins rows i, i + LANES, i + 2 LANES, i + 3 LANES of the block at r, as far as there are, to their lane. */
// @ts-ignore: decorator
@inline
function takeRows<T>(op: i32, a: ReduceArgs, x: usize, r: usize, i: usize, rows: usize, n: usize): void {
  const lane = a.work + (i & (LANES - 1)) * TILE * sizeof<T>();
  const first = i < LANES;
  const x0 = rowAt<T>(a, x, r + i);
  if (i + 3 * LANES < rows) {
    const x1 = rowAt<T>(a, x, r + i + LANES);
    const x2 = rowAt<T>(a, x, r + i + 2 * LANES);
    const x3 = rowAt<T>(a, x, r + i + 3 * LANES);
    takeFour<T>(op, lane, x0, x1, x2, x3, n, first);
  } else {
    takeOne<T>(op, lane, x0, n, first);
    for (let k = i + LANES; k < rows; k += LANES) takeOne<T>(op, lane, rowAt<T>(a, x, r + k), n, false);
  }
}

// @ts-ignore: decorator
@inline
function rowAt<T>(a: ReduceArgs, x: usize, r: usize): usize {
  return x + offsetOf(r, a.reduced, a.reducedStrides, a.reducedOrder) * sizeof<T>();
}

/** lane = take(lane, x), n elements; `first` starts the lane. */
function takeOne<T>(op: i32, lane: usize, x: usize, n: usize, first: bool): void {
  const lanes: usize = 16 / sizeof<T>();
  const none = v128.splat<T>(identity<T>(op));
  for (; n >= lanes; n -= lanes) {
    v128.store(lane, take<T>(op, first ? none : v128.load(lane), v128.load(x)));
    lane += 16;
    x += 16;
  }
  for (; n > 0; n--) {
    v128.store_lane<T>(lane, take<T>(op, first ? none : v128.load_zero<T>(lane), v128.load_zero<T>(x)), 0);
    lane += sizeof<T>();
    x += sizeof<T>();
  }
}

/** As takeOne with four rows in turn. */
// @ts-ignore: decorator
@inline
function takeFour<T>(op: i32, lane: usize, x0: usize, x1: usize, x2: usize, x3: usize, n: usize, first: bool): void {
  const lanes: usize = 16 / sizeof<T>();
  const none = v128.splat<T>(identity<T>(op));
  const bytes = n * sizeof<T>();
  const whole = bytes & ~15;
  let i: usize = 0;
  for (; i < whole; i += 16) {
    let s = take<T>(op, first ? none : v128.load(lane + i), v128.load(x0 + i));
    s = take<T>(op, s, v128.load(x1 + i));
    s = take<T>(op, s, v128.load(x2 + i));
    v128.store(lane + i, take<T>(op, s, v128.load(x3 + i)));
  }
  for (; i < bytes; i += sizeof<T>()) {
    let s = take<T>(op, first ? none : v128.load_zero<T>(lane + i), v128.load_zero<T>(x0 + i));
    s = take<T>(op, s, v128.load_zero<T>(x1 + i));
    s = take<T>(op, s, v128.load_zero<T>(x2 + i));
    v128.store_lane<T>(lane + i, take<T>(op, s, v128.load_zero<T>(x3 + i)), 0);
  }
}

/** a = join(a, b), n elements. */
function joinRow<T>(op: i32, a: usize, b: usize, n: usize): void {
  const lanes: usize = 16 / sizeof<T>();
  for (; n >= lanes; n -= lanes) {
    v128.store(a, join<T>(op, v128.load(a), v128.load(b)));
    a += 16;
    b += 16;
  }
  for (; n > 0; n--) {
    v128.store_lane<T>(a, join<T>(op, v128.load_zero<T>(a), v128.load_zero<T>(b)), 0);
    a += sizeof<T>();
    b += sizeof<T>();
  }
}
