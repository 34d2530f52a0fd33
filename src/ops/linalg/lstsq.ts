/**
 * Least squares: by QR where all columns, or all rows, are independent, by singular values where they are not. 2 m n^2
 * operations for m >= n.
 */

import type { Tensor } from '../../tensor/tensor.ts';
import { dataSync } from '../../tensor/read.ts';
import { add, mul, sub } from '../binary.ts';
import { custom } from '../grad.ts';
import { matmul } from '../matmul.ts';
import { expandDims } from '../reshape.ts';
import { contiguous } from '../contiguous.ts';
import { checkFinite, matricesOf, ofSolutions } from './matrices.ts';
import { checkEps, defaultEps, inverted, type RankOptions } from './pinv.ts';
import { lq, qr } from './qr.ts';
import { aligned } from './rightSides.ts';
import { moderate, timesPowerOfTwo } from './scale.ts';
import { singularValues, svd } from './svd.ts';
import { transposed } from './triangles.ts';
import { triangularSolve } from './triangularSolve.ts';

/** The solution [..., n, k] of a [..., m, n] and b [..., m, k]. */
function minimize(a: Tensor, b: Tensor, eps: number): Tensor {
  const { m, n } = matricesOf('lstsq', a);
  const isTall = m >= n;
  const factors = isTall ? qr(a) : lq(a);
  const triangle = 'R' in factors ? factors.R : factors.L;
  if (!isRegular(triangle, eps)) {
    const { U, S, Vt } = svd(a);
    return matmul(transposed(Vt), mul(expandDims(inverted(S, eps), -1), matmul(transposed(U), b)));
  }
  if (isTall) return triangularSolve(triangle, matmul(transposed(factors.Q), b), { upper: true });
  return matmul(transposed(factors.Q), triangularSolve(triangle, b));
}

/** Whether all singular values of each square matrix are above eps times its largest. */
function isRegular(triangle: Tensor, eps: number): boolean {
  const { n, batch } = matricesOf('lstsq', triangle);
  if (n === 0 || batch === 0) return true;
  const s = dataSync(singularValues(triangle));
  for (let t = 0; t < batch; t++) if (!(s[t * n + n - 1]! > eps * s[t * n]!)) return false;
  return true;
}

/** As lstsq() on aligned operands; its gradient in terms of itself (Golub & Pereyra 1973). */
function solution(a: Tensor, b: Tensor, eps: number): Tensor {
  const operation = {
    name: 'lstsq',
    forward: (x: Tensor, y: Tensor): Tensor => minimize(x, y, eps),
    vjp(g: Tensor, [x, y]: readonly Tensor[], z: Tensor): Tensor[] {
      const xt = transposed(x!);
      // P' g and P P' g, where z = P y.
      const gy = solution(contiguous(xt), contiguous(g), eps);
      const residual = sub(y!, matmul(x!, z));
      const outside = sub(g, matmul(xt, gy));
      const fit = matmul(residual, transposed(solution(x!, gy, eps)));
      const norm = matmul(solution(contiguous(xt), z, eps), transposed(outside));
      return [sub(add(fit, norm), matmul(gy, transposed(z))), gy];
    },
  };
  return custom(operation, [a, b]);
}

/**
 * The X [..., n, k] that minimizes the Frobenius norm of A X - B, and of those the one of the smallest norm, for each matrix
 * of a [..., m, n]; b is [..., m, k], or [m] for one column, and leading modes broadcast. Singular values of A up to eps
 * times the largest count as zero. The gradient is that of matrices of the same rank. Throws ShapeError where the sizes do
 * not fit, NonFiniteError for NaN and Infinity and for a solution that overflows, RankError unless eps >= 0.
 */
export function lstsq(a: Tensor, b: Tensor, { eps }: RankOptions = {}): Tensor {
  const { m, n, dtype } = matricesOf('lstsq', a);
  const cut = eps ?? defaultEps(m, n, dtype);
  checkEps('lstsq', cut);
  // Before they are aligned, so that errors name the place in `a` and `b`.
  const [A, B] = [moderate('lstsq', a), moderate('lstsq', b)];
  const system = aligned('lstsq', A.x, B.x);
  const near = solution(contiguous(system.a), contiguous(system.b), cut);
  const x = timesPowerOfTwo(near, B.exponent - A.exponent);
  checkFinite('lstsq', x, ofSolutions);
  return system.restore(x);
}
