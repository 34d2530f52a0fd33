/**
 * The micro-kernel: a tile of H rows x V vectors of C = (C +) A B over one block of k, all sums in registers.
 * Rows of A lie side by side (F = N1: packed panels, transposed matrices) or `ra` bytes apart (F = N2), steps of k `sa`
 * bytes apart; `steps` lists where each row of B begins, `rows` where each row of C does, in bytes.
 * For V8: two steps a turn (a loop of one is a tenth slower), the odd one first (last: a sixth slower), at most 15 live
 * vectors, and one branch at the end, since a value spilled anywhere is stored in every turn.
 */

import { madd } from '../simd/lanes';
import { N1, N2, N3, N4, N5, N6 } from '../simd/tile';

// @ts-ignore: decorator
@inline
function put<T, V>(c: usize, lo: v128, hi: v128): void {
  v128.store(c, lo);
  if (offsetof<V>() > 1) v128.store(c, hi, 16);
}

// @ts-ignore: decorator
@inline
function addTo<T, V>(c: usize, lo: v128, hi: v128): void {
  v128.store(c, v128.add<T>(v128.load(c), lo));
  if (offsetof<V>() > 1) v128.store(c, v128.add<T>(v128.load(c, 16), hi), 16);
}

/** The number of A in row i = 1..5 of the tile; `r` is i strides. */
// @ts-ignore: decorator
@inline
function row1<T, F>(a: usize, r: usize): v128 {
  return offsetof<F>() > 1 ? v128.load_splat<T>(a + r) : v128.load_splat<T>(a, sizeof<T>());
}
// @ts-ignore: decorator
@inline
function row2<T, F>(a: usize, r: usize): v128 {
  return offsetof<F>() > 1 ? v128.load_splat<T>(a + r) : v128.load_splat<T>(a, 2 * sizeof<T>());
}
// @ts-ignore: decorator
@inline
function row3<T, F>(a: usize, r: usize): v128 {
  return offsetof<F>() > 1 ? v128.load_splat<T>(a + r) : v128.load_splat<T>(a, 3 * sizeof<T>());
}
// @ts-ignore: decorator
@inline
function row4<T, F>(a: usize, r: usize): v128 {
  return offsetof<F>() > 1 ? v128.load_splat<T>(a + r) : v128.load_splat<T>(a, 4 * sizeof<T>());
}
// @ts-ignore: decorator
@inline
function row5<T, F>(a: usize, r: usize): v128 {
  return offsetof<F>() > 1 ? v128.load_splat<T>(a + r) : v128.load_splat<T>(a, 5 * sizeof<T>());
}

/** H rows x 2 vectors. */
function wide<T, H, F>(
  k: i32, a: usize, ra: usize, sa: usize, b: usize, steps: usize, c: usize, rows: usize, add: bool,
): void {
  const z = i64x2.splat(0), r2 = ra + ra, r3 = r2 + ra, r4 = r3 + ra, r5 = r4 + ra;
  let p0 = z, p1 = z, p2 = z, p3 = z, p4 = z, p5 = z, q0 = z, q1 = z, q2 = z, q3 = z, q4 = z, q5 = z;
  let t: v128, u: v128, v: v128, w: usize;
  const end = steps + (<usize>k << 2);
  if (k & 1) {
    w = b + load<u32>(steps); u = v128.load(w); v = v128.load(w, 16);
    t = v128.load_splat<T>(a); p0 = madd<T>(t, u, p0); q0 = madd<T>(t, v, q0);
    if (offsetof<H>() > 1) { t = row1<T, F>(a, ra); p1 = madd<T>(t, u, p1); q1 = madd<T>(t, v, q1); }
    if (offsetof<H>() > 2) { t = row2<T, F>(a, r2); p2 = madd<T>(t, u, p2); q2 = madd<T>(t, v, q2); }
    if (offsetof<H>() > 3) { t = row3<T, F>(a, r3); p3 = madd<T>(t, u, p3); q3 = madd<T>(t, v, q3); }
    if (offsetof<H>() > 4) { t = row4<T, F>(a, r4); p4 = madd<T>(t, u, p4); q4 = madd<T>(t, v, q4); }
    if (offsetof<H>() > 5) { t = row5<T, F>(a, r5); p5 = madd<T>(t, u, p5); q5 = madd<T>(t, v, q5); }
    a += sa; steps += 4;
  }
  for (; steps < end; steps += 8) {
    w = b + load<u32>(steps); u = v128.load(w); v = v128.load(w, 16);
    t = v128.load_splat<T>(a); p0 = madd<T>(t, u, p0); q0 = madd<T>(t, v, q0);
    if (offsetof<H>() > 1) { t = row1<T, F>(a, ra); p1 = madd<T>(t, u, p1); q1 = madd<T>(t, v, q1); }
    if (offsetof<H>() > 2) { t = row2<T, F>(a, r2); p2 = madd<T>(t, u, p2); q2 = madd<T>(t, v, q2); }
    if (offsetof<H>() > 3) { t = row3<T, F>(a, r3); p3 = madd<T>(t, u, p3); q3 = madd<T>(t, v, q3); }
    if (offsetof<H>() > 4) { t = row4<T, F>(a, r4); p4 = madd<T>(t, u, p4); q4 = madd<T>(t, v, q4); }
    if (offsetof<H>() > 5) { t = row5<T, F>(a, r5); p5 = madd<T>(t, u, p5); q5 = madd<T>(t, v, q5); }
    a += sa;
    w = b + load<u32>(steps, 4); u = v128.load(w); v = v128.load(w, 16);
    t = v128.load_splat<T>(a); p0 = madd<T>(t, u, p0); q0 = madd<T>(t, v, q0);
    if (offsetof<H>() > 1) { t = row1<T, F>(a, ra); p1 = madd<T>(t, u, p1); q1 = madd<T>(t, v, q1); }
    if (offsetof<H>() > 2) { t = row2<T, F>(a, r2); p2 = madd<T>(t, u, p2); q2 = madd<T>(t, v, q2); }
    if (offsetof<H>() > 3) { t = row3<T, F>(a, r3); p3 = madd<T>(t, u, p3); q3 = madd<T>(t, v, q3); }
    if (offsetof<H>() > 4) { t = row4<T, F>(a, r4); p4 = madd<T>(t, u, p4); q4 = madd<T>(t, v, q4); }
    if (offsetof<H>() > 5) { t = row5<T, F>(a, r5); p5 = madd<T>(t, u, p5); q5 = madd<T>(t, v, q5); }
    a += sa;
  }
  if (add) {
    addTo<T, N2>(c + load<u32>(rows), p0, q0);
    if (offsetof<H>() > 1) addTo<T, N2>(c + load<u32>(rows, 4), p1, q1);
    if (offsetof<H>() > 2) addTo<T, N2>(c + load<u32>(rows, 8), p2, q2);
    if (offsetof<H>() > 3) addTo<T, N2>(c + load<u32>(rows, 12), p3, q3);
    if (offsetof<H>() > 4) addTo<T, N2>(c + load<u32>(rows, 16), p4, q4);
    if (offsetof<H>() > 5) addTo<T, N2>(c + load<u32>(rows, 20), p5, q5);
  } else {
    put<T, N2>(c + load<u32>(rows), p0, q0);
    if (offsetof<H>() > 1) put<T, N2>(c + load<u32>(rows, 4), p1, q1);
    if (offsetof<H>() > 2) put<T, N2>(c + load<u32>(rows, 8), p2, q2);
    if (offsetof<H>() > 3) put<T, N2>(c + load<u32>(rows, 12), p3, q3);
    if (offsetof<H>() > 4) put<T, N2>(c + load<u32>(rows, 16), p4, q4);
    if (offsetof<H>() > 5) put<T, N2>(c + load<u32>(rows, 20), p5, q5);
  }
}

/** H rows x 1 vector: the last columns. */
function slim<T, H, F>(
  k: i32, a: usize, ra: usize, sa: usize, b: usize, steps: usize, c: usize, rows: usize, add: bool,
): void {
  const z = i64x2.splat(0), r2 = ra + ra, r3 = r2 + ra, r4 = r3 + ra, r5 = r4 + ra;
  let p0 = z, p1 = z, p2 = z, p3 = z, p4 = z, p5 = z;
  const end = steps + (<usize>k << 2);
  for (; steps < end; steps += 4) {
    const u = v128.load(b + load<u32>(steps));
    p0 = madd<T>(v128.load_splat<T>(a), u, p0);
    if (offsetof<H>() > 1) p1 = madd<T>(row1<T, F>(a, ra), u, p1);
    if (offsetof<H>() > 2) p2 = madd<T>(row2<T, F>(a, r2), u, p2);
    if (offsetof<H>() > 3) p3 = madd<T>(row3<T, F>(a, r3), u, p3);
    if (offsetof<H>() > 4) p4 = madd<T>(row4<T, F>(a, r4), u, p4);
    if (offsetof<H>() > 5) p5 = madd<T>(row5<T, F>(a, r5), u, p5);
    a += sa;
  }
  if (add) {
    addTo<T, N1>(c + load<u32>(rows), p0, z);
    if (offsetof<H>() > 1) addTo<T, N1>(c + load<u32>(rows, 4), p1, z);
    if (offsetof<H>() > 2) addTo<T, N1>(c + load<u32>(rows, 8), p2, z);
    if (offsetof<H>() > 3) addTo<T, N1>(c + load<u32>(rows, 12), p3, z);
    if (offsetof<H>() > 4) addTo<T, N1>(c + load<u32>(rows, 16), p4, z);
    if (offsetof<H>() > 5) addTo<T, N1>(c + load<u32>(rows, 20), p5, z);
  } else {
    put<T, N1>(c + load<u32>(rows), p0, z);
    if (offsetof<H>() > 1) put<T, N1>(c + load<u32>(rows, 4), p1, z);
    if (offsetof<H>() > 2) put<T, N1>(c + load<u32>(rows, 8), p2, z);
    if (offsetof<H>() > 3) put<T, N1>(c + load<u32>(rows, 12), p3, z);
    if (offsetof<H>() > 4) put<T, N1>(c + load<u32>(rows, 16), p4, z);
    if (offsetof<H>() > 5) put<T, N1>(c + load<u32>(rows, 20), p5, z);
  }
}

/** The tile of h = 1..6 rows and 1 or 2 vectors. */
export function tile<T, F>(
  h: i32, two: bool, k: i32, a: usize, ra: usize, sa: usize, b: usize, steps: usize, c: usize, rows: usize, add: bool,
): void {
  switch (two ? h + 6 : h) {
    case 1: return slim<T, N1, F>(k, a, ra, sa, b, steps, c, rows, add);
    case 2: return slim<T, N2, F>(k, a, ra, sa, b, steps, c, rows, add);
    case 3: return slim<T, N3, F>(k, a, ra, sa, b, steps, c, rows, add);
    case 4: return slim<T, N4, F>(k, a, ra, sa, b, steps, c, rows, add);
    case 5: return slim<T, N5, F>(k, a, ra, sa, b, steps, c, rows, add);
    case 6: return slim<T, N6, F>(k, a, ra, sa, b, steps, c, rows, add);
    case 7: return wide<T, N1, F>(k, a, ra, sa, b, steps, c, rows, add);
    case 8: return wide<T, N2, F>(k, a, ra, sa, b, steps, c, rows, add);
    case 9: return wide<T, N3, F>(k, a, ra, sa, b, steps, c, rows, add);
    case 10: return wide<T, N4, F>(k, a, ra, sa, b, steps, c, rows, add);
    case 11: return wide<T, N5, F>(k, a, ra, sa, b, steps, c, rows, add);
    default: return wide<T, N6, F>(k, a, ra, sa, b, steps, c, rows, add);
  }
}
