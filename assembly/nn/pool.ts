/** Pooling of planes: greatest or mean of each window. Windows inside their rows go by lanes, others one by one. */

import { lanes } from './lanes';
import { averageHalves, maxHalves } from './poolHalves';
import { AVERAGE, addOffsets, areHalves, evens, offsets, pitchOffsets, storeOffsets, Windows } from './windows';

@unmanaged
export class PoolArgs extends Windows {
  x: usize;
  y: usize;
  index: usize;
}

export function pool<T>(a: PoolArgs): void {
  const inPlane = <usize>a.height * <usize>a.width * sizeof<T>();
  const outPlane = <usize>a.outHeight * <usize>a.outWidth;
  const halves = areHalves(a);
  // Columns [left, right) go by whole vectors, the last of them moved back: their lanes read inside their row.
  const left = halves ? 0 : min((a.pw + a.sw - 1) / a.sw, a.outWidth);
  const starts = min((a.width + a.pw - a.kw + 1) / a.sw, a.outWidth) - lanes<T>() - left + 1;
  const right = a.sw > 2 || starts <= 0 ? left : left + starts - 1 + lanes<T>();
  for (let t = a.begin; t < a.end; t++) {
    const x = a.x + <usize>t * inPlane;
    for (let oy = 0; oy < a.outHeight; oy++) {
      const at = <usize>t * outPlane + <usize>oy * <usize>a.outWidth;
      const y = a.y + at * sizeof<T>();
      const index = a.index == 0 ? <usize>0 : a.index + 4 * at;
      if (a.code == AVERAGE) {
        averageSome<T>(a, x, y, oy, 0, left);
        const done = halves ? averageHalves<T>(a, x, y, oy) : averageLanes<T>(a, x, y, oy, left, right);
        averageSome<T>(a, x, y, oy, done, a.outWidth);
      } else {
        maxSome<T>(a, x, y, index, oy, 0, left);
        const done = halves ? maxHalves<T>(a, x, y, index, oy) : maxLanes<T>(a, x, y, index, oy, left, right);
        maxSome<T>(a, x, y, index, oy, done, a.outWidth);
      }
    }
  }
}

/** Columns [from, to) of output row oy. The first of equals wins, and the first NaN. */
function maxSome<T>(a: PoolArgs, x: usize, y: usize, index: usize, oy: i32, from: i32, to: i32): void {
  const width = a.width;
  const y0 = max(oy * a.sh - a.ph, 0);
  const y1 = min(oy * a.sh - a.ph + a.kh, a.height);
  for (let ox = from; ox < to; ox++) {
    const x0 = max(ox * a.sw - a.pw, 0);
    const x1 = min(ox * a.sw - a.pw + a.kw, width);
    let best = -(<T>Infinity);
    let at = x0 < x1 && y0 < y1 ? y0 * width + x0 : -1;
    for (let iy = y0; iy < y1; iy++) {
      for (let ix = x0; ix < x1; ix++) {
        const k = iy * width + ix;
        const value = load<T>(x + <usize>k * sizeof<T>());
        if (value <= best || best != best) continue;
        best = value;
        at = k;
      }
    }
    store<T>(y + <usize>ox * sizeof<T>(), best);
    if (index != 0) store<i32>(index + <usize>ox * 4, at);
  }
}

/** Columns [from, to) of output row oy. Sums start from -0, which changes no number it is added to. */
function averageSome<T>(a: PoolArgs, x: usize, y: usize, oy: i32, from: i32, to: i32): void {
  const width = a.width;
  const y0 = max(oy * a.sh - a.ph, 0);
  const y1 = min(oy * a.sh - a.ph + a.kh, a.height);
  for (let ox = from; ox < to; ox++) {
    const x0 = max(ox * a.sw - a.pw, 0);
    const x1 = min(ox * a.sw - a.pw + a.kw, width);
    let sum: T = -0.0;
    for (let iy = y0; iy < y1; iy++) {
      const row = x + <usize>(iy * width) * sizeof<T>();
      for (let ix = x0; ix < x1; ix++) sum += load<T>(row + <usize>ix * sizeof<T>());
    }
    store<T>(y + <usize>ox * sizeof<T>(), sum / <T>(max(y1 - y0, 0) * max(x1 - x0, 0)));
  }
}

/** Elements p, p + stride, ..., stride 1 or 2; reads stride vectors. */
// @ts-ignore: decorator
@inline
function strided<T>(p: usize, stride: i32): v128 {
  return stride == 1 ? v128.load(p) : evens<T>(v128.load(p), v128.load(p, 16));
}

/** As maxSome, by whole vectors; returns `to`. */
function maxLanes<T>(a: PoolArgs, x: usize, y: usize, index: usize, oy: i32, from: i32, to: i32): i32 {
  const width = a.width;
  const sw = a.sw;
  const y0 = max(oy * a.sh - a.ph, 0);
  const y1 = min(oy * a.sh - a.ph + a.kh, a.height);
  for (let next = from; next < to; next += lanes<T>()) {
    const ox = min(next, to - lanes<T>());
    const x0 = ox * sw - a.pw;
    let best = v128.splat<T>(-(<T>Infinity));
    let at = addOffsets<T>(offsets<T>(y0 < y1 ? y0 * width + x0 : -1), y0 < y1 ? pitchOffsets<T>(sw) : i64x2.splat(0));
    for (let iy = y0; iy < y1; iy++) {
      let k = addOffsets<T>(offsets<T>(iy * width + x0), pitchOffsets<T>(sw));
      let p = x + <usize>(iy * width + x0) * sizeof<T>();
      for (let ix = a.kw; ix > 0; ix--) {
        const value = strided<T>(p, sw);
        // greater, or the first NaN
        const wins = v128.andnot(v128.eq<T>(best, best), v128.le<T>(value, best));
        best = v128.bitselect(value, best, wins);
        at = v128.bitselect(k, at, wins);
        k = addOffsets<T>(k, offsets<T>(1));
        p += sizeof<T>();
      }
    }
    v128.store(y + <usize>ox * sizeof<T>(), best);
    if (index != 0) storeOffsets<T>(index + <usize>ox * 4, at);
  }
  return to;
}

/** As averageSome, by whole vectors; returns `to`. */
function averageLanes<T>(a: PoolArgs, x: usize, y: usize, oy: i32, from: i32, to: i32): i32 {
  const width = a.width;
  const sw = a.sw;
  const y0 = max(oy * a.sh - a.ph, 0);
  const y1 = min(oy * a.sh - a.ph + a.kh, a.height);
  const count = v128.splat<T>(<T>(max(y1 - y0, 0) * a.kw));
  for (let next = from; next < to; next += lanes<T>()) {
    const ox = min(next, to - lanes<T>());
    let sum = v128.splat<T>(-0.0);
    for (let iy = y0; iy < y1; iy++) {
      let p = x + <usize>(iy * width + ox * sw - a.pw) * sizeof<T>();
      for (let ix = a.kw; ix > 0; ix--) {
        sum = v128.add<T>(sum, strided<T>(p, sw));
        p += sizeof<T>();
      }
    }
    v128.store(y + <usize>ox * sizeof<T>(), v128.div<T>(sum, count));
  }
  return to;
}
