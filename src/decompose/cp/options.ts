/** What a CP decomposition can be asked for, and what its checks refuse. */

import { FormatError, ShapeError } from '../../errors.ts';
import { type Shape, sameShape, showShape } from '../../shape.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { checkOptions, type IterationOptions } from '../options.ts';

export interface CpOptions extends IterationOptions {
  /** All entries in every sweep, or leverage-score samples of them; default 'als'. */
  readonly method?: 'als' | 'random';
  /** Runs from different starts, of which the best is returned; default 1. Those after the first start at random. */
  readonly restarts?: number;
  /**
   * Adds ridge times the sum of squared weights to the squared error, so that weights stay below |A| / sqrt(ridge);
   * default 0. With missing entries it counts by the share of those known.
   */
  readonly ridge?: number;
  /** Extrapolates between sweeps where that lowers the error; default false. Not for method 'random'. */
  readonly lineSearch?: boolean;
  /**
   * Which entries are known: not 0; of the shape of the tensor. Unknown ones may hold anything. Not for method
   * 'random'.
   */
  readonly mask?: Tensor;
  /** Keeps every element of every factor >= 0. */
  readonly nonnegative?: boolean;
  /** Rows of each least squares problem that method 'random' draws; default 4096. */
  readonly samples?: number;
}

/** Throws FormatError, RankError or ShapeError for options that are not understood, for a tensor of the given shape. */
export function checkCpOptions(op: string, options: CpOptions, shape: Shape): void {
  // Callers without types may forget them.
  if (options === undefined || options === null) checkOptions(op, undefined);
  const { method = 'als', restarts = 1, ridge = 0, samples = 1, mask, init } = options;
  checkOptions(op, typeof init === 'object' && options.eps === undefined ? { rank: 1, ...options } : options);
  const refuse = (rule: string, got: string): never => {
    throw new FormatError(op, rule, got, 'correct the options');
  };
  if (method !== 'als' && method !== 'random') refuse("the method is 'als' or 'random'", String(method));
  if (!isCount(restarts)) refuse('restarts is a whole number >= 1', String(restarts));
  if (!isCount(samples)) refuse('samples is a whole number >= 1', String(samples));
  if (!(ridge >= 0 && ridge < Number.POSITIVE_INFINITY)) refuse('ridge is a number >= 0', String(ridge));
  if (typeof init === 'string' && init !== 'svd' && init !== 'random') {
    refuse("init is 'svd', 'random' or a cp tensor", `'${init}'`);
  }
  if (method === 'random' && mask !== undefined) refuse("a mask goes with method 'als'", "method 'random'");
  if (method === 'random' && options.lineSearch) refuse("a line search goes with method 'als'", "method 'random'");
  if (mask === undefined || (mask instanceof Tensor && sameShape(mask.shape, shape))) return;
  const got = mask instanceof Tensor ? showShape(mask.shape) : String(mask);
  throw new ShapeError(op, `the mask has the shape ${showShape(shape)} of the tensor`, got, 'correct the mask');
}

function isCount(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 1;
}
