/** Cholesky factorization, A = L L'. n^3 / 3 operations. */

import { ulps } from '../../dtype.ts';
import { SingularError } from '../../errors.ts';
import { potrf } from '../../kernels/potrf.ts';
import { eye, zeros } from '../../tensor/create.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { add, mul } from '../binary.ts';
import { contiguous } from '../contiguous.ts';
import { diagonal } from '../einsum/diagonal.ts';
import { stopGradient } from '../grad.ts';
import { matmul } from '../matmul.ts';
import { apply, type Op } from '../op.ts';
import { max } from '../reduce.ts';
import { expandDims } from '../reshape.ts';
import { abs } from '../unary.ts';
import { where } from '../where.ts';
import { checkFinite, squaresOf } from './matrices.ts';
import { refusePivot, watch } from './pivots.ts';
import { diagonalPart, lowerPart, transposed } from './triangles.ts';
import { triangularSolve } from './triangularSolve.ts';

const told = {
  rule: 'the matrix is positive definite',
  pivot: 'a pivot that is not positive',
  remedy: 'use choleskyShifted() where rounding is to blame, or eigh()',
};

const choleskyOp: Op = {
  name: 'cholesky',
  infer: ([a]) => ({ shape: a!.shape, dtype: a!.dtype }),
  forward([L], [a], _, on) {
    const found = squaresOf('cholesky', a!);
    const { batch, n } = found;
    const met = watch(() => on.run(potrf, a!.dtype, { batch, n, A: a!.operand(), L: L!.operand() }));
    refusePivot('cholesky', met, found, told);
  },
  // Murray 2016, "Differentiation of the Cholesky decomposition", equation 10; of the symmetric matrix as a whole.
  vjp([g], { outs: [L] }) {
    const P = matmul(transposed(L!), g!);
    const lower = add(lowerPart(P, true), mul(diagonalPart(P), 0.5));
    const half = triangularSolve(L!, add(lower, transposed(lower)), { transpose: true });
    return [mul(transposed(triangularSolve(L!, transposed(half), { transpose: true })), 0.5)];
  },
};

/**
 * The lower triangular L [..., n, n] with a positive diagonal and A = L L', A the symmetric matrix whose lower triangle is
 * that of a [..., n, n]. The gradient is that of A as a whole, and symmetric. Throws ShapeError unless the matrices are
 * square, NonFiniteError for NaN and Infinity, SingularError where A is not positive definite.
 */
export function cholesky(a: Tensor): Tensor {
  squaresOf('cholesky', a);
  checkFinite('cholesky', a);
  return apply(choleskyOp, [contiguous(a)], undefined);
}

export interface ShiftedCholesky {
  readonly L: Tensor;
  /** What was added to the diagonal of each matrix, [...]. */
  readonly shift: Tensor;
}

/** Shifts that are tried, in units of n ulp of the largest diagonal element. */
const SHIFTS = [0, 1, 32, 1024, 32768];
/**
 * As cholesky(), for matrices that are positive definite but for rounding: a + shift I = L L' with the smallest of a few
 * shifts that works for all matrices: 0, or 1, 32, 1024 or 32768 times n ulp of the largest diagonal element of each
 * matrix (of 1 where that is 0). For the gradient the shift is a constant. Throws SingularError where none works.
 */
export function choleskyShifted(a: Tensor): ShiftedCholesky {
  const { n, dtype, lead } = squaresOf('choleskyShifted', a);
  if (n === 0) return { L: cholesky(a), shift: zeros(lead, dtype) };
  checkFinite('choleskyShifted', a);
  const sizes = max(abs(diagonal(stopGradient(a), a.order - 2, a.order - 1)), -1);
  const unit = mul(where(sizes, sizes, 1), n * ulps[dtype]);
  for (const level of SHIFTS) {
    const shift = mul(unit, level);
    try {
      const shifts = mul(eye(n, dtype), expandDims(expandDims(shift, -1), -1));
      return { L: cholesky(level === 0 ? a : add(a, shifts)), shift };
    } catch (error) {
      if (!(error instanceof SingularError)) throw error;
    }
  }
  const got = `one that is not, with ${SHIFTS.at(-1)! * n} ulp of its diagonal added`;
  throw new SingularError('choleskyShifted', 'the matrix is positive definite but for rounding', got, 'use eigh()');
}
