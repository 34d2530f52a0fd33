/**
 * The rank that predicts entries it has not seen: some known entries are hidden, each rank is fitted to the rest, and
 * the error on the hidden ones decides (Wold 1978, cross-validation of the number of components). One fit a rank and
 * fold.
 */

import { arrayOf, type DataArray, isReal } from '../dtype.ts';
import { DtypeError, FormatError, NonFiniteError, RankError, ShapeError } from '../errors.ts';
import { full } from '../formats/algebra.ts';
import type { Weight } from '../formats/weight.ts';
import { uniform } from '../ops/random.ts';
import { fold, key } from '../random.ts';
import { sameShape, showShape } from '../shape.ts';
import { own } from '../tensor/create.ts';
import { dataSync } from '../tensor/read.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkRange } from './spectrum.ts';

export interface HeldOutOptions {
  /** The ranks to try. */
  readonly ranks: readonly number[];
  /** Fits a rank to the entries where `mask`, of the shape and dtype of the tensor, is 1. */
  readonly fit: (mask: Tensor, rank: number) => Weight;
  /** Which entries are known: not 0. Default: all. */
  readonly mask?: Tensor;
  /** The share of known entries that a fold hides; default 0.1. */
  readonly fraction?: number;
  /** Fits a rank, each hides other entries; default 1. */
  readonly folds?: number;
  /** Prefers the smallest rank whose error is at most 1 + slack times the least; default 0. */
  readonly slack?: number;
  /** What hides entries is drawn from this whole number; default 0. */
  readonly seed?: number;
}

export interface HeldOut {
  readonly rank: number;
  /** For each of `ranks`: |A - fit| / |A| over the hidden entries of all folds. */
  readonly errors: readonly number[];
}

/**
 * The rank with the least error on held-out entries of `a`. The fits, and so the errors, are the caller's: any function
 * that takes a mask, such as a CP decomposition with missing entries.
 * Throws FormatError for options out of range, ShapeError for a mask or a fit of another shape, NonFiniteError for
 * known entries or fits that are not finite, RankError where no entry is hidden.
 */
export function heldOut(a: Tensor, options: HeldOutOptions): HeldOut {
  const { ranks, fit, mask, fraction = 0.1, folds = 1, slack = 0, seed = 0 } = options;
  if (!isReal(a.dtype)) throw new DtypeError('heldOut', 'the tensor is f32 or f64', a.dtype, 'cast it');
  checkRange('heldOut', 'the fraction', fraction, Number.MIN_VALUE, 1 / Math.max(1, folds));
  checkRange('heldOut', 'slack', slack, 0, Number.MAX_VALUE);
  if (!Number.isSafeInteger(folds) || folds < 1) {
    throw new FormatError('heldOut', 'folds is a whole number >= 1', String(folds), 'correct it');
  }
  if (ranks.length === 0) throw new RankError('heldOut', 'there are ranks to try', 'none', 'give a list of ranks');
  const values = dataSync(a);
  const draws = drawsOf(a, values, mask, seed);
  const errors = ranks.map(() => 0);
  let weight = 0;
  for (let f = 0; f < folds; f++) {
    const isHidden = (k: number): boolean => draws[k]! >= f * fraction && draws[k]! < (f + 1) * fraction;
    const seen = arrayOf(a.dtype, a.size).map((_, k) => (draws[k]! >= 0 && !isHidden(k) ? 1 : 0));
    weight += energyOf(values, isHidden);
    ranks.forEach((rank, k) => {
      const found = scope(() => valuesOf(fit(own(seen.slice(), a.shape), rank), a));
      errors[k]! += energyOf(values, isHidden, found);
    });
  }
  if (!(weight > 0)) {
    throw new RankError('heldOut', 'hidden entries are not all 0', `${a.size} entries`, 'raise fraction or folds');
  }
  const relative = errors.map((e) => Math.sqrt(e / weight));
  if (!relative.every(Number.isFinite)) {
    throw new NonFiniteError('heldOut', 'fits are finite', `[${relative.join(', ')}]`, 'look at the fits');
  }
  const limit = (1 + slack) * Math.min(...relative);
  return { rank: Math.min(...ranks.filter((_, k) => relative[k]! <= limit)), errors: relative };
}

/** A uniform number for each known entry, -1 for others. */
function drawsOf(a: Tensor, values: DataArray, mask: Tensor | undefined, seed: number): Float64Array {
  if (mask !== undefined && !sameShape(mask.shape, a.shape)) {
    const got = `${showShape(mask.shape)} for ${showShape(a.shape)}`;
    throw new ShapeError('heldOut', 'the mask has the shape of the tensor', got, 'correct the mask');
  }
  const draws = scope(() => dataSync(uniform(fold(key(seed), 'heldOut'), [a.size], { dtype: 'f64' })));
  const known = mask === undefined ? null : dataSync(mask);
  return Float64Array.from(draws, (draw, k) => {
    if (known !== null && known[k] === 0) return -1;
    if (Number.isFinite(values[k]!)) return draw;
    throw new NonFiniteError('heldOut', 'known entries are finite', `${values[k]} at ${k}`, 'mask it');
  });
}

function valuesOf(fitted: Weight, a: Tensor): DataArray {
  const dense = full(fitted);
  if (sameShape(dense.shape, a.shape)) return dataSync(dense);
  const got = `${showShape(dense.shape)} for ${showShape(a.shape)}`;
  throw new ShapeError('heldOut', 'a fit has the shape of the tensor', got, 'correct the function');
}

/** The sum of squares over the hidden entries, or of their differences from `found`. */
function energyOf(values: DataArray, isHidden: (k: number) => boolean, found?: DataArray): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) {
    if (!isHidden(k)) continue;
    const x = values[k]! - (found?.[k] ?? 0);
    sum += x * x;
  }
  return sum;
}
