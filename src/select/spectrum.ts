/** Singular values as every rule of this folder takes them: checked, in double precision. */

import { FormatError, NonFiniteError, RankError, ShapeError } from '../errors.ts';
import { exponentOf, numberTimesPower } from '../ops/linalg/scale.ts';
import { dataSync } from '../tensor/read.ts';
import { Tensor } from '../tensor/tensor.ts';

/** Singular values: a tensor of order 1, a typed array or a list; descending and >= 0. */
export type Spectrum = Tensor | ArrayLike<number>;

/** The values in double precision. Throws ShapeError, NonFiniteError or RankError where they are no singular values. */
export function spectrumOf(op: string, s: Spectrum): Float64Array {
  const isTensor = s instanceof Tensor;
  if (isTensor && s.order !== 1) {
    throw new ShapeError(op, 'singular values have one mode', `order ${s.order}`, 'take one matrix of the batch');
  }
  const values = Float64Array.from(isTensor ? dataSync(s) : s);
  for (let k = 0; k < values.length; k++) {
    const value = values[k]!;
    if (!Number.isFinite(value)) {
      throw new NonFiniteError(op, 'singular values are finite', `${value} at ${k}`, 'find what made it');
    }
    if (value < 0 || (k > 0 && value > values[k - 1]!)) {
      const got = k > 0 ? `${values[k - 1]}, ${value} at ${k - 1}, ${k}` : `${value} at 0`;
      throw new RankError(op, 'singular values are >= 0 and descend', got, 'pass those of svd() as they are');
    }
  }
  return values;
}

/** Throws FormatError unless a number lies in [low, high]. */
export function checkRange(op: string, name: string, value: number, low: number, high: number): void {
  if (typeof value === 'number' && value >= low && value <= high) return;
  throw new FormatError(op, `${name} lies in [${low}, ${high}]`, String(value), 'correct it');
}

/**
 * The values times the power of two that brings the largest into [1, 2): squares of them neither overflow nor vanish.
 */
export function scaled(s: Float64Array): Float64Array {
  const top = s[0] ?? 0;
  return top === 0 ? s : s.map((x) => numberTimesPower(x, -exponentOf(top)));
}

/** Squares summed from the small end: item r is the sum from r on, item s.length is 0. */
export function tails(s: Float64Array): Float64Array {
  const sums = new Float64Array(s.length + 1);
  for (let r = s.length - 1; r >= 0; r--) sums[r] = sums[r + 1]! + s[r]! * s[r]!;
  return sums;
}
