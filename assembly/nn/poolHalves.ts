/** Pooling of whole 2 x 2 blocks: the even and the odd elements of two rows. */

import { lanes } from './lanes';
import { addOffsets, evens, odds, offsets, pitchOffsets, storeOffsets, Windows } from './windows';

/**
 * Vectors of output row oy; returns the columns done. The winner of each row, then of both: ties go to the first, as one
 * by one. Stops at a vector with a NaN, or with infinities that could hide one.
 */
export function maxHalves<T>(a: Windows, x: usize, y: usize, index: usize, oy: i32): i32 {
  const width = a.width;
  const pitch = <usize>width * sizeof<T>();
  const one = offsets<T>(1);
  const below = offsets<T>(width);
  const step = offsets<T>(2 * lanes<T>());
  let row = x + 2 * <usize>oy * pitch;
  let k = addOffsets<T>(offsets<T>(2 * oy * width), pitchOffsets<T>(2));
  const done = a.outWidth - (a.outWidth % lanes<T>());
  for (let ox = 0; ox < done; ox += lanes<T>()) {
    const b = odds<T>(v128.load(row), v128.load(row, 16));
    const c = evens<T>(v128.load(row), v128.load(row, 16));
    const d = odds<T>(v128.load(row + pitch), v128.load(row + pitch, 16));
    const e = evens<T>(v128.load(row + pitch), v128.load(row + pitch, 16));
    const total = v128.add<T>(v128.add<T>(b, c), v128.add<T>(d, e));
    if (v128.any_true(v128.ne<T>(total, total))) return ox;
    const upper = v128.pmax<T>(c, b);
    const lower = v128.pmax<T>(e, d);
    v128.store(y, v128.pmax<T>(upper, lower));
    if (index != 0) {
      const up = v128.and(v128.gt<T>(b, c), one);
      const down = addOffsets<T>(below, v128.and(v128.gt<T>(d, e), one));
      storeOffsets<T>(index, addOffsets<T>(k, v128.bitselect(down, up, v128.gt<T>(lower, upper))));
      index += <usize>lanes<T>() * 4;
      k = addOffsets<T>(k, step);
    }
    row += 32;
    y += 16;
  }
  return done;
}

/** Vectors of output row oy; returns the columns done. */
export function averageHalves<T>(a: Windows, x: usize, y: usize, oy: i32): i32 {
  const pitch = <usize>a.width * sizeof<T>();
  const quarter = v128.splat<T>(0.25);
  let row = x + 2 * <usize>oy * pitch;
  const done = a.outWidth - (a.outWidth % lanes<T>());
  for (let ox = 0; ox < done; ox += lanes<T>()) {
    const u = v128.load(row);
    const v = v128.load(row, 16);
    const w = v128.load(row + pitch);
    const z = v128.load(row + pitch, 16);
    const upper = v128.add<T>(evens<T>(u, v), odds<T>(u, v));
    const sum = v128.add<T>(v128.add<T>(upper, evens<T>(w, z)), odds<T>(w, z));
    v128.store(y, v128.mul<T>(sum, quarter));
    row += 32;
    y += 16;
  }
  return done;
}
