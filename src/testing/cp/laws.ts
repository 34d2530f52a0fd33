/**
 * The laws of canonical polyadic decompositions. Each law takes an implementation and a sample, and throws where it does
 * not hold. u is the unit roundoff; all norms are Frobenius norms.
 */

import { powerOfTwo } from '../../math/exp.ts';
import { atMost, ulps } from '../law.ts';
import { unfoldedValues } from '../tt/cores.ts';
import {
  columnNorms,
  columnOf,
  cpFullOf,
  type Dense,
  dense,
  distance,
  khatriRaoOf,
  mttkrpOf,
  normOf,
  plainAls,
  powerMethod,
  rearranged,
  zipped,
} from './components.ts';
import type { Ask, FactorSample, Fitted, Polyadic, TensorSample } from './polyadic.ts';

export type { Ask, FactorSample, Fitted, Polyadic, TensorSample } from './polyadic.ts';

const productOf = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1);

/** CP1: no sweep raises the error by more than 1e-12 |X| (9000 u, in single precision 1e-6). */
export function errorNeverRises<T>(impl: Polyadic<T>, { a, rank, seed }: TensorSample, ask: Ask = {}): void {
  const { history } = impl.decompose(a, { rank, seed, ...ask });
  const slack = impl.unit > 1e-10 ? 1e-6 : 1e-12;
  history.slice(1).forEach((error, k) => {
    atMost(error - history[k]!, slack, `rise in sweep ${k + 2} of ${history.length}`);
  });
}

/** CP2: the error reported is the one that was made, to 50 u d |X|, however good the fit. */
export function errorIsHonest<T>(impl: Polyadic<T>, { a, rank, seed }: TensorSample, ask: Ask = {}): void {
  const { x, error } = impl.decompose(a, { rank, seed, ...ask });
  const full = cpFullOf(impl.factors(x));
  const { mask } = ask;
  const known = (b: Dense): Dense => (mask === undefined ? b : zipped(b, mask, (value, w) => value * w));
  const norm = normOf(known(a));
  const made = norm === 0 ? 0 : distance(known(full), known(a)) / norm;
  atMost(Math.abs(error - made), ulps(impl, 50) * a.shape.length, `difference of the errors ${error} and ${made}`);
}

/**
 * CP2: the error of an exact tensor falls to its rounding, 100 u of the components times the condition of the least-squares
 * problems, far below what |X|^2 - 2 <X, Y> + |Y|^2 could show.
 */
export function exactFitIsSeen<T>(impl: Polyadic<T>, { factors, seed }: FactorSample): void {
  const rank = factors[0]!.shape[1]!;
  const a = cpFullOf(factors);
  const { error } = impl.decompose(a, { rank, seed, init: factors, stop: 0, sweeps: 5 });
  const components = Math.max(normOf(a), productOf(factors.map(normOf)));
  const bound = ulps(impl, 100) * components * conditionOf(factors);
  atMost(error * normOf(a), bound, 'error of an exact fit');
}

/** The worst condition of the Khatri-Rao products of all factors but one; Infinity where columns depend. */
function conditionOf(factors: readonly Dense[]): number {
  const conditions = factors.map((_, mode) => {
    const values = unfoldedValues(khatriRaoOf(factors.filter((_, k) => k !== mode)), 1);
    return values.length < factors[0]!.shape[1]! ? Infinity : values[0]! / values.at(-1)!;
  });
  return Math.max(1, ...conditions);
}

/** CP3: the canonical form does not depend on the order and the scales of components, to 1e-12. */
export function canonicalFormIsUnique<T>(impl: Polyadic<T>, { factors }: FactorSample, shuffle: Shuffle): void {
  const one = impl.normalize(impl.fromFactors(factors));
  const other = impl.normalize(impl.fromFactors(shuffled(factors, shuffle)));
  const bound = impl.unit > 1e-10 ? 1e-5 : 1e-12;
  one.weights.forEach((w, q) => {
    atMost(Math.abs(w - other.weights[q]!), bound * one.weights[0]!, `difference of weight ${q}`);
    atMost(w, q === 0 ? w : one.weights[q - 1]!, `weight ${q}`);
  });
  one.factors.forEach((a, k) => {
    atMost(distance(a, other.factors[k]!), bound, `difference of factor ${k}`);
    for (const norm of columnNorms(a)) atMost(Math.abs(norm - 1), bound, 'norm of a column less 1');
  });
  const scaled = one.factors.map((a, k) =>
    k > 0
      ? a
      : rearranged(
          a,
          one.weights.map((_, q) => q),
          one.weights,
        ),
  );
  const full = cpFullOf(factors);
  atMost(distance(cpFullOf(scaled), full), bound * Math.max(1, normOf(full)), 'difference of the tensors');
}

export interface Shuffle {
  /** Which component comes first, ... */
  readonly order: readonly number[];
  /** Of each mode but the last one factor a component; the last takes their inverses. Not 0. */
  readonly scales: readonly (readonly number[])[];
}

/** The same tensor with its components in another order and with other scales. */
export function shuffled(factors: readonly Dense[], { order, scales }: Shuffle): Dense[] {
  return factors.map((a, k) => {
    const last = k === factors.length - 1;
    const own = order.map((_, q) => (last ? 1 / scales.reduce((p, of) => p * of[q]!, 1) : scales[k]![q]!));
    return rearranged(a, order, own);
  });
}

/** CP4: the factor match score of what is found for a planted tensor. */
export function recovery<T>(impl: Polyadic<T>, { factors, seed }: FactorSample, ask: Ask): number {
  const { x } = impl.decompose(cpFullOf(factors), { rank: factors[0]!.shape[1]!, seed, ...ask });
  return impl.match(impl.fromFactors(factors), x);
}

/** CP4: at least 95 % of the scores are 0.999. */
export function mostAreRecovered(scores: readonly number[]): void {
  const missed = scores.filter((score) => !(score >= 0.999));
  atMost(missed.length / scores.length, 0.05, `share of scores [${missed}] below 0.999`);
}

/** CP5: a tensor without a best approximation: finite factors, weights below |X| / sqrt(ridge), and a warning without. */
export function degeneracyIsBounded<T>(impl: Polyadic<T>, { a, rank, seed }: TensorSample, ridge: number): void {
  const free = impl.decompose(a, { rank, seed });
  const bound = impl.decompose(a, { rank, seed, ridge });
  for (const { x } of [free, bound]) {
    if (!impl.factors(x).every((b) => b.values.every(Number.isFinite))) throw new Error('factors are not finite');
  }
  if (free.warnings.length === 0) throw new Error('components cancel without a warning');
  const [loose, tight] = [free, bound].map(({ x }) => {
    const { weights } = impl.normalize(x);
    return normOf(dense([weights.length], (q) => weights[q]!));
  }) as [number, number];
  const n = normOf(a);
  atMost(tight, (1 + 1e-6) * (n / Math.sqrt(ridge)), 'weights under a ridge');
  // The ridge has its part in what is minimized.
  const cost = ({ error }: Fitted<T>, size: number): number => error * error * n * n + ridge * size * size;
  atMost(cost(bound, tight), 0.999 * cost(free, loose), 'error and weights under a ridge');
}

/** CP6: the tensor times the Khatri-Rao product of all other factors, to 20 u |X| |A_1| ... */
export function mttkrpIsProduct<T>(impl: Polyadic<T>, a: Dense, factors: readonly Dense[]): void {
  a.shape.forEach((_, mode) => {
    const norms = productOf(factors.map((b, k) => (k === mode ? normOf(a) : normOf(b))));
    const got = impl.mttkrp(a, factors, mode);
    atMost(distance(got, mttkrpOf(a, factors, mode)), ulps(impl, 20) * norms, `error of the product of mode ${mode}`);
  });
}

/** CP6: the Khatri-Rao product, to 20 u |A_1| |A_2| ... */
export function khatriRaoIsProduct<T>(impl: Polyadic<T>, factors: readonly Dense[]): void {
  const norms = productOf(factors.map(normOf));
  atMost(
    distance(impl.khatriRao(factors), khatriRaoOf(factors)),
    ulps(impl, 20) * norms,
    'error of a Khatri-Rao product',
  );
}

/** CP6, all of it. */
export function productsAgree<T>(impl: Polyadic<T>, a: Dense, factors: readonly Dense[]): void {
  mttkrpIsProduct(impl, a, factors);
  khatriRaoIsProduct(impl, factors);
}

/** What is minimized, and its gradient in each factor. */
export interface Gradients {
  readonly unit: number;
  /** Of |X - full(factors)|^2. */
  gradient(a: Dense, factors: readonly Dense[]): readonly Dense[];
}

/** CP7: the gradient of |X - Y|^2 in factor k is 2 (Y - X) times the other factors; 20 u of its terms. */
export function gradientIsRight(impl: Gradients, a: Dense, factors: readonly Dense[]): void {
  const y = cpFullOf(factors);
  const rest = zipped(y, a, (p, q) => 2 * (p - q));
  const got = impl.gradient(a, factors);
  factors.forEach((_, mode) => {
    const others = productOf(factors.map((b, k) => (k === mode ? 1 : normOf(b))));
    const terms = 2 * (normOf(a) + productOf(factors.map(normOf))) * others;
    const bound = ulps(impl, 20) * a.shape.length * terms;
    atMost(distance(got[mode]!, mttkrpOf(rest, factors, mode)), bound, `error of the gradient of mode ${mode}`);
  });
}

/** CP8: columns with cosines near 1: no throw, finite, and never worse than the first sweep. */
export function collinearityIsBorne<T>(impl: Polyadic<T>, { factors, seed }: FactorSample): void {
  const rank = factors[0]!.shape[1]!;
  const a = cpFullOf(factors);
  for (const init of ['svd', 'random', factors] as const) {
    const { x, error, history } = impl.decompose(a, { rank, seed, init, sweeps: 50 });
    if (!impl.factors(x).every((b) => b.values.every(Number.isFinite))) throw new Error('factors are not finite');
    atMost(error, history[0]! + (impl.unit > 1e-10 ? 1e-6 : 1e-12), 'error');
  }
}

/**
 * CP9: of rank 1 it is the higher-order power method, to 1e-10, which is a million times u: as much as a poor start can
 * cost. In single precision 1e-2.
 */
export function rankOneIsPowerMethod<T>(impl: Polyadic<T>, a: Dense, start: readonly Dense[], sweeps: number): void {
  const { weight, vectors } = powerMethod(a, start, sweeps);
  const { x } = impl.decompose(a, { rank: 1, init: start, sweeps, stop: 0 });
  const best = cpFullOf(vectors.map((v, k) => (k > 0 ? v : dense(v.shape, (i) => v.values[i]! * weight))));
  const bound = impl.unit > 1e-10 ? 1e-2 : 1e-10;
  atMost(distance(cpFullOf(impl.factors(x)), best), bound * normOf(a), 'distance');
}

/** CP9: a rank of 0 is refused. */
export function rankZeroIsRefused<T>(impl: Polyadic<T>, a: Dense): void {
  let refused = false;
  try {
    impl.decompose(a, { rank: 0, seed: 0 });
  } catch {
    refused = true;
  }
  if (!refused) throw new Error('a rank of 0 is refused; got a tensor');
}

/** CP10: no element of a nonnegative decomposition is below 0, nor -0, and the error never rises. */
export function nonnegativeStays<T>(impl: Polyadic<T>, { a, rank, seed }: TensorSample, ask: Ask = {}): void {
  const { x } = impl.decompose(a, { rank, seed, sweeps: 30, ...ask, nonnegative: true });
  for (const factor of [...impl.factors(x), ...impl.normalize(x).factors]) {
    factor.values.forEach((value) => {
      if (!(value >= 0) || Object.is(value, -0)) throw new Error(`an element is ${value}`);
    });
  }
  errorNeverRises(impl, { a, rank, seed }, { sweeps: 30, ...ask, nonnegative: true });
}

/** Sweeps are those of the textbook: after any number of them the tensors agree to 1e-9 |X|. */
export function sweepsAreTextbook<T>(impl: Polyadic<T>, a: Dense, start: readonly Dense[], sweeps: number): void {
  const { x } = impl.decompose(a, { rank: start[0]!.shape[1]!, init: start, sweeps, stop: 0 });
  const want = cpFullOf(plainAls(a, start, sweeps));
  const bound = impl.unit > 1e-10 ? 1e-3 : 1e-9;
  atMost(distance(cpFullOf(impl.factors(x)), want), bound * normOf(a), `difference after ${sweeps} sweeps`);
}

/** A tensor times 2^e has the components times 2^e, bit for bit: only the weights change. */
export function scaleIsFree<T>(impl: Polyadic<T>, { a, rank, seed }: TensorSample, e: number, ask: Ask = {}): void {
  const factor = powerOfTwo(e);
  const plain = impl.decompose(a, { rank, seed, ...ask });
  const scaled = impl.decompose(
    dense(a.shape, (k) => a.values[k]! * factor),
    { rank, seed, ...ask },
  );
  const [b, c] = [impl.factors(plain.x), impl.factors(scaled.x)];
  b.forEach((want, k) => {
    const times = k === b.length - 1 ? factor : 1;
    want.values.forEach((value, i) => {
      const got = c[k]!.values[i]!;
      if (!Object.is(got, value * times)) throw new Error(`factor ${k} is ${got}, not ${value * times}`);
    });
  });
  if (plain.error !== scaled.error) throw new Error(`errors are ${plain.error} and ${scaled.error}`);
}

/** The same seed gives the same bits. */
export function seedsRepeat<T>(impl: Polyadic<T>, { a, rank, seed }: TensorSample, ask: Ask = {}): void {
  const [one, two] = [0, 1].map(() => impl.factors(impl.decompose(a, { rank, seed, ...ask }).x));
  one!.forEach((b, k) => {
    if (b.values.some((value, i) => !Object.is(value, two![k]!.values[i]))) throw new Error(`factor ${k} differs`);
  });
}

/** Cosines of the columns of a factor with their neighbours, for samples of collinear factors. */
export function cosinesOf(a: Dense): number[] {
  const norms = columnNorms(a);
  return norms.slice(1).map((norm, q) => {
    const [x, y] = [columnOf(a, q), columnOf(a, q + 1)];
    return x.reduce((sum, value, i) => sum + value * y[i]!, 0) / (norm * norms[q]!);
  });
}
