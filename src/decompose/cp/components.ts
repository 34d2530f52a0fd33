/** The components of a CP tensor while it is fitted: unit columns, their weights, and the products of the columns. */

import type { Real } from '../../dtype.ts';
import { div, mul, sub } from '../../ops/binary.ts';
import { cast } from '../../ops/cast.ts';
import { einsum } from '../../ops/einsum/einsum.ts';
import { pow } from '../../ops/pow.ts';
import { norm2 } from '../../ops/statistics.ts';
import { where } from '../../ops/where.ts';
import { full } from '../../tensor/create.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** A sum of r outer products of unit columns. */
export interface Components {
  /** The columns of each mode, [n_k, r], in the dtype of the tensor. */
  readonly factors: readonly Tensor[];
  /** The norms of the outer products, [r] of f64. */
  readonly weights: Tensor;
  /** The scalar products of the columns of each mode, [r, r] of f64. */
  readonly grams: readonly Tensor[];
}

/** The components with a factor replaced by a [n, r] of f64, whose norms become the weights. */
export function withFactor(x: Components, mode: number, a: Tensor): Components {
  const old = x.factors[mode]!;
  const norms = norm2(a, 0);
  // A column that vanished keeps its direction, so that later sweeps may take it up again.
  const unit = where(norms, div(a, where(norms, norms, 1)), cast(old, 'f64'));
  const column = cast(unit, old.dtype);
  return {
    factors: x.factors.map((factor, k) => (k === mode ? column : factor)),
    weights: norms,
    grams: x.grams.map((gram, k) => (k === mode ? gramOf(column) : gram)),
  };
}

/** Components from factors of any scale, [n_k, r] each. */
export function componentsOf(factors: readonly Tensor[], dtype: Real): Components {
  const r = factors[0]!.shape[1]!;
  const wide = factors.map((a) => cast(a, 'f64'));
  const norms = wide.map((a) => norm2(a, 0));
  const columns = wide.map((a, k) => {
    // A column of zeros has no direction: it takes that of all ones.
    const flat = 1 / Math.sqrt(a.shape[0]!);
    return cast(where(norms[k]!, div(a, where(norms[k]!, norms[k]!, 1)), flat), dtype);
  });
  const weights = norms.reduce((a, b) => mul(a, b), full([r], 1, 'f64'));
  return { factors: columns, weights, grams: gramsOf(columns) };
}

/** Scalar products of the columns of each factor. */
export function gramsOf(factors: readonly Tensor[]): Tensor[] {
  return factors.map(gramOf);
}

/** A^T A of f64. */
function gramOf(a: Tensor): Tensor {
  const wide = cast(a, 'f64');
  return einsum('ir,iq->rq', wide, wide);
}

/** The factors with the weights shared out evenly over them, as f64. */
export function evenFactors({ factors, weights }: Components): Tensor[] {
  const share = pow(weights, 1 / factors.length);
  return factors.map((a) => mul(cast(a, 'f64'), share));
}

/** Factors on the line from those of `from`, at 0, through those of `to`, at 1. */
export function onLine(from: Components, to: Components, at: number): Tensor[] {
  const [start, end] = [evenFactors(from), evenFactors(to)];
  return end.map((b, k) => sub(mul(b, at), mul(start[k]!, at - 1)));
}

/** Scalar products of the components over all modes but one, [r, r] of f64; over all for mode -1. */
export function gramWithout({ grams, weights }: Components, mode: number): Tensor {
  const r = weights.shape[0]!;
  return grams.filter((_, k) => k !== mode).reduce((a, b) => mul(a, b), full([r, r], 1, 'f64'));
}
