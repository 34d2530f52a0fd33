/**
 * Functions of symmetric matrices, V diag(f(w)) V': square roots, exponentials, projections. The gradient is that of
 * Daleckii & Krein (1965), V (F o V' g V) V' with F_ij = (f(w_i) - f(w_j)) / (w_i - w_j), and f' where the two are close:
 * unlike that of the eigenvectors it is right for equal eigenvalues, too.
 */

import { ShapeError } from '../../errors.ts';
import { sameShape, showShape } from '../../shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { add, div, less, mul, sub } from '../binary.ts';
import { custom, stopGradient } from '../grad.ts';
import { matmul } from '../matmul.ts';
import { max } from '../reduce.ts';
import { expandDims } from '../reshape.ts';
import { abs } from '../unary.ts';
import { where } from '../where.ts';
import { eigh } from './eigh.ts';
import { checkFinite, squaresOf } from './matrices.ts';
import { checkFunctions, type SpectralFunction } from './spectral.ts';
import { transposed } from './triangles.ts';

/**
 * Gaps up to this part of the largest eigenvalue count as close: the cube root of an ulp, where the rounding of a quotient
 * of differences and the error of f' in the middle are equally small.
 */
const CLOSE = { f32: 0.0049, f64: 6.06e-6 } as const;

/**
 * f(A) = V diag(f(w)) V' for the symmetric matrices A = V diag(w) V' whose lower triangles are those of a [..., n, n].
 * `value` and `derivative` are applied to tensors of any shape, element by element. The gradient is that of A as a whole,
 * and symmetric; its own gradient asks for eigenvalues that differ.
 *
 * ```ts
 * const root = symmetricFunction(covariance, { value: sqrt, derivative: (w) => mul(rsqrt(w), 0.5) });
 * ```
 *
 * Throws as eigh(), ShapeError where the functions change the shape, FormatError where one is missing.
 */
export function symmetricFunction(a: Tensor, { value, derivative }: SpectralFunction): Tensor {
  squaresOf('symmetricFunction', a);
  checkFunctions('symmetricFunction', { value, derivative });
  checkFinite('symmetricFunction', a);
  const same = (f: (w: Tensor) => Tensor, w: Tensor): Tensor => {
    const y = f(w);
    if (sameShape(y.shape, w.shape)) return y;
    const got = `${showShape(y.shape)} for ${showShape(w.shape)}`;
    throw new ShapeError('symmetricFunction', 'value and derivative keep the shape', got, 'apply them to each element');
  };
  const { values, vectors } = eigh(a);
  const operation = {
    name: 'symmetricFunction',
    forward: (_: Tensor, w: Tensor, V: Tensor): Tensor => matmul(mul(V, expandDims(same(value, w), -2)), transposed(V)),
    vjp(g: Tensor, [, w, V]: readonly Tensor[]): (Tensor | null)[] {
      const Vt = transposed(V!);
      const half = mul(matmul(matmul(Vt, g), V!), 0.5);
      const K = mul(
        quotients(w!, same(value, w!), (x) => same(derivative, x)),
        add(half, transposed(half)),
      );
      return [matmul(matmul(V!, K), Vt), null, null];
    },
  };
  return custom(operation, [a, values, vectors]);
}

/** (f_i - f_j) / (w_i - w_j), [..., n, n], and f'((w_i + w_j) / 2) where w_i and w_j are close. */
function quotients(w: Tensor, f: Tensor, derivative: (x: Tensor) => Tensor): Tensor {
  if (w.shape.at(-1) === 0) return mul(expandDims(w, -1), expandDims(f, -2));
  const [wi, wj] = [expandDims(w, -1), expandDims(w, -2)];
  const gap = sub(wi, wj);
  const close = mul(max(abs(stopGradient(w)), -1, true), CLOSE[w.dtype as 'f32' | 'f64']);
  const isFar = less(expandDims(close, -1), abs(stopGradient(gap)));
  const far = div(sub(expandDims(f, -1), expandDims(f, -2)), where(isFar, gap, 1));
  return where(isFar, far, derivative(mul(add(wi, wj), 0.5)));
}
