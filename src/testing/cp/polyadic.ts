/** What the laws of canonical polyadic decompositions are asked of: an implementation, and samples for it. */

import type { Dense } from './components.ts';

/** What a decomposition is asked for. */
export interface Ask {
  readonly rank?: number;
  readonly eps?: number;
  /** Factors to start from. */
  readonly init?: readonly Dense[] | 'svd' | 'random';
  readonly restarts?: number;
  readonly sweeps?: number;
  readonly stop?: number;
  readonly ridge?: number;
  readonly lineSearch?: boolean;
  readonly nonnegative?: boolean;
  /** 1 where an entry is known, else 0. */
  readonly mask?: Dense;
  readonly seed?: number;
}

export interface Fitted<T> {
  readonly x: T;
  /** The relative error that is reported, and after each sweep. */
  readonly error: number;
  readonly history: readonly number[];
  readonly warnings: readonly string[];
}

/** An implementation under test. T is its own kind of CP tensor; numbers go in and out as doubles. */
export interface Polyadic<T> {
  /** The unit roundoff of its numbers: 2^-53 or 2^-24. */
  readonly unit: number;
  decompose(a: Dense, ask: Ask): Fitted<T>;
  /** Factors [n_k, r] that hold the weights. */
  factors(x: T): Dense[];
  fromFactors(factors: readonly Dense[]): T;
  normalize(x: T): { readonly weights: readonly number[]; readonly factors: readonly Dense[] };
  /** The factor match score, 1 for equal components. */
  match(x: T, y: T): number;
  mttkrp(a: Dense, factors: readonly Dense[], mode: number): Dense;
  khatriRao(factors: readonly Dense[]): Dense;
}

export interface TensorSample {
  readonly a: Dense;
  readonly rank: number;
  readonly seed: number;
}

export interface FactorSample {
  readonly factors: readonly Dense[];
  readonly seed: number;
}
