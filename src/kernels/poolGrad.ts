/** Gradient of pool: every window's cotangent goes to its winner, or in equal shares to its elements. */

import { defineKernel, type Kernel, type Random, Status } from './kernel.ts';
import { integers, numbers, unset } from './samples.ts';
import { eachWindow, Pool, type WindowSizes, windowCases, windowFields, windowsOf } from './windows.ts';

type PoolGradFields = typeof windowFields & { readonly g: 'data'; readonly index: 'index'; readonly dx: 'data' };

/**
 * g [planes, outHeight, outWidth] -> dx [planes, height, width], overwritten. `index` is what pool saved (null for an
 * average); one that lies outside its window gives Status.index and is left out. Pieces are planes.
 */
export const poolGrad: Kernel<PoolGradFields> = defineKernel({
  name: 'poolGrad',
  dtypes: ['f32', 'f64'],
  fields: { ...windowFields, g: 'data', index: 'index', dx: 'data' },
  tasks: (a) => a.planes,
  reference(a, round, fail) {
    for (let t = a.begin; t < a.end; t++) {
      const dx = a.dx.subarray(t * a.height * a.width, (t + 1) * a.height * a.width).fill(0);
      const first = t * a.outHeight * a.outWidth;
      eachWindow(a, ({ at, y0, y1, x0, x1 }) => {
        const g = a.g[first + at]!;
        if (a.code === Pool.max) {
          const k = a.index[first + at]!;
          const [iy, ix] = [Math.trunc(k / a.width), k % a.width];
          if (k < 0 || iy < y0 || iy >= y1 || ix < x0 || ix >= x1) fail(Status.index, k);
          else dx[k] = round(dx[k]! + g);
          return;
        }
        const share = round(g / (Math.max(y1 - y0, 0) * Math.max(x1 - x0, 0)));
        for (let iy = y0; iy < y1; iy++) {
          for (let ix = x0; ix < x1; ix++) dx[iy * a.width + ix] = round(dx[iy * a.width + ix]! + share);
        }
      });
    }
  },
  flops: (a) => a.planes * a.outHeight * a.outWidth * (a.code === Pool.max ? 1 : a.kh * a.kw),
  cases: windowCases,
  sample(size, random) {
    const sizes = windowsOf(size);
    const out = sizes.planes * sizes.outHeight * sizes.outWidth;
    const index = sizes.code === Pool.max ? winners(sizes, random) : null;
    return { ...sizes, g: numbers(out, random), index, dx: unset(sizes.planes * sizes.height * sizes.width) };
  },
});

/** An element of each window, and now and then one behind the plane. */
function winners(a: WindowSizes, random: Random): Int32Array {
  const index = new Int32Array(a.planes * a.outHeight * a.outWidth);
  for (let t = 0; t < a.planes; t++) {
    eachWindow(a, ({ at, y0, y1, x0, x1 }) => {
      const pick = (from: number, to: number): number => integers(1, from, to - 1, random)[0]!;
      const wrong = random() > 0.99;
      index[t * a.outHeight * a.outWidth + at] = wrong ? a.height * a.width : pick(y0, y1) * a.width + pick(x0, x1);
    });
  }
  return index;
}
