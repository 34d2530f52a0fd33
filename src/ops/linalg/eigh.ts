/** Eigenvalues and eigenvectors of symmetric matrices. About 9 n^3 operations, 4 n^3 / 3 for values alone. */

import { realDtype, ulps } from '../../dtype.ts';
import { syevd } from '../../kernels/syevd.ts';
import { recordingDepth } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { add, div, less, mul, sub } from '../binary.ts';
import { contiguous } from '../contiguous.ts';
import { stopGradient } from '../grad.ts';
import { matmul } from '../matmul.ts';
import { applyAll, type Op } from '../op.ts';
import { expandDims } from '../reshape.ts';
import { abs } from '../unary.ts';
import { where } from '../where.ts';
import { checkFinite, squaresOf } from './matrices.ts';
import { refusePivot, watch } from './pivots.ts';
import { transposed } from './triangles.ts';

/** A = vectors diag(values) vectors'. */
export interface Eigh {
  /** [..., n], ascending. */
  readonly values: Tensor;
  /** [..., n, n], a column each. */
  readonly vectors: Tensor;
}

/** Results values and vectors, or values alone. */
const eighOp: Op<boolean> = {
  name: 'eigh',
  infer([a], vectors) {
    const { n, lead, dtype } = squaresOf('eigh', a!);
    const values = { shape: [...lead, n], dtype };
    return vectors ? [values, { shape: a!.shape, dtype }] : [values];
  },
  forward([W, V], [a], vectors, on) {
    const found = squaresOf('eigh', a!);
    const { batch, n } = found;
    const met = watch(() => {
      const results = { W: W!.operand(), V: V?.operand() ?? null };
      on.run(syevd, a!.dtype, { batch, n, vectors: vectors ? 1 : 0, A: a!.operand(), ...results });
    });
    refusePivot('eigh', met, found, { rule: '', pivot: '', remedy: '' });
  },
  vjp: ([gw, gV], { outs: [W, V] }) => [eighGrad({ values: W!, vectors: V! }, gw ?? null, gV ?? null)],
};

/**
 * Giles 2008, "An extended collection of matrix derivative results", 3.1: V (diag(gw) + F o (V' gV)) V' with
 * F_ij = 1 / (w_j - w_i), of the symmetric matrix as a whole. Only what is skew in V' gV turns vectors against each other;
 * where that is no more than rounding, the loss does not depend on the turn, and its share is 0 however close w_i and w_j.
 */
function eighGrad({ values, vectors }: Eigh, gw: Tensor | null, gV: Tensor | null): Tensor | null {
  const V = vectors;
  const Vt = transposed(V);
  const straight = gw === null ? null : matmul(mul(V, expandDims(gw, -2)), Vt);
  if (gV === null) return straight;
  const n = V.shape.at(-1)!;
  const M = matmul(Vt, gV);
  const skew = sub(M, transposed(M));
  const gap = sub(expandDims(values, -2), expandDims(values, -1));
  // The rounding of each element of M, which is a sum of n products.
  const noise = mul(matmul(abs(stopGradient(Vt)), abs(stopGradient(gV))), 2 * n * ulps[realDtype('eigh', [V])]);
  const isTurn = less(add(noise, transposed(noise)), abs(stopGradient(skew)));
  const isApart = less(0, abs(stopGradient(gap)));
  const counts = mul(isTurn, isApart);
  const K = where(counts, div(skew, where(counts, gap, 1)), 0);
  // K is symmetric, and twice what is sought.
  const turned = mul(matmul(matmul(V, K), Vt), 0.5);
  return straight === null ? turned : add(straight, turned);
}

const ofEigenvalues = { rule: 'the eigenvalues are in the range of their dtype', remedy: 'scale the matrix' };

/**
 * Eigenvalues, ascending, and orthonormal eigenvectors of the symmetric matrices whose lower triangles are those of
 * a [..., n, n]. The element of greatest size of each vector is positive, the first of equal ones. Errors are a few n ulp
 * of the largest eigenvalue.
 * The gradient is that of A as a whole, and symmetric. Where eigenvalues are equal, or closer than rounding can tell
 * apart, the vectors among themselves are arbitrary: a loss must not depend on how they are turned, and gets no gradient
 * from it. Gradients of losses that sum over equal eigenvalues alike and of invariant subspaces (V1 V1') are right; the
 * gradient's own gradient asks for eigenvalues that differ. For V f(w) V' use symmetricFunction().
 * Throws ShapeError unless the matrices are square, NonFiniteError for NaN and Infinity and for an eigenvalue
 * that overflows, DtypeError for integers.
 */
export function eigh(a: Tensor): Eigh {
  squaresOf('eigh', a);
  checkFinite('eigh', a);
  const [values, vectors] = applyAll(eighOp, [contiguous(a)], true);
  checkFinite('eigh', values!, ofEigenvalues);
  return { values: values!, vectors: vectors! };
}

/** The eigenvalues alone, [..., n], ascending: vectors are formed only where a gradient is asked for. Throws as eigh(). */
export function eigenvalues(a: Tensor): Tensor {
  squaresOf('eigenvalues', a);
  checkFinite('eigenvalues', a);
  const vectors = recordingDepth() > 0 && a.tape !== null;
  const [values] = applyAll(eighOp, [contiguous(a)], vectors);
  checkFinite('eigenvalues', values!, ofEigenvalues);
  return values!;
}
