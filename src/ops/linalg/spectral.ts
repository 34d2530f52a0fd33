/**
 * Functions of the singular values that treat them all alike. The gradient of sum_i f(s_i) is U diag(f'(s)) Vt (Lewis
 * 1995), whichever vectors were found for equal values. Its own gradient asks for singular values that differ.
 */

import { FormatError, ShapeError } from '../../errors.ts';
import { sameShape, showShape } from '../../shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { div, equal, less, mul } from '../binary.ts';
import { custom, stopGradient } from '../grad.ts';
import { pow } from '../pow.ts';
import { sum } from '../reduce.ts';
import { squeeze } from '../reshape.ts';
import { slice } from '../slice.ts';
import { where } from '../where.ts';
import { singularValuesFor } from './svd.ts';
import { column, noise } from './svdGrad.ts';

/** A function of each singular value and its derivative: tensors [..., k] to tensors [..., k]. */
export interface SpectralFunction {
  readonly value: (s: Tensor) => Tensor;
  /** Its value at 0 chooses the subgradient there; 0 gives the smallest. */
  readonly derivative: (s: Tensor) => Tensor;
}

/** Throws FormatError unless both are functions. */
export function checkFunctions(op: string, { value, derivative }: SpectralFunction): void {
  if (typeof value === 'function' && typeof derivative === 'function') return;
  const got = `${typeof value} and ${typeof derivative}`;
  throw new FormatError(op, 'value and derivative are functions', got, 'give both');
}

/**
 * The sum of value(s) over the singular values s of each matrix of a [..., m, n], shape [...]. Throws as svd(),
 * ShapeError where the functions change the shape, FormatError where one is missing.
 */
export function spectralSum(a: Tensor, { value, derivative }: SpectralFunction): Tensor {
  checkFunctions('spectralSum', { value, derivative });
  const S = singularValuesFor('spectralSum', a);
  const same = (y: Tensor): Tensor => {
    if (sameShape(y.shape, S.shape)) return y;
    const got = `${showShape(y.shape)} for ${showShape(S.shape)}`;
    throw new ShapeError('spectralSum', 'value and derivative keep the shape', got, 'apply them to each element');
  };
  const total = custom(
    {
      name: 'spectralSum',
      forward: (s) => sum(same(value(s)), -1),
      vjp: (g, [s]) => [mul(column(g), same(derivative(s!)))],
    },
    [S],
  );
  return total;
}

/** The values, through which no gradient flows to those that cannot be told from 0. */
function clearOfZero(S: Tensor, a: Tensor): Tensor {
  if (S.size === 0) return S;
  const isClear = less(noise(S, a.shape.at(-2)!, a.shape.at(-1)!), stopGradient(S));
  return where(isClear, S, stopGradient(S));
}

/**
 * The sum of the singular values of each matrix of a [..., m, n], shape [...]. Its subgradient is U_1 V_1', where the
 * vectors are those of singular values above max(m, n) ulp of the largest: the smallest one. Throws as svd().
 */
export function nuclearNorm(a: Tensor): Tensor {
  return sum(clearOfZero(singularValuesFor('nuclearNorm', a), a), -1);
}

/**
 * (sum_i s_i^p)^(1/p) of each matrix of a [..., m, n], shape [...]; the largest singular value for p = Infinity. The
 * subgradient at singular values that cannot be told from 0 is 0. Throws as svd(), and FormatError unless p >= 1.
 */
export function schattenNorm(a: Tensor, p: number): Tensor {
  if (!(p >= 1)) throw new FormatError('schattenNorm', 'p is a number >= 1', String(p), 'use spectralSum()');
  const S = singularValuesFor('schattenNorm', a);
  if (S.shape.at(-1) === 0) return sum(S, -1);
  const lead = new Array<null>(S.order - 1).fill(null);
  if (p === Number.POSITIVE_INFINITY) return squeeze(slice(S, [...lead, [0, 1]]), -1);
  const clear = clearOfZero(S, a);
  if (p === 1) return sum(clear, -1);
  // Homogeneous, so that a constant can be taken out: powers of the largest could overflow.
  const largest = stopGradient(slice(S, [...lead, [0, 1]]));
  const isZero = equal(largest, 0);
  const powers = sum(pow(div(clear, where(isZero, 1, largest)), p), -1, true);
  const norm = mul(pow(where(isZero, 1, powers), 1 / p), largest);
  return squeeze(norm, -1);
}
