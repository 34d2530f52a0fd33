/** Gradient of a pooling: to the winner of each window, or spread over its elements. */

import { fail, INDEX } from '../abi';
import { lanes } from './lanes';
import {
  AVERAGE,
  addOffsets,
  areHalves,
  loadOffsets,
  offsets,
  pitchOffsets,
  sameOffsets,
  storeZipped,
  Windows,
} from './windows';

@unmanaged
export class PoolGradArgs extends Windows {
  g: usize;
  index: usize;
  dx: usize;
}

export function poolGrad<T>(a: PoolGradArgs): void {
  const inBytes = <usize>a.height * <usize>a.width * sizeof<T>();
  const outPlane = <usize>a.outHeight * <usize>a.outWidth;
  const halves = areHalves(a);
  const covered = halves && 2 * a.outHeight == a.height && 2 * a.outWidth == a.width && a.outWidth % lanes<T>() == 0;
  for (let t = a.begin; t < a.end; t++) {
    const dx = a.dx + <usize>t * inBytes;
    const g = a.g + <usize>t * outPlane * sizeof<T>();
    const index = a.index + <usize>t * outPlane * 4;
    if (!covered) memory.fill(dx, 0, inBytes);
    for (let oy = 0; oy < a.outHeight; oy++) {
      const at = <usize>oy * <usize>a.outWidth;
      const gRow = g + at * sizeof<T>();
      if (a.code == AVERAGE) {
        spreadRow<T>(a, gRow, dx, oy, halves ? spreadHalves<T>(a, gRow, dx, oy) : 0);
      } else {
        const indexRow = index + 4 * at;
        scatterRow<T>(a, gRow, indexRow, dx, oy, halves ? scatterHalves<T>(a, gRow, indexRow, dx, oy) : 0, a.outWidth);
      }
    }
  }
}

/** Adds columns [from, to) of row oy to their winners; an index outside its window is reported and left out. */
function scatterRow<T>(a: PoolGradArgs, g: usize, index: usize, dx: usize, oy: i32, from: i32, to: i32): void {
  const width = a.width;
  const y0 = max(oy * a.sh - a.ph, 0);
  const y1 = min(oy * a.sh - a.ph + a.kh, a.height);
  for (let ox = from; ox < to; ox++) {
    const x0 = max(ox * a.sw - a.pw, 0);
    const x1 = min(ox * a.sw - a.pw + a.kw, width);
    const k = load<i32>(index + <usize>ox * 4);
    const iy = k / width;
    const ix = k - iy * width;
    if (k < 0 || iy < y0 || iy >= y1 || ix < x0 || ix >= x1) {
      fail(INDEX, k);
      continue;
    }
    const p = dx + <usize>k * sizeof<T>();
    store<T>(p, load<T>(p) + load<T>(g + <usize>ox * sizeof<T>()));
  }
}

/** Adds g / count to all elements of the windows of row oy from column `from` on. */
function spreadRow<T>(a: PoolGradArgs, g: usize, dx: usize, oy: i32, from: i32): void {
  const width = a.width;
  const y0 = max(oy * a.sh - a.ph, 0);
  const y1 = min(oy * a.sh - a.ph + a.kh, a.height);
  for (let ox = from; ox < a.outWidth; ox++) {
    const x0 = max(ox * a.sw - a.pw, 0);
    const x1 = min(ox * a.sw - a.pw + a.kw, width);
    const share = load<T>(g + <usize>ox * sizeof<T>()) / <T>(max(y1 - y0, 0) * max(x1 - x0, 0));
    for (let iy = y0; iy < y1; iy++) {
      const row = dx + <usize>(iy * width) * sizeof<T>();
      for (let ix = x0; ix < x1; ix++) {
        const p = row + <usize>ix * sizeof<T>();
        store<T>(p, load<T>(p) + share);
      }
    }
  }
}

/** Whole vectors of row oy, written without reading: 0 + g, as adding to a cleared plane. Returns the columns done. */
function scatterHalves<T>(a: PoolGradArgs, g: usize, index: usize, dx: usize, oy: i32): i32 {
  const width = a.width;
  const pitch = <usize>width * sizeof<T>();
  const zero = i64x2.splat(0);
  const done = a.outWidth - (a.outWidth % lanes<T>());
  let row = dx + 2 * <usize>oy * pitch;
  let k = addOffsets<T>(offsets<T>(2 * oy * width), pitchOffsets<T>(2));
  for (let ox = 0; ox < done; ox += lanes<T>()) {
    const value = v128.add<T>(zero, v128.load(g + <usize>ox * sizeof<T>()));
    const at = loadOffsets<T>(index + <usize>ox * 4);
    const ma = sameOffsets<T>(at, k);
    const mb = sameOffsets<T>(at, addOffsets<T>(k, offsets<T>(1)));
    const mc = sameOffsets<T>(at, addOffsets<T>(k, offsets<T>(width)));
    const md = sameOffsets<T>(at, addOffsets<T>(k, offsets<T>(width + 1)));
    storeZipped<T>(row, v128.and(value, ma), v128.and(value, mb));
    storeZipped<T>(row + pitch, v128.and(value, mc), v128.and(value, md));
    if (!i32x4.all_true(v128.or(v128.or(ma, mb), v128.or(mc, md))))
      report(index + <usize>ox * 4, lanes<T>(), a, oy, ox);
    k = addOffsets<T>(k, offsets<T>(2 * lanes<T>()));
    row += 32;
  }
  return done;
}

/** Reports the first of n indices that is outside its 2 x 2 block. */
function report(index: usize, n: i32, a: PoolGradArgs, oy: i32, ox: i32): void {
  for (let l = 0; l < n; l++) {
    const k = load<i32>(index + <usize>l * 4);
    const iy = k / a.width;
    if (k >= 0 && iy >> 1 == oy && (k - iy * a.width) >> 1 == ox + l) continue;
    fail(INDEX, k);
    return;
  }
}

/** Whole vectors of row oy; returns the columns done. */
function spreadHalves<T>(a: PoolGradArgs, g: usize, dx: usize, oy: i32): i32 {
  const pitch = <usize>a.width * sizeof<T>();
  const zero = i64x2.splat(0);
  const quarter = v128.splat<T>(0.25);
  const done = a.outWidth - (a.outWidth % lanes<T>());
  let row = dx + 2 * <usize>oy * pitch;
  for (let ox = 0; ox < done; ox += lanes<T>()) {
    const share = v128.add<T>(zero, v128.mul<T>(v128.load(g + <usize>ox * sizeof<T>()), quarter));
    storeZipped<T>(row, share, share);
    storeZipped<T>(row + pitch, share, share);
    row += 32;
  }
  return done;
}
