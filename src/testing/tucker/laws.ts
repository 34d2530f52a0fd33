/**
 * The laws of Tucker decompositions: of HOSVD (De Lathauwer, De Moor & Vandewalle 2000), ST-HOSVD (Vannieuwenhoven et al.
 * 2012) and HOOI. Each law takes an implementation and a sample, and throws where it does not hold. u is the unit
 * roundoff, N the order, n = |X|; all norms are Frobenius norms.
 */

import { powerOfTwo } from '../../math/exp.ts';
import { type Dense, dense, distance, normOf, sumOf } from '../dense.ts';
import { atMost, ulps } from '../law.ts';
import { eachAtMost } from '../tt/laws.ts';
import { frontOf, fullOfTucker, lossOf, modeProductOf, modeValues, permutedOf } from './parts.ts';

export type TuckerMethod = 'hosvd' | 'sthosvd' | 'hooi';

/** What a decomposition can be asked to keep: an error, or a rank for each mode. */
export interface TuckerCut {
  readonly method: TuckerMethod;
  readonly eps?: number;
  readonly rank?: readonly number[];
}

export interface TuckerParts {
  readonly core: Dense;
  /** [n_k, r_k] for each mode. */
  readonly factors: readonly Dense[];
  /** Relative. */
  readonly error: number;
  /** The relative error of the start of HOOI and after each sweep. */
  readonly history: readonly number[];
}

/** An implementation under test; numbers go in and out as doubles. */
export interface Tuckers {
  /** The unit roundoff of its numbers: 2^-53 or 2^-24. */
  readonly unit: number;
  decompose(a: Dense, cut: TuckerCut): TuckerParts;
  /** a with every fibre of a mode multiplied by u [m, n]. */
  modeProduct(a: Dense, u: Dense, mode: number): Dense;
}

const sizeOfAll = (values: readonly number[]): number => normOf(dense([values.length], (k) => values[k]!));
const ranksOf = ({ factors }: TuckerParts): number[] => factors.map(({ shape }) => shape[1]!);

/** The tails of the unfoldings of X behind given ranks. */
const tailsOf = (a: Dense, rank: readonly number[]): number[] =>
  rank.map((r, k) => sizeOfAll(modeValues(a, k).slice(r)));

/** TK1: at given ranks the largest tail <= error <= root of the sum of squared tails, to 20 u N n; HOSVD. */
export function hosvdIsQuasiOptimal(impl: Tuckers, a: Dense, rank: readonly number[]): void {
  const parts = impl.decompose(a, { method: 'hosvd', rank });
  eachAtMost(ranksOf(parts), rank, 'ranks');
  const error = distance(fullOfTucker(parts), a);
  const slack = ulps(impl, 20) * a.shape.length * normOf(a);
  atMost(Math.max(0, ...tailsOf(a, ranksOf(parts))) - slack, error, 'largest tail');
  // Of the ranks asked for: fewer are no excuse.
  atMost(error, sizeOfAll(tailsOf(a, rank)) + slack, 'error');
}

/** TK2: the error that ST-HOSVD reports, the root of the sum of squares it discarded, is the error, to 20 u N n. */
export function sthosvdKnowsItsError(impl: Tuckers, a: Dense, cut: Omit<TuckerCut, 'method'>): void {
  const parts = impl.decompose(a, { ...cut, method: 'sthosvd' });
  const n = normOf(a);
  const error = distance(fullOfTucker(parts), a);
  atMost(Math.abs(parts.error * n - error), ulps(impl, 20) * a.shape.length * n, 'difference of errors');
}

/** The global error: |X - full| <= eps n + 50 u N n, and the error reported is the one made. */
export function errorIsWithinEps(impl: Tuckers, a: Dense, eps: number, method: TuckerMethod): void {
  const parts = impl.decompose(a, { eps, method });
  const n = normOf(a);
  const slack = ulps(impl, 50) * a.shape.length * n;
  const error = distance(fullOfTucker(parts), a);
  atMost(error, eps * n + slack, `error of ${method} at eps ${eps}`);
  atMost(Math.abs(parts.error * n - error), slack, `difference of errors of ${method}`);
}

/** TK3: n^2 = |core|^2 + error^2, to 25 u N n^2. */
export function squaresAddUp(impl: Tuckers, a: Dense, cut: TuckerCut): void {
  const parts = impl.decompose(a, cut);
  const [n, core, error] = [normOf(a), normOf(parts.core), distance(fullOfTucker(parts), a)];
  atMost(Math.abs(n * n - core * core - error * error), ulps(impl, 25) * a.shape.length * n * n, 'what is missing');
}

/** TK4: the untruncated core has mutually orthogonal slices, to 20 u n^2, of norms sigma(X_(k)), to 30 u n. */
export function coreIsAllOrthogonal(impl: Tuckers, a: Dense): void {
  const { core } = impl.decompose(a, { method: 'hosvd', eps: 0 });
  const n = normOf(a);
  core.shape.forEach((r, mode) => {
    const rows = frontOf(core, mode).values;
    const length = rows.length / r;
    const row = (i: number): Float64Array => rows.subarray(i * length, (i + 1) * length);
    const values = modeValues(a, mode);
    for (let i = 0; i < r; i++) {
      const size = Math.sqrt(sumOf(row(i), (x) => x * x));
      atMost(
        Math.abs(size - (values[i] ?? 0)),
        ulps(impl, 30) * n,
        `slice ${i} of mode ${mode}: its norm is off by what`,
      );
      for (let j = 0; j < i; j++) {
        const dot = sumOf(row(i), (x, k) => x * row(j)[k]!);
        atMost(Math.abs(dot), ulps(impl, 20) * n * n, `product of slices ${i} and ${j} of mode ${mode}`);
      }
    }
  });
}

/** TK5: factors have orthonormal columns, to 40 u n_k. */
export function factorsAreOrthonormal(impl: Tuckers, a: Dense, cut: TuckerCut): void {
  impl.decompose(a, cut).factors.forEach((factor, k) => {
    atMost(lossOf(factor), ulps(impl, 40) * factor.shape[0]!, `loss of orthogonality of factor ${k}`);
  });
}

/** TK6: products in two modes commute; two products in one mode are the product of the matrices; 6 u |A| |B| n. */
export function modeProductsCompose(
  impl: Tuckers,
  x: Dense,
  modes: readonly [number, number],
  u: Dense,
  v: Dense,
): void {
  const [k, l] = modes;
  const bound = ulps(impl, 6) * normOf(u) * normOf(v) * normOf(x);
  if (k !== l) {
    const there = impl.modeProduct(impl.modeProduct(x, u, k), v, l);
    const back = impl.modeProduct(impl.modeProduct(x, v, l), u, k);
    atMost(distance(there, back), bound, 'difference of two orders');
    atMost(distance(there, modeProductOf(modeProductOf(x, u, k), v, l)), bound, 'error of two products');
    return;
  }
  const product = modeProductOf(u, v, 0);
  const twice = impl.modeProduct(impl.modeProduct(x, u, k), v, k);
  atMost(distance(twice, impl.modeProduct(x, product, k)), bound, 'difference of the product of matrices');
}

/** TK7: no sweep of HOOI has a greater error than the one before, and the last no greater than HOSVD's, to 10 u n. */
export function hooiDescends(impl: Tuckers, a: Dense, rank: readonly number[]): void {
  const parts = impl.decompose(a, { method: 'hooi', rank });
  const n = normOf(a);
  const slack = ulps(impl, 10) * n;
  parts.history.forEach((error, k) => {
    if (k > 0) atMost(error * n, parts.history[k - 1]! * n + slack, `error after sweep ${k}`);
  });
  const error = distance(fullOfTucker(parts), a);
  const start = impl.decompose(a, { method: 'hosvd', rank });
  atMost(error, distance(fullOfTucker(start), a) + slack + ulps(impl, 50) * n, 'error against HOSVD');
}

export type Planted = { readonly core: Dense; readonly factors: readonly Dense[] };

/** TK8: a tensor of exact multilinear rank leaves no error, 50 u N n. */
export function exactRanksAreExactBy(impl: Tuckers, planted: Planted, method: TuckerMethod): void {
  const a = fullOfTucker(planted);
  const rank = planted.factors.map(({ shape }) => shape[1]!);
  const parts = impl.decompose(a, { method, rank });
  const bound = ulps(impl, 50) * a.shape.length * normOf(a);
  atMost(distance(fullOfTucker(parts), a), bound, `error of ${method} at the exact ranks`);
}

/** TK8, by all methods. */
export function exactRanksAreExact(impl: Tuckers, planted: Planted): void {
  for (const method of ['hosvd', 'sthosvd', 'hooi'] as const) exactRanksAreExactBy(impl, planted, method);
}

/** TK9: the decomposition of X with its modes in another order is that of X in this order; 20 u N n over the gap. */
export function modesPermute(impl: Tuckers, a: Dense, order: readonly number[], rank: readonly number[]): void {
  const whole = fullOfTucker(impl.decompose(a, { method: 'hosvd', rank }));
  const turned = impl.decompose(permutedOf(a, order), { method: 'hosvd', rank: order.map((k) => rank[k]!) });
  // A projector turns by rounding over the gap at its cut.
  const gap = Math.min(
    ...rank.map((r, k) => {
      const values = modeValues(a, k);
      return values[0]! === 0 || r >= values.length ? 1 : (values[r - 1]! - values[r]!) / values[0]!;
    }),
  );
  const bound = (ulps(impl, 20) * a.shape.length * normOf(a)) / Math.max(gap, 1e-300);
  atMost(distance(fullOfTucker(turned), permutedOf(whole, order)), bound, 'difference of two orders');
}

/** A smaller eps never gives smaller ranks. */
export function ranksGrow(impl: Tuckers, a: Dense, falling: readonly number[]): void {
  let before = a.shape.map(() => 0);
  for (const eps of falling) {
    const ranks = ranksOf(impl.decompose(a, { method: 'hosvd', eps }));
    eachAtMost(before, ranks, `ranks before eps ${eps}`);
    before = ranks;
  }
}

/** X times a power of two has the same factors, bit for bit, and its core times that power. */
export function powersPassThrough(impl: Tuckers, a: Dense, cut: TuckerCut, exponent: number): void {
  const power = powerOfTwo(exponent);
  const [one, other] = [
    impl.decompose(a, cut),
    impl.decompose(
      dense(a.shape, (k) => a.values[k]! * power),
      cut,
    ),
  ];
  const same = (p: Dense, q: Dense, factor: number): boolean =>
    p.shape.join() === q.shape.join() && p.values.every((v, k) => v * factor === q.values[k]!);
  if (!same(one.core, other.core, power)) throw new Error('the core differs by more than the power');
  one.factors.forEach((factor, k) => {
    if (!same(factor, other.factors[k]!, 1)) throw new Error(`factor ${k} differs`);
  });
}

/** What conversions between formats need: T is any low-rank tensor. */
export interface Conversions<T> {
  readonly unit: number;
  full(x: T): Dense;
  convert(x: T, format: string): T;
}

/** TK10: a conversion keeps the full tensor to 50 u d n, d the order. */
export function conversionsKeepFull<T>(impl: Conversions<T>, x: T, format: string): void {
  const whole = impl.full(x);
  const bound = ulps(impl, 50) * Math.max(1, whole.shape.length) * normOf(whole);
  atMost(distance(impl.full(impl.convert(x, format)), whole), bound, `error of the conversion to ${format}`);
}
