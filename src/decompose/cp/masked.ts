/**
 * Alternating least squares where some entries are missing: each row of a factor is the least squares solution of the
 * known entries in its slice, G_i = sum over known (z z^T) with z the row of the Khatri-Rao product (Tomasi & Bro 2005,
 * "PARAFAC and missing values", as exact sweeps instead of imputation). The grams of all rows are one matricized
 * product of the mask with pairs of columns, so a sweep costs 4 (r + r (r + 1) / 2) size(X) operations.
 */

import type { Real } from '../../dtype.ts';
import { cast } from '../../ops/cast.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { rowsOf } from '../blocks.ts';
import { pairsOf } from '../rows.ts';
import type { Components } from './components.ts';
import { residualOf } from './dense.ts';
import { type Problem, type Swept, type SystemOf, stepped } from './problem.ts';
import { eachLeaf } from './tree.ts';

/** The problem of a tensor x, 0 where `mask`, of the same shape and dtype, is 0; elsewhere the mask is 1. */
export function maskedProblem(x: Tensor, mask: Tensor, known: number): Problem {
  const { shape } = x;
  const norm = residualOf(x, null, null);
  return {
    shape,
    dtype: x.dtype as Real,
    norm,
    known,
    sweep(start, step) {
      const pairs = pairsOf(start.weights.shape[0]!);
      let now: Swept = { components: start, squared: null };
      const factor = (mode: number): Tensor => now.components.factors[mode]!;
      const branches = [
        { root: x, factor },
        { root: mask, factor: (mode: number) => pairs.products(factor(mode)) },
      ];
      eachLeaf(shape, branches, (mode, [right, gram]) => {
        const systemOf: SystemOf = (from, to) => ({
          right: cast(rowsOf(right!, from, to), 'f64'),
          gram: pairs.square(cast(rowsOf(gram!, from, to), 'f64')),
        });
        now = stepped(now.components, mode, systemOf, step, mode === shape.length - 1 ? norm * norm : null);
      });
      return now;
    },
    residual: (components: Components) => residualOf(x, components, mask),
  };
}
