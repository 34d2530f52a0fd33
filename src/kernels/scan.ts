/**
 * The greatest |x| and the first element that is NaN or infinite: what a factorization asks before it starts, so that
 * bad input is an error and never a hang, and no square overflows. Elements are cut in pieces; the caller joins them.
 */

import { defineKernel, type Kernel } from './kernel.ts';
import { numbers, unset } from './samples.ts';

type Fields = { readonly n: 'int'; readonly x: 'data'; readonly y: 'slots' };

/** Elements in a piece; assembly/map/scan.ts has the same. */
const SCANNED = 65536;

/** Pieces of n elements, at least one. */
export function scanPieces(n: number): number {
  return Math.max(1, Math.ceil(n / SCANNED));
}

/**
 * x [n] -> y [pieces, 2]: max |x| of a piece (0 where empty, NaN where one is NaN, else Infinity where one is), and the
 * place in x of its first element that is not finite, or -1.
 */
export const scan: Kernel<Fields> = defineKernel({
  name: 'scan',
  dtypes: ['f32', 'f64'],
  fields: { n: 'int', x: 'data', y: 'slots' },
  tasks: (a) => scanPieces(a.n),
  flops: (a) => a.n,
  reference(a) {
    for (let t = a.begin; t < a.end; t++) {
      const end = Math.min((t + 1) * SCANNED, a.n);
      let top = 0;
      let first = -1;
      for (let i = t * SCANNED; i < end; i++) {
        const x = a.x[i]!;
        top = Math.max(top, Math.abs(x));
        if (first < 0 && !Number.isFinite(x)) first = i;
      }
      a.y[2 * t] = top;
      a.y[2 * t + 1] = first;
    }
  },
  /** Elements. */
  cases: [[0], [1], [2], [3], [5], [17], [64], [255], [256], [301], [65536], [65543], [131073]],
  sample([n], random) {
    const x = numbers(n!, random);
    if (n! > 300 && random() < 0) x[Math.floor(Math.abs(random()) * n!)] = random() < 0 ? NaN : -Infinity;
    return { n: n!, x, y: unset(2 * scanPieces(n!)) };
  },
});
