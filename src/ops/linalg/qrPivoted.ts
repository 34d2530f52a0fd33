/** Rank-revealing QR factorization with column pivoting (Businger & Golub 1965). 4 m n r operations. */

import { BackendError, ShapeError } from '../../errors.ts';
import { geqp3 } from '../../kernels/geqp3.ts';
import { showShape } from '../../shape.ts';
import { dataSync } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { concat } from '../concat.ts';
import { contiguous } from '../contiguous.ts';
import { applyAll, type Op } from '../op.ts';
import { reshape } from '../reshape.ts';
import { slice } from '../slice.ts';
import { type Cut, checkCut } from './cut.ts';
import { checkFinite, checkRange, matricesOf } from './matrices.ts';

/** A[:, permutation] = Q R + rest. */
export interface PivotedQr {
  /** [m, rank], orthonormal columns. */
  readonly Q: Tensor;
  /** [rank, n], upper triangular in its first columns; the diagonal descends, up to rounding, and is >= 0. */
  readonly R: Tensor;
  /** i32 [n]: column j of Q R is column permutation[j] of A. */
  readonly permutation: Tensor;
  readonly rank: number;
}

interface Attrs {
  readonly most: number;
  readonly eps: number;
}

/** Results Q and R, filled from their start, permutation and rank. */
const pivotedOp: Op<Attrs> = {
  name: 'qrPivoted',
  infer([a], { most }) {
    const { m, n, dtype } = matricesOf('qrPivoted', a!);
    return [
      { shape: [m * most], dtype },
      { shape: [most * n], dtype },
      { shape: [n], dtype: 'i32' },
      { shape: [1], dtype: 'i32' },
    ];
  },
  forward([Q, R, permutation, rank], [a], { most, eps }, on) {
    const { m, n } = matricesOf('qrPivoted', a!);
    on.run(geqp3, a!.dtype, {
      ...{ m, n, most, eps, A: a!.operand(), Q: Q!.operand(), R: R!.operand() },
      ...{ permutation: permutation!.operand(), rank: rank!.operand() },
    });
  },
  vjp() {
    throw new BackendError('qrPivoted', 'pivoting has no gradient', 'one', 'use qr() of the columns in that order');
  },
};

/** The start of a list as a matrix of its own. */
function matrix(list: Tensor, m: number, n: number): Tensor {
  return reshape(m * n === list.size ? list : concat([slice(list, [[0, m * n]])]), [m, n]);
}

/**
 * A[:, permutation] = Q R for a [m, n]. Each column that is taken next is the largest of what is left, the first where
 * several are. Stops at the least rank for which what is left weighs at most eps times A, in the Frobenius norm, or at
 * `rank`; without either, when nothing is left. A matrix of zeros has rank 0. Cheaper than truncated singular values, and
 * in rare cases far from the best of its rank. Not differentiable.
 * Throws ShapeError unless the order is 2, DtypeError for integers, NonFiniteError for NaN and Infinity and for an R that
 * overflows, RankError for a rank that is no whole number >= 1 and for eps < 0.
 */
export function qrPivoted(a: Tensor, { eps = 0, rank }: Cut = {}): PivotedQr {
  const { m, n } = matricesOf('qrPivoted', a);
  if (a.order !== 2)
    throw new ShapeError('qrPivoted', 'one matrix is factored', showShape(a.shape), 'take them in turn');
  checkCut('qrPivoted', { eps, rank });
  const top = checkFinite('qrPivoted', a);
  const most = Math.min(m, n, rank ?? m);
  return scope(() => {
    const [Q, R, permutation, found] = applyAll(pivotedOp, [contiguous(a)], { most, eps });
    const r = dataSync(found!)[0]!;
    const triangle = matrix(R!, r, n);
    checkRange('qrPivoted', triangle, a, top);
    return { Q: matrix(Q!, m, r), R: triangle, permutation: permutation!, rank: r };
  });
}
