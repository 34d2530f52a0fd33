/** The one language in which every decomposition is asked for, and what its checks refuse. */

import { FormatError, RankError } from '../errors.ts';
import type { Factored } from '../formats/network.ts';
import type { RankRequest } from '../formats/rank.ts';

/** What every decomposition understands. */
export interface DecomposeOptions {
  /** Ranks: one for all bonds, a list by bond, 'same', a fraction below 1, or { maxParams }. Beside `eps` it is a cap. */
  readonly rank?: RankRequest;
  /** The relative Frobenius error wanted of the whole, |A - full(x)| <= eps |A|. */
  readonly eps?: number;
  /** What randomness is drawn from: a whole number; default 0. The same seed gives the same bits. */
  readonly seed?: number;
  /** Mode sizes of each axis, such as [[2, 2, 2], [4]]; each list multiplies to the axis. Default: each axis is a mode. */
  readonly fold?: readonly (readonly number[])[];
  /** Hears of every step; may abort `signal` from there. */
  readonly onProgress?: (progress: Progress) => void;
  /** Looked at between steps: once aborted, its reason is thrown. */
  readonly signal?: AbortSignal;
}

/** What iterations understand besides. */
export interface IterationOptions extends DecomposeOptions {
  /** Where to start: leading singular vectors, random parts, or a tensor of the format. */
  readonly init?: 'svd' | 'random' | Factored;
  /** Most sweeps. */
  readonly sweeps?: number;
  /** Stops when a sweep changes the relative error by less. */
  readonly stop?: number;
}

export interface Progress {
  /** The step or sweep that has ended, from 1. */
  readonly step: number;
  /** Steps in all, or the most sweeps. */
  readonly of: number;
  /** The relative error so far; NaN where it is not known yet. */
  readonly error: number;
}

/** Refuses what no decomposition understands. Throws RankError for eps, FormatError for seed, sweeps and stop. */
export function checkOptions(op: string, options: IterationOptions | undefined): void {
  const { eps, seed, sweeps, stop, rank } = options ?? {};
  if (eps !== undefined && !(typeof eps === 'number' && eps >= 0 && eps < Number.POSITIVE_INFINITY)) {
    throw new RankError(op, 'eps is a relative error >= 0', String(eps), 'use a small number such as 1e-6');
  }
  if (seed !== undefined && !Number.isSafeInteger(seed)) {
    throw new FormatError(op, 'the seed is a whole number', String(seed), 'round it');
  }
  if (sweeps !== undefined && !(Number.isSafeInteger(sweeps) && sweeps >= 1)) {
    throw new FormatError(op, 'sweeps is a whole number >= 1', String(sweeps), 'correct it');
  }
  if (stop !== undefined && !(stop >= 0)) {
    throw new FormatError(op, 'stop is a change of error >= 0', String(stop), 'correct it');
  }
  if (rank === undefined && eps === undefined) {
    throw new RankError(op, 'a decomposition has a rank or an eps', 'neither', 'give { eps: 1e-6 } or { rank: 4 }');
  }
}

/** Tells of a step, then ends where the signal was aborted. Throws the signal's reason. */
export function progressed(options: DecomposeOptions, progress: Progress): void {
  options.onProgress?.(progress);
  options.signal?.throwIfAborted();
}
