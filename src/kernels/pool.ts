/** Pooling over planes of NCHW data: the greatest element or the mean of each window. */

import { defineKernel, type Kernel } from './kernel.ts';
import { numbers, unset } from './samples.ts';
import { eachWindow, Pool, windowCases, windowFields, windowsOf } from './windows.ts';

type PoolFields = typeof windowFields & { readonly x: 'data'; readonly y: 'data'; readonly index: 'index' };

/**
 * x [planes, height, width] -> y [planes, outHeight, outWidth]. For the maximum, `index` (may be null) gets the offset
 * of the winner inside its plane; the first of equals wins, and the first NaN before all. An average ignores `index`.
 * An empty window gives -Infinity and index -1, or NaN. Pieces are planes.
 */
export const pool: Kernel<PoolFields> = defineKernel({
  name: 'pool',
  dtypes: ['f32', 'f64'],
  fields: { ...windowFields, x: 'data', y: 'data', index: 'index' },
  tasks: (a) => a.planes,
  reference(a, round) {
    for (let t = a.begin; t < a.end; t++) {
      const x = a.x.subarray(t * a.height * a.width);
      const first = t * a.outHeight * a.outWidth;
      eachWindow(a, ({ at, y0, y1, x0, x1 }) => {
        let best = -Infinity;
        let where = y0 < y1 && x0 < x1 ? y0 * a.width + x0 : -1;
        // -0 changes no number it is added to, 0 changes -0
        let sum = -0;
        for (let iy = y0; iy < y1; iy++) {
          for (let ix = x0; ix < x1; ix++) {
            const value = x[iy * a.width + ix]!;
            sum = round(sum + value);
            if (value <= best || Number.isNaN(best)) continue;
            best = value;
            where = iy * a.width + ix;
          }
        }
        const count = Math.max(y1 - y0, 0) * Math.max(x1 - x0, 0);
        a.y[first + at] = a.code === Pool.average ? round(sum / count) : best;
        if (a.code === Pool.max && a.index.length > 0) a.index[first + at] = where;
      });
    }
  },
  flops: (a) => a.planes * a.outHeight * a.outWidth * a.kh * a.kw,
  cases: windowCases,
  sample(size, random) {
    const sizes = windowsOf(size);
    const out = sizes.planes * sizes.outHeight * sizes.outWidth;
    const index = sizes.code === Pool.max && random() < 0.5 ? new Int32Array(out) : null;
    return { ...sizes, x: numbers(sizes.planes * sizes.height * sizes.width, random), y: unset(out), index };
  },
});
