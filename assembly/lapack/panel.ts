/**
 * Householder QR of a panel: rows of 64 bytes, side by side in memory, so that one row is one line of the cache and four
 * vectors. One pass over the rows per column: while reflector j is applied, the products of the next column with all
 * others are summed, which gives its norm, its products with the columns to its right, and those of V'V to its left.
 */

import { madd } from '../simd/lanes';
import { reflectBy } from './reflector';
import { growRow } from './wy';

/** Sums over rows [p, end) of the number at `o` times the row, to four vectors at s. */
function products<T>(p: usize, end: usize, o: usize, s: usize): void {
  let s0 = i64x2.splat(0),
    s1 = s0,
    s2 = s0,
    s3 = s0;
  for (; p < end; p += 64) {
    const x = v128.load_splat<T>(p + o);
    s0 = madd<T>(x, v128.load(p), s0);
    s1 = madd<T>(x, v128.load(p, 16), s1);
    s2 = madd<T>(x, v128.load(p, 32), s2);
    s3 = madd<T>(x, v128.load(p, 48), s3);
  }
  v128.store(s, s0);
  v128.store(s, s1, 16);
  v128.store(s, s2, 32);
  v128.store(s, s3, 48);
}

/**
 * Rows [p, end): v = scale times the number at `o`, row -= v w for the four vectors w at s, and v in place of the
 * number. Sums of the next number times the row, without the first row, take the place of w.
 */
function sweep<T>(p: usize, end: usize, o: usize, scale: T, s: usize): void {
  const w0 = v128.load(s),
    w1 = v128.load(s, 16),
    w2 = v128.load(s, 32),
    w3 = v128.load(s, 48),
    next = v128.load_splat<T>(s + o + sizeof<T>());
  let s0 = i64x2.splat(0),
    s1 = s0,
    s2 = s0,
    s3 = s0;
  let stop = p + 64;
  for (let turn = 0; turn < 2; turn++) {
    s0 = s1 = s2 = s3 = i64x2.splat(0);
    for (; p < stop; p += 64) {
      const y = load<T>(p + o) * scale,
        v = v128.splat<T>(y);
      const x = v128.sub<T>(v128.load_splat<T>(p + o + sizeof<T>()), v128.mul<T>(v, next));
      let r = v128.sub<T>(v128.load(p), v128.mul<T>(v, w0));
      v128.store(p, r);
      s0 = madd<T>(x, r, s0);
      r = v128.sub<T>(v128.load(p, 16), v128.mul<T>(v, w1));
      v128.store(p, r, 16);
      s1 = madd<T>(x, r, s1);
      r = v128.sub<T>(v128.load(p, 32), v128.mul<T>(v, w2));
      v128.store(p, r, 32);
      s2 = madd<T>(x, r, s2);
      r = v128.sub<T>(v128.load(p, 48), v128.mul<T>(v, w3));
      v128.store(p, r, 48);
      s3 = madd<T>(x, r, s3);
      store<T>(p + o, y);
    }
    stop = end;
  }
  v128.store(s, s0);
  v128.store(s, s1, 16);
  v128.store(s, s2, 32);
  v128.store(s, s3, 48);
}

/**
 * Factors the first `count` columns of `rows` rows at P, count <= rows; the others are 0. The panel becomes R and, below
 * its diagonal, v[1..]; `tau` and the rows of N = -T' (`ld` bytes apart, 0 above the diagonal) are filled. `work` holds
 * 128 bytes.
 */
export function panel<T>(P: usize, rows: i32, count: i32, tau: usize, N: usize, ld: usize, work: usize): void {
  const end = P + ((<usize>rows) << 6),
    g = work + 64,
    last = <usize>count * sizeof<T>();
  // Column j - 1 is summed before it is scaled.
  let before: T = 1,
    row = P;
  memory.fill(work, 0, 64);
  for (let j = 0, o: usize = 0; j < count; j++, o += sizeof<T>(), row += 64) {
    const t = reflectBy<T>(row + o, rows - j, 64, load<T>(work + o), g);
    let scale = load<T>(g);
    if (scale == 0) {
      products<T>(row + 64, end, o, work);
      scale = before = 1;
    }
    if (o) store<T>(work + o - sizeof<T>(), load<T>(work + o - sizeof<T>()) * before);
    for (let c: usize = 0; c < o; c += sizeof<T>()) {
      store<T>(g + c, load<T>(row + c) + scale * load<T>(work + c));
      store<T>(work + c, 0);
    }
    store<T>(work + o, 0);
    for (let c = o + sizeof<T>(); c < last; c += sizeof<T>()) {
      const w = t * (load<T>(row + c) + scale * load<T>(work + c));
      store<T>(row + c, load<T>(row + c) - w);
      store<T>(work + c, w);
    }
    store<T>(tau + o, t);
    growRow<T>(N, ld, j, t, g);
    before = scale;
    if (o + sizeof<T>() < last) sweep<T>(row + 64, end, o, scale, work);
    else for (let p = row + 64 + o; p < end; p += 64) store<T>(p, load<T>(p) * scale);
  }
}
