/**
 * TT rounding (Oseledets 2011, algorithm 2): orthogonalization from right to left, then from left to right one truncated
 * SVD a bond, each allowed delta = eps |x| / sqrt(d - 1), so that the whole error is at most eps |x|. O(d n r^3).
 */

import { BackendError, RankError } from '../errors.ts';
import type { Factored } from '../formats/network.ts';
import { mul } from '../ops/binary.ts';
import { contiguous } from '../ops/contiguous.ts';
import { chop, tail } from '../ops/linalg/chop.ts';
import { numberTimesPower } from '../ops/linalg/scale.ts';
import { svd } from '../ops/linalg/svd.ts';
import { expandDims, reshape } from '../ops/reshape.ts';
import { slice } from '../ops/slice.ts';
import { dataSync } from '../tensor/read.ts';
import { recordingDepth, scope, unrecorded } from '../tensor/scope.ts';
import { centerNorm, closed, fitsCenter, type Gauge, gaugeOf, timesLeft } from './gauge.ts';
import { withGradient } from './roundGrad.ts';
import { isSwept, type RoundedCores, swept } from './sweep.ts';
import { type Train, trainOf, withCores } from './train.ts';

export interface RoundOptions {
  /** The error allowed relative to |x|, in the Frobenius norm and over all bonds together. */
  readonly eps?: number;
  /** The error allowed as a number; the greater of the two counts. What has no greater norm gets ranks 1. */
  readonly atol?: number;
  /** The most that ranks may be: one number, or one for each bond. */
  readonly maxRank?: number | readonly number[];
}

/** A rounded train and what was lost. */
export interface Rounded {
  readonly x: Factored;
  /** |x - round(x)|: the root of the sum of squares of all discarded singular values. */
  readonly error: number;
  /** |x|. */
  readonly norm: number;
}

/**
 * The train with the smallest ranks that keep |x - round(x)| <= max(eps |x|, atol), and no rank above `maxRank`: where
 * that binds, the error is at most sqrt(d - 1) times the least possible. All cores but the last have orthonormal columns
 * [r n, s]. Has a gradient, for functions of the tensor rather than of its cores; ranks count as constants, and it warns as
 * truncate() where a cut falls between equal singular values. Throws RankError for options that are not understood, ShapeError for networks that are no trains,
 * NonFiniteError for NaN and Infinity.
 */
export function round(x: Factored, options: RoundOptions): Factored {
  return rounded(x, options).x;
}

/** As round(), with the error that was made. */
export function rounded(x: Factored, options: RoundOptions): Rounded {
  const train = trainOf('round', x);
  const caps = checkRound('round', options, train.cores.length - 1);
  const sweep = isSwept(train) ? swept : byOperations;
  const { eps = 0, atol = 0 } = options;
  if (recordingDepth() === 0 || train.cores.every(({ tape }) => tape === null)) {
    const { cores, error, norm } = unrecorded(() => sweep(train, eps, atol, caps));
    return { x: withCores(x, cores), error, norm };
  }
  let told = { error: 0, norm: 0 };
  const cores = withGradient(train.cores, () => {
    const { cores, fits, ...rest } = sweep(train, eps, atol, caps);
    if (!fits) {
      const rule = 'a gradient needs a norm in the range of numbers';
      throw new BackendError('round', rule, `${rest.norm}`, 'scale the cores first');
    }
    told = rest;
    return cores;
  });
  return { x: withCores(x, cores), ...told };
}

/** The most of each bond. Throws RankError. */
export function checkRound(op: string, options: RoundOptions | undefined, bonds: number): number[] {
  const { eps, atol, maxRank } = options ?? {};
  for (const [name, value] of Object.entries({ eps, atol })) {
    if (value === undefined || (value >= 0 && value < Number.POSITIVE_INFINITY)) continue;
    throw new RankError(op, `${name} is an error >= 0`, String(value), 'use a small number such as 1e-6');
  }
  if (eps === undefined && atol === undefined && maxRank === undefined) {
    throw new RankError(op, 'rounding has an eps, an atol or a maxRank', 'none', 'give { eps: 1e-6 }');
  }
  const caps = typeof maxRank === 'object' ? [...maxRank] : new Array<number>(bonds).fill(maxRank ?? Infinity);
  const bad = caps.find((cap) => !(Number.isSafeInteger(cap) && cap >= 1) && cap !== Infinity);
  const few = maxRank === undefined || typeof maxRank === 'number' ? false : caps.length !== bonds;
  // A train of one core has no bond to show a bad number.
  const alone = typeof maxRank === 'number' && !(Number.isSafeInteger(maxRank) && maxRank >= 1) && maxRank !== Infinity;
  if (bad !== undefined || few || alone) {
    const got = typeof maxRank === 'object' ? `[${maxRank.join(', ')}]` : String(maxRank);
    throw new RankError(op, `maxRank is a whole number >= 1, or ${bonds} of them`, got, 'correct it');
  }
  return caps;
}

/** Rounding by operations, for cores of any size; src/tt/sweep.ts is the same in one call. */
export function byOperations(train: Train, eps: number, atol: number, caps: readonly number[]): RoundedCores {
  return scope(() => {
    const gauge = gaugeOf('round', train, 0);
    const { error, norm } = truncateRight(gauge, eps, atol, caps);
    const back = (size: number): number => numberTimesPower(size, gauge.exponent);
    return { cores: closed(gauge), error: back(error), norm: back(norm), fits: fitsCenter(gauge) };
  });
}

/**
 * Cuts every bond of a train with its center in front, which moves it to the end. Returns the error and the norm in
 * units of 2^exponent.
 */
function truncateRight(
  gauge: Gauge,
  eps: number,
  atol: number,
  caps: readonly number[],
): { error: number; norm: number } {
  const bonds = gauge.cores.length - 1;
  if (bonds === 0) return { error: 0, norm: centerNorm(gauge) };
  let norm = 0;
  let delta = 0;
  let lost = 0;
  for (let k = 0; k < bonds; k++) {
    const [r, n, s] = gauge.cores[k]!.shape as [number, number, number];
    const { U, S, Vt } = svd(reshape(gauge.cores[k]!, [r * n, s]));
    const values = Float64Array.from(dataSync(S));
    if (k === 0) {
      norm = tail(values, 0);
      delta = Math.max(eps * norm, numberTimesPower(atol, -gauge.exponent)) / Math.sqrt(bonds);
    }
    const rank = Math.min(caps[k]!, chop(values, delta));
    const left = tail(values, rank);
    lost += left * left;
    gauge.cores[k] = reshape(contiguous(slice(U, [null, [0, rank]])), [r, n, rank]);
    const rest = mul(expandDims(slice(S, [[0, rank]]), 1), slice(Vt, [[0, rank]]));
    gauge.cores[k + 1] = timesLeft(rest, gauge.cores[k + 1]!);
    gauge.center = k + 1;
  }
  return { error: Math.sqrt(lost), norm };
}
