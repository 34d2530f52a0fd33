/** Leading singular vectors of a tall matrix: A = Q R, R = U S V', and the basis is Q U, block by block of rows. */

import { mul } from '../../ops/binary.ts';
import { contiguous } from '../../ops/contiguous.ts';
import { timesPowerOfTwo } from '../../ops/linalg/scale.ts';
import { svd } from '../../ops/linalg/svd.ts';
import { qrBlocks, timesQ } from '../../ops/linalg/tallQr.ts';
import { expandDims } from '../../ops/reshape.ts';
import { slice } from '../../ops/slice.ts';
import { swapAxes } from '../../ops/transpose.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** Below this ratio of sides the matrix itself is as short as its triangle. */
const SQUARE = 2;

/**
 * The leading left singular vectors [m, r] of A 2^-exponent, A [m, n] of any strides, m > n, and S V' [r, n], or its
 * transpose where `turned`. `choose` tells r from the singular values.
 */
export function tallCut(
  A: Tensor,
  exponent: number,
  turned: boolean,
  choose: (S: Tensor) => number,
): { basis: Tensor; rest: Tensor } {
  const [m, n] = A.shape as [number, number];
  const blocks = m < SQUARE * n ? null : qrBlocks(A, exponent);
  const { U, S, Vt } = svd(blocks === null ? timesPowerOfTwo(A, -exponent) : blocks.R);
  const rank = choose(S);
  const first = contiguous(slice(U, [null, [0, rank]]));
  const product = mul(expandDims(slice(S, [[0, rank]]), 1), slice(Vt, [[0, rank]]));
  const rest = turned ? contiguous(swapAxes(product, 0, 1)) : product;
  return { basis: blocks === null ? first : timesQ(blocks, first), rest };
}
