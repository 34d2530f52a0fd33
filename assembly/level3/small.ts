/**
 * Products of small matrices, and batches of them: all strided. With columns side by side nothing is packed, and the
 * lists that tiles read are made once for the whole batch; of the others, those of a few products go one by one.
 */

import { offsets, pairs } from '../move/axis';
import { width as lanes } from '../simd/lanes';
import { KC, MC, MR, PIECE } from '../simd/tile';
import { GemmArgs, PAIRS, Plan, ROWS } from './plan';
import { tile } from './ukr';

// @ts-ignore: decorator
@inline
function isStrided(a: GemmArgs): bool {
  return !(a.amt | a.akt | a.abt | a.bkt | a.bnt | a.bbt | a.cmt | a.cnt | a.cbt);
}

/**
 * Whether tiles can be computed in place: B stays in the first-level cache. Tiles may overlap to reach the last column,
 * which sums already there forbid, and so do pieces cut by columns.
 */
export function isSmall<T>(a: GemmArgs): bool {
  if (a.bn != 1 || a.cn != 1 || a.n < lanes<T>() || a.n > 128 || a.m < 2 || a.k < 1 || a.k > KC) return false;
  if (a.k * a.n * sizeof<T>() > 32768 || (a.m <= a.n && a.m * a.n * a.k > PIECE) || !isStrided(a)) return false;
  return a.accumulate == 0 || (a.n & (lanes<T>() - 1)) == 0;
}

/** Rows [from, to) of batch elements [b, end). */
export function small<T>(a: GemmArgs, b: i32, end: i32, from: i32, to: i32): void {
  const g = changetype<Plan>(a.work),
    once = to - from <= MC;
  g.steps = a.k;
  g.pairs = a.work + PAIRS;
  g.ra = <usize>a.am * sizeof<T>();
  g.more = a.accumulate != 0;
  g.none = 0;
  pairs<T>(g.pairs, a.bk, 0, 0, a.ak, 0, 0, a.k);
  if (once) offsets<T>(a.work + ROWS, a.cm, 0, from, to - from);
  for (; b < end; b++) {
    const B = a.B + <usize>(a.bb * b) * sizeof<T>(),
      C = a.C + <usize>(a.cb * b) * sizeof<T>();
    for (let i = from; i < to; i += MC) {
      const m = min(MC, to - i);
      if (!once) offsets<T>(a.work + ROWS, a.cm, 0, i, m);
      rows<T>(a, g, m, a.A + <usize>(a.ab * b + a.am * i) * sizeof<T>(), B, C);
    }
  }
}

/** The m rows listed. */
function rows<T>(a: GemmArgs, g: Plan, m: i32, A: usize, B: usize, C: usize): void {
  const one = lanes<T>(),
    two = 2 * one,
    n = a.n;
  const panels = (m + MR - 1) / MR,
    low = m / panels,
    over = m - low * panels,
    more = over * (low + 1);
  for (let x = 0; x < n; ) {
    const wide = n - x > one && n >= two,
      width = wide ? two : one;
    x = min(x, n - width);
    const b = B + <usize>x * sizeof<T>(),
      c = C + <usize>x * sizeof<T>();
    const list = a.work + ROWS;
    tile<T>(g, wide, low + 1, A, b, c, list, over);
    tile<T>(g, wide, low, A + <usize>more * g.ra, b, c, list + ((<usize>more) << 2), panels - over);
    x += width;
  }
}

/** Whether there are too few products for vectors. */
export function isTiny(a: GemmArgs): bool {
  return a.k > 0 && a.m <= 64 && a.n <= 64 && a.k <= 64 && a.m * a.n * a.k <= 64 && isStrided(a);
}

/** Batch elements [b, end), one product at a time. */
export function tiny<T>(a: GemmArgs, b: i32, end: i32): void {
  const am = <usize>a.am * sizeof<T>(),
    ak = <usize>a.ak * sizeof<T>(),
    cm = <usize>a.cm * sizeof<T>();
  const bk = <usize>a.bk * sizeof<T>(),
    bn = <usize>a.bn * sizeof<T>(),
    cn = <usize>a.cn * sizeof<T>();
  const m = a.m,
    n = a.n,
    k = a.k,
    more = a.accumulate != 0;
  for (; b < end; b++) {
    let A = a.A + <usize>(a.ab * b) * sizeof<T>(),
      C = a.C + <usize>(a.cb * b) * sizeof<T>();
    for (let i = 0; i < m; i++, A += am, C += cm) {
      let B = a.B + <usize>(a.bb * b) * sizeof<T>();
      for (let j = 0, c = C; j < n; j++, B += bn, c += cn) {
        let sum: T = 0;
        for (let p = 0, x = A, y = B; p < k; p++, x += ak, y += bk) sum += load<T>(x) * load<T>(y);
        store<T>(c, more ? load<T>(c) + sum : sum);
      }
    }
  }
}
