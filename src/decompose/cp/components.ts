/** The components of a CP tensor while it is fitted: unit columns, their weights, and the products of the columns. */

import type { Real } from '../../dtype.ts';
import { div, mul, sub } from '../../ops/binary.ts';
import { cast } from '../../ops/cast.ts';
import { einsum } from '../../ops/einsum/einsum.ts';
import { pow } from '../../ops/pow.ts';
import { sumSquares } from '../../ops/reduce.ts';
import { sqrt } from '../../ops/unary.ts';
import { where } from '../../ops/where.ts';
import { full } from '../../tensor/create.ts';
import { dataSync } from '../../tensor/read.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { rowsOf, sumBlocks } from '../blocks.ts';

/** A sum of r outer products of unit columns. */
export interface Components {
  /** The columns of each mode, [n_k, r], in the dtype of the tensor. */
  readonly factors: readonly Tensor[];
  /** The norms of the outer products, [r] of f64. */
  readonly weights: Tensor;
  /** The scalar products of the columns of each mode, [r, r] of f64. */
  readonly grams: readonly Tensor[];
}

/** The components with a factor replaced by a [n, r] of the same dtype, whose norms become the weights. */
export function withFactor(x: Components, mode: number, a: Tensor): Components {
  const norms = normsOf(a);
  // A column that vanished keeps its direction, so that later sweeps may take it up again.
  const column = unit(a, norms, x.factors[mode]!);
  return {
    factors: x.factors.map((factor, k) => (k === mode ? column : factor)),
    weights: norms,
    grams: x.grams.map((gram, k) => (k === mode ? gramOf(column) : gram)),
  };
}

/** Components from factors of any scale, [n_k, r] each. */
export function componentsOf(factors: readonly Tensor[], dtype: Real): Components {
  const r = factors[0]!.shape[1]!;
  const own = factors.map((a) => cast(a, dtype));
  const norms = own.map(normsOf);
  // A column of zeros has no direction: it takes that of all ones.
  const columns = own.map((a, k) => unit(a, norms[k]!, 1 / Math.sqrt(a.shape[0]!)));
  const weights = norms.reduce((a, b) => mul(a, b), full([r], 1, 'f64'));
  return { factors: columns, weights, grams: gramsOf(columns) };
}

/** Columns divided by their norms; what stands for those of norm 0 is given. */
function unit(a: Tensor, norms: Tensor, instead: Tensor | number): Tensor {
  const own = cast(norms, a.dtype);
  if (dataSync(own).every((norm) => norm > 0)) return div(a, own);
  return where(own, div(a, where(own, own, 1)), instead);
}

/** The norms of the columns of a, [r] of f64. */
function normsOf(a: Tensor): Tensor {
  const [n, r] = a.shape as [number, number];
  return sqrt(sumBlocks(n, r, (from, to) => sumSquares(cast(rowsOf(a, from, to), 'f64'), 0)));
}

/** Scalar products of the columns of each factor. */
export function gramsOf(factors: readonly Tensor[]): Tensor[] {
  return factors.map(gramOf);
}

/** A^T A of f64. */
function gramOf(a: Tensor): Tensor {
  const [n, r] = a.shape as [number, number];
  return sumBlocks(n, r, (from, to) => {
    const rows = cast(rowsOf(a, from, to), 'f64');
    return einsum('ir,iq->rq', rows, rows);
  });
}

/** Factors on the line from those of `from`, at 0, through those of `to`, at 1, the weights shared out evenly. */
export function onLine(from: Components, to: Components, at: number): Tensor[] {
  return to.factors.map((b, k) => {
    const [share, other] = [from, to].map(({ weights, factors }) => cast(pow(weights, 1 / factors.length), b.dtype));
    return sub(mul(b, mul(other!, at)), mul(from.factors[k]!, mul(share!, at - 1)));
  });
}

/** Scalar products of the components over all modes but one, [r, r] of f64; over all for mode -1. */
export function gramWithout({ grams, weights }: Components, mode: number): Tensor {
  const r = weights.shape[0]!;
  return grams.filter((_, k) => k !== mode).reduce((a, b) => mul(a, b), full([r, r], 1, 'f64'));
}
