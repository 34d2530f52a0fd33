/**
 * The micro-kernel: a tile of H rows x 1 or 2 vectors of C = (C +) A B over one block of k, all sums in registers.
 * `g.pairs` lists where step p begins in B and in A, `rows` where each row of C does, in bytes. Rows of A lie side by
 * side (F = N1: packed panels, transposed matrices) or g.ra bytes apart (F = N2).
 * For V8: two steps a turn (a loop of one is a tenth slower), the odd one in front (behind the loop it makes that a
 * sixth slower); at most 15 live vectors; one branch at the end, since V8 stores a value that it spills anywhere in
 * every turn.
 */

import { madd } from '../simd/lanes';
import { N1, N2, N3, N4, N5, N6 } from '../simd/tile';
import { Plan } from './plan';
import { slim } from './slim';
import { addTo, down, put, row } from './tileRows';

/** H rows x 2 vectors, and where H is 5 or 6, as often as `count` says, one tile below the other. */
function wide<T, H, F>(g: Plan, a: usize, b: usize, c: usize, rows: usize, count: i32): void {
  if (offsetof<H>() < 5) return one<T, H, F>(g, a, b, c, rows, i64x2.splat(0));
  // A constant would be written out for every sum.
  const z = i32x4.splat(g.none);
  for (const end = rows + ((<usize>(count * offsetof<H>())) << 2); rows != end; rows += offsetof<H>() << 2) {
    one<T, H, F>(g, a, b, c, rows, z);
    a += offsetof<H>() * g.ra;
  }
}

// @ts-ignore: decorator
@inline
function one<T, H, F>(g: Plan, a: usize, b: usize, c: usize, rows: usize, z: v128): void {
  const ra = g.ra;
  let p0 = z,
    p1 = z,
    p2 = z,
    p3 = z,
    p4 = z,
    p5 = z,
    q0 = z,
    q1 = z,
    q2 = z,
    q3 = z,
    q4 = z,
    q5 = z;
  let t: v128,
    u: v128,
    v: v128,
    w: usize,
    x: usize,
    at = g.pairs;
  const end = at + ((<usize>g.steps) << 3);
  if (g.steps & 1) {
    w = b + load<u32>(at);
    x = a + load<u32>(at, 4);
    u = v128.load(w);
    v = v128.load(w, 16);
    t = v128.load_splat<T>(x);
    p0 = madd<T>(t, u, p0);
    q0 = madd<T>(t, v, q0);
    if (offsetof<H>() > 1) {
      x = down<F>(x, ra);
      t = row<T, F, N1>(x);
      p1 = madd<T>(t, u, p1);
      q1 = madd<T>(t, v, q1);
    }
    if (offsetof<H>() > 2) {
      x = down<F>(x, ra);
      t = row<T, F, N2>(x);
      p2 = madd<T>(t, u, p2);
      q2 = madd<T>(t, v, q2);
    }
    if (offsetof<H>() > 3) {
      x = down<F>(x, ra);
      t = row<T, F, N3>(x);
      p3 = madd<T>(t, u, p3);
      q3 = madd<T>(t, v, q3);
    }
    if (offsetof<H>() > 4) {
      x = down<F>(x, ra);
      t = row<T, F, N4>(x);
      p4 = madd<T>(t, u, p4);
      q4 = madd<T>(t, v, q4);
    }
    if (offsetof<H>() > 5) {
      x = down<F>(x, ra);
      t = row<T, F, N5>(x);
      p5 = madd<T>(t, u, p5);
      q5 = madd<T>(t, v, q5);
    }
    at += 8;
  }
  for (; at != end; at += 16) {
    w = b + load<u32>(at);
    x = a + load<u32>(at, 4);
    u = v128.load(w);
    v = v128.load(w, 16);
    t = v128.load_splat<T>(x);
    p0 = madd<T>(t, u, p0);
    q0 = madd<T>(t, v, q0);
    if (offsetof<H>() > 1) {
      x = down<F>(x, ra);
      t = row<T, F, N1>(x);
      p1 = madd<T>(t, u, p1);
      q1 = madd<T>(t, v, q1);
    }
    if (offsetof<H>() > 2) {
      x = down<F>(x, ra);
      t = row<T, F, N2>(x);
      p2 = madd<T>(t, u, p2);
      q2 = madd<T>(t, v, q2);
    }
    if (offsetof<H>() > 3) {
      x = down<F>(x, ra);
      t = row<T, F, N3>(x);
      p3 = madd<T>(t, u, p3);
      q3 = madd<T>(t, v, q3);
    }
    if (offsetof<H>() > 4) {
      x = down<F>(x, ra);
      t = row<T, F, N4>(x);
      p4 = madd<T>(t, u, p4);
      q4 = madd<T>(t, v, q4);
    }
    if (offsetof<H>() > 5) {
      x = down<F>(x, ra);
      t = row<T, F, N5>(x);
      p5 = madd<T>(t, u, p5);
      q5 = madd<T>(t, v, q5);
    }
    w = b + load<u32>(at, 8);
    x = a + load<u32>(at, 12);
    u = v128.load(w);
    v = v128.load(w, 16);
    t = v128.load_splat<T>(x);
    p0 = madd<T>(t, u, p0);
    q0 = madd<T>(t, v, q0);
    if (offsetof<H>() > 1) {
      x = down<F>(x, ra);
      t = row<T, F, N1>(x);
      p1 = madd<T>(t, u, p1);
      q1 = madd<T>(t, v, q1);
    }
    if (offsetof<H>() > 2) {
      x = down<F>(x, ra);
      t = row<T, F, N2>(x);
      p2 = madd<T>(t, u, p2);
      q2 = madd<T>(t, v, q2);
    }
    if (offsetof<H>() > 3) {
      x = down<F>(x, ra);
      t = row<T, F, N3>(x);
      p3 = madd<T>(t, u, p3);
      q3 = madd<T>(t, v, q3);
    }
    if (offsetof<H>() > 4) {
      x = down<F>(x, ra);
      t = row<T, F, N4>(x);
      p4 = madd<T>(t, u, p4);
      q4 = madd<T>(t, v, q4);
    }
    if (offsetof<H>() > 5) {
      x = down<F>(x, ra);
      t = row<T, F, N5>(x);
      p5 = madd<T>(t, u, p5);
      q5 = madd<T>(t, v, q5);
    }
  }
  if (g.more) {
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

/** Which of the tiles suits h = 1..6 rows of A `ra` bytes apart: of two vectors; that of one vector is h. */
// @ts-ignore: decorator
@inline
export function wideTile<T>(h: i32, ra: usize): i32 {
  return h > 2 && ra == sizeof<T>() ? h + 12 : h + 6;
}

/** `count` tiles of h rows, one below the other; g.ra is set, and there is at least one step. */
export function tile<T>(g: Plan, two: bool, h: i32, a: usize, b: usize, c: usize, rows: usize, count: i32): void {
  const which = two ? wideTile<T>(h, g.ra) : h;
  for (; count > 0; count--, rows += (<usize>h) << 2, a += <usize>h * g.ra) {
    switch (which) {
      case 1:
        slim<T, N1>(g, a, b, c, rows);
        break;
      case 2:
        slim<T, N2>(g, a, b, c, rows);
        break;
      case 3:
        slim<T, N3>(g, a, b, c, rows);
        break;
      case 4:
        slim<T, N4>(g, a, b, c, rows);
        break;
      case 5:
        slim<T, N5>(g, a, b, c, rows);
        break;
      case 6:
        slim<T, N6>(g, a, b, c, rows);
        break;
      case 7:
        wide<T, N1, N2>(g, a, b, c, rows, 1);
        break;
      case 8:
        wide<T, N2, N2>(g, a, b, c, rows, 1);
        break;
      case 9:
        wide<T, N3, N2>(g, a, b, c, rows, 1);
        break;
      case 10:
        wide<T, N4, N2>(g, a, b, c, rows, 1);
        break;
      case 15:
        wide<T, N3, N1>(g, a, b, c, rows, 1);
        break;
      case 16:
        wide<T, N4, N1>(g, a, b, c, rows, 1);
        break;
      case 11:
        return wide<T, N5, N2>(g, a, b, c, rows, count);
      case 12:
        return wide<T, N6, N2>(g, a, b, c, rows, count);
      case 17:
        return wide<T, N5, N1>(g, a, b, c, rows, count);
      default:
        return wide<T, N6, N1>(g, a, b, c, rows, count);
    }
  }
}
