/** The micro-kernel one vector wide; ukr.ts says how tiles are made. */

import { madd } from '../simd/lanes';
import { N1, N2 } from '../simd/tile';
import { Plan } from './plan';
import { addTo, down, put, row } from './tileRows';

/** H rows x 1 vector: edges, so one form will do. */
export function slim<T, H>(g: Plan, a: usize, b: usize, c: usize, rows: usize): void {
  const z = i64x2.splat(0),
    ra = g.ra;
  let p0 = z,
    p1 = z,
    p2 = z,
    p3 = z,
    p4 = z,
    p5 = z;
  const end = g.pairs + ((<usize>g.steps) << 3);
  for (let at = g.pairs; at != end; at += 8) {
    const u = v128.load(b + load<u32>(at));
    let x = a + load<u32>(at, 4);
    p0 = madd<T>(v128.load_splat<T>(x), u, p0);
    if (offsetof<H>() > 1) {
      x += ra;
      p1 = madd<T>(v128.load_splat<T>(x), u, p1);
    }
    if (offsetof<H>() > 2) {
      x += ra;
      p2 = madd<T>(v128.load_splat<T>(x), u, p2);
    }
    if (offsetof<H>() > 3) {
      x += ra;
      p3 = madd<T>(v128.load_splat<T>(x), u, p3);
    }
    if (offsetof<H>() > 4) {
      x += ra;
      p4 = madd<T>(v128.load_splat<T>(x), u, p4);
    }
    if (offsetof<H>() > 5) {
      x += ra;
      p5 = madd<T>(v128.load_splat<T>(x), u, p5);
    }
  }
  if (g.more) {
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
