/**
 * One row of C over one block of k, that is, matrix times vector: each element of B is met once, so nothing is packed.
 * Columns of B that are neighbours go eight vectors at a time, since two or fewer sums would wait for each other;
 * columns along which k is contiguous go eight at a time, in squares transposed in registers.
 */

import { madd, width as lanes } from '../simd/lanes';
import { Plan } from './plan';

// @ts-ignore: decorator
@inline
function put<T>(c: usize, sum: v128, more: bool): void {
  v128.store(c, more ? v128.add<T>(v128.load(c), sum) : sum);
}

/** Columns done by now of [j, end), whose sums in C are neighbours. */
export function thinColumns<T>(g: Plan, a: usize, j: i32, end: i32, c: usize): i32 {
  const beside = g.bn == 1 && !g.bnt,
    along = g.bk == 1 && !(g.bkt | g.bnt);
  const width = beside ? 8 * lanes<T>() : 8;
  if (!beside && !along) return j;
  for (; j + width <= end; j += width, c += <usize>width * sizeof<T>()) {
    const b = g.B + <usize>(j * g.bn) * sizeof<T>();
    if (beside) eightVectors<T>(g, a, b, c);
    else eightColumns<T>(g, a, b + load<u32>(g.pairs), <usize>g.bn * sizeof<T>(), c);
  }
  return j;
}

function eightVectors<T>(g: Plan, a: usize, b: usize, c: usize): void {
  const z = i64x2.splat(0),
    end = g.pairs + ((<usize>g.steps) << 3);
  let s0 = z,
    s1 = z,
    s2 = z,
    s3 = z,
    s4 = z,
    s5 = z,
    s6 = z,
    s7 = z;
  for (let at = g.pairs; at != end; at += 8) {
    const w = b + load<u32>(at),
      t = v128.load_splat<T>(a + load<u32>(at, 4));
    s0 = madd<T>(t, v128.load(w), s0);
    s1 = madd<T>(t, v128.load(w, 16), s1);
    s2 = madd<T>(t, v128.load(w, 32), s2);
    s3 = madd<T>(t, v128.load(w, 48), s3);
    s4 = madd<T>(t, v128.load(w, 64), s4);
    s5 = madd<T>(t, v128.load(w, 80), s5);
    s6 = madd<T>(t, v128.load(w, 96), s6);
    s7 = madd<T>(t, v128.load(w, 112), s7);
  }
  const more = g.more;
  put<T>(c, s0, more);
  put<T>(c + 16, s1, more);
  put<T>(c + 32, s2, more);
  put<T>(c + 48, s3, more);
  put<T>(c + 64, s4, more);
  put<T>(c + 80, s5, more);
  put<T>(c + 96, s6, more);
  put<T>(c + 112, s7, more);
}

/** Adds to the sums of one vector of columns, `ld` bytes apart, as many steps as a vector holds; t are those of A. */
// @ts-ignore: decorator
@inline
function square<T>(s: v128, b: usize, ld: usize, t0: v128, t1: v128, t2: v128, t3: v128): v128 {
  const p = v128.load(b),
    q = v128.load(b + ld);
  if (sizeof<T>() == 8) {
    return madd<T>(t1, v128.shuffle<u64>(p, q, 1, 3), madd<T>(t0, v128.shuffle<u64>(p, q, 0, 2), s));
  }
  const x = v128.load(b + 2 * ld),
    y = v128.load(b + 3 * ld);
  const pq = v128.shuffle<u32>(p, q, 0, 4, 1, 5),
    xy = v128.shuffle<u32>(x, y, 0, 4, 1, 5);
  s = madd<T>(t1, v128.shuffle<u64>(pq, xy, 1, 3), madd<T>(t0, v128.shuffle<u64>(pq, xy, 0, 2), s));
  const qp = v128.shuffle<u32>(p, q, 2, 6, 3, 7),
    yx = v128.shuffle<u32>(x, y, 2, 6, 3, 7);
  return madd<T>(t3, v128.shuffle<u64>(qp, yx, 1, 3), madd<T>(t2, v128.shuffle<u64>(qp, yx, 0, 2), s));
}

/** One number of each of a vector of columns. */
// @ts-ignore: decorator
@inline
function across<T>(b: usize, ld: usize): v128 {
  if (sizeof<T>() == 8) return v128.load64_lane(b + ld, v128.load64_zero(b), 1);
  const x = v128.load32_lane(b + ld, v128.load32_zero(b), 1);
  return v128.load32_lane(b + 3 * ld, v128.load32_lane(b + 2 * ld, x, 2), 3);
}

// @ts-ignore: decorator
@inline
function numberAt<T>(a: usize, at: usize): v128 {
  return v128.load_splat<T>(a + load<u32>(at, 4));
}

function eightColumns<T>(g: Plan, a: usize, b: usize, ld: usize, c: usize): void {
  const z = i64x2.splat(0),
    one = lanes<T>(),
    group = <usize>one * ld;
  let s0 = z,
    s1 = z,
    s2 = z,
    s3 = z,
    at = g.pairs,
    k = g.steps;
  for (; k >= one; k -= one, b += 16, at += (<usize>one) << 3) {
    const t0 = numberAt<T>(a, at),
      t1 = numberAt<T>(a, at + 8);
    const t2 = one == 4 ? numberAt<T>(a, at + 16) : z,
      t3 = one == 4 ? numberAt<T>(a, at + 24) : z;
    s0 = square<T>(s0, b, ld, t0, t1, t2, t3);
    s1 = square<T>(s1, b + group, ld, t0, t1, t2, t3);
    if (one == 4) continue;
    s2 = square<T>(s2, b + 2 * group, ld, t0, t1, t2, t3);
    s3 = square<T>(s3, b + 3 * group, ld, t0, t1, t2, t3);
  }
  for (; k > 0; k--, b += sizeof<T>(), at += 8) {
    const t = numberAt<T>(a, at);
    s0 = madd<T>(t, across<T>(b, ld), s0);
    s1 = madd<T>(t, across<T>(b + group, ld), s1);
    if (one == 4) continue;
    s2 = madd<T>(t, across<T>(b + 2 * group, ld), s2);
    s3 = madd<T>(t, across<T>(b + 3 * group, ld), s3);
  }
  const more = g.more;
  put<T>(c, s0, more);
  put<T>(c + 16, s1, more);
  if (one == 4) return;
  put<T>(c + 32, s2, more);
  put<T>(c + 48, s3, more);
}
