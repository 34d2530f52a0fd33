/**
 * Hierarchical alternating least squares for factors without negative elements (Cichocki & Phan 2009, "Fast local
 * algorithms for large scale nonnegative matrix and tensor factorizations", algorithm 2): column after column takes its
 * own nonnegative minimum, a_r <- max(0, a_r + (m_r - A g_r - ridge a_r) / (g_rr + ridge)). 2 n r^2 operations a pass.
 */

import { add, maximum, mul, sub } from '../../ops/binary.ts';
import { stack } from '../../ops/concat.ts';
import { einsum } from '../../ops/einsum/einsum.ts';
import { slice } from '../../ops/slice.ts';
import { reciprocal } from '../../ops/unary.ts';
import { where } from '../../ops/where.ts';
import type { Step } from '../leastSquares.ts';

/** Passes over the columns for each product with the tensor, which costs more than they do (Gillis & Glineur 2012). */
const PASSES = 3;

/** The step of nonnegative factors: no element of the result is below 0, and the error does not rise. */
export function nonnegativeStep(ridge: number): Step {
  return (a, { right, gram }) => {
    const rowwise = gram.order === 3;
    const columns = Array.from({ length: a.shape[1]! }, (_, r) => slice(a, [null, r]));
    const fixed = columns.map((_, r) => {
      const m = slice(right, [null, r]);
      const g = slice(gram, rowwise ? [null, r] : [r]);
      const diagonal = add(slice(g, rowwise ? [null, r] : [r]), ridge);
      // A column that meets nothing stays.
      const inverse = where(diagonal, reciprocal(where(diagonal, diagonal, 1)), 0);
      return { m, g, inverse };
    });
    for (let pass = 0; pass < PASSES; pass++) {
      fixed.forEach(({ m, g, inverse }, r) => {
        const product = einsum(rowwise ? 'ri,ir->i' : 'ri,r->i', stack(columns), g);
        const gain = sub(sub(m, product), mul(columns[r]!, ridge));
        columns[r] = maximum(add(columns[r]!, mul(gain, inverse)), 0);
      });
    }
    return stack(columns, 1);
  };
}
