/**
 * Polar decomposition from the singular value decomposition. Higham 1986. The gradient divides by sums of singular values
 * and by no differences, so that it exists wherever A has full rank, and so do the gradient's own gradients.
 */

import type { Tensor } from '../../tensor/tensor.ts';
import { recordingDepth, scope, unrecorded } from '../../tensor/scope.ts';
import { add, mul, sub } from '../binary.ts';
import { contiguous } from '../contiguous.ts';
import { matmul } from '../matmul.ts';
import type { Op } from '../op.ts';
import { composed } from './composed.ts';
import { checkFinite, matricesOf } from './matrices.ts';
import { svdFor } from './svd.ts';
import { column, inverseAbove, noise, row, t } from './svdGrad.ts';

/**
 * a [..., m, n] = U P with P [..., n, n] symmetric and positive semidefinite. U [..., m, n] has orthonormal columns where
 * m >= n, else orthonormal rows: it is the nearest such matrix to A (unique where A has full rank). Errors are a few ulp
 * of the largest singular value. Singular values that cannot be told from 0 (below max(m, n) ulp of the largest) take no
 * part in the gradient. Throws as svd().
 */
export function polar(a: Tensor): { U: Tensor; P: Tensor } {
  const { m, n } = matricesOf('polar', a);
  // Before it is transposed, so that errors name the place in `a`.
  checkFinite('polar', a);
  const U = m < n ? contiguous(t(orthogonal(t(a)))) : orthogonal(a);
  const half = mul(matmul(t(U), a), 0.5);
  return { U, P: add(half, t(half)) };
}

/** Singular values [..., n] and right singular vectors [..., n, n] of A, and what of them counts as 0. */
interface Right {
  readonly S: Tensor;
  readonly Vt: Tensor;
  readonly least: Tensor;
}

/** U Vt of A [..., m, n], m >= n. */
function orthogonal(a: Tensor): Tensor {
  const factors = (): { Q: Tensor; S: Tensor; Vt: Tensor } => {
    const { U, S, Vt } = svdFor('polar', a);
    return { Q: matmul(U, Vt), S, Vt };
  };
  if (recordingDepth() === 0 || a.tape === null) return scope(() => factors().Q);
  const [m, n] = [a.shape.at(-2)!, a.shape.at(-1)!];
  const { Q, S, Vt, least } = unrecorded(() =>
    scope(() => {
      const found = factors();
      return { ...found, least: n === 0 ? found.S : noise(found.S, m, n) };
    }),
  );
  const vjp: Op<unknown>['vjp'] = ([g], { outs: [U] }) => {
    // P as a function of A, for the gradient of this gradient.
    const P = matmul(t(U!), a);
    const right = { S, Vt, least };
    const inner = matmul(t(U!), g!);
    const across = overInverse(P, sub(g!, matmul(U!, inner)), right);
    return [add(matmul(U!, lyapunov(P, sub(inner, t(inner)), right)), across)];
  };
  return composed({ name: 'polar', vjp }, [a], () => [Q])[0]!;
}

/** The X with P X + X P = B [..., n, n]; a function of P = V diag(S) Vt and B. */
function lyapunov(P: Tensor, B: Tensor, at: Right): Tensor {
  const forward = (): Tensor[] => {
    const sums = inverseAbove(add(column(at.S), row(at.S)), column(at.least));
    return [matmul(t(at.Vt), matmul(mul(matmul(matmul(at.Vt, B), t(at.Vt)), sums), at.Vt))];
  };
  const vjp: Op<unknown>['vjp'] = ([g], { outs: [X], needs }) => {
    const L = lyapunov(P, g!, at);
    return [needs[0] ? mul(add(matmul(L, t(X!)), matmul(t(X!), L)), -1) : null, L];
  };
  return composed({ name: 'lyapunov', vjp }, [P, B], forward)[0]!;
}

/** C P^-1; a function of P = V diag(S) Vt and C [..., m, n]. */
function overInverse(P: Tensor, C: Tensor, at: Right): Tensor {
  const forward = (): Tensor[] => [matmul(mul(matmul(C, t(at.Vt)), row(inverseAbove(at.S, at.least))), at.Vt)];
  const vjp: Op<unknown>['vjp'] = ([g], { outs: [Y], needs }) => {
    const toC = overInverse(P, g!, at);
    return [needs[0] ? mul(matmul(t(Y!), toC), -1) : null, toC];
  };
  return composed({ name: 'overInverse', vjp }, [P, C], forward)[0]!;
}
