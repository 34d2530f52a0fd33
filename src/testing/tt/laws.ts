/**
 * The laws of tensor trains: of TT-SVD and rounding (Oseledets 2011), and of gauges. Each law takes an implementation and
 * a sample, and throws where it does not hold. u is the unit roundoff, d the order, all norms are Frobenius norms.
 */

import { powerOfTwo } from '../../math/exp.ts';
import { binaryExponent, significand } from '../../math/precision.ts';
import { type Dense, dense, distance, normOf } from '../dense.ts';
import { atMost, ulps } from '../law.ts';
import {
  balancedFullOf,
  fullOf,
  lossOfOrthogonality,
  modesOfCores,
  multipliedCore,
  productOfNorms,
  ranksOfCores,
  unfoldedValues,
} from './cores.ts';

export { atMost, ulps };

/** What a train can be asked to keep. */
export interface Cut {
  readonly eps?: number;
  readonly atol?: number;
  readonly rank?: readonly number[];
}

/** An implementation under test. T is its own kind of train; numbers go in and out as doubles. */
export interface Trains<T> {
  /** The unit roundoff of its numbers: 2^-53 or 2^-24. */
  readonly unit: number;
  decompose(a: Dense, cut: Cut): { readonly x: T; readonly error: number };
  /** Cores [r, n, s], outermost ranks 1 included. */
  cores(x: T): Dense[];
  fromCores(cores: readonly Dense[]): T;
  full(x: T): Dense;
  add(a: T, b: T): T;
  sub(a: T, b: T): T;
  scale(x: T, factor: number): T;
  hadamard(a: T, b: T): T;
  outer(a: T, b: T): T;
  dot(a: T, b: T): number;
  norm(x: T): number;
  round(x: T, cut: Cut): T;
  orthogonalize(x: T, center: number): T;
}

export interface DenseSample {
  readonly a: Dense;
  readonly eps: number;
}

export interface TrainSample {
  readonly cores: readonly Dense[];
  readonly eps: number;
}

/** Throws unless every number is at most its bound. */
export function eachAtMost(values: readonly number[], bounds: readonly number[], what: string): void {
  if (values.length !== bounds.length || values.some((x, k) => x > bounds[k]!)) {
    throw new Error(`${what} are [${values}], above [${bounds}]`);
  }
}

/** Ranks that no train of these modes exceeds: the smaller side of each cut. */
export function rankBounds(modes: readonly number[]): number[] {
  const total = modes.reduce((n, m) => n * m, 1);
  let left = 1;
  return modes.slice(0, -1).map((n) => {
    left *= n;
    return Math.min(left, total / left);
  });
}

/** What a tensor that is small beside its cores may lose: each entry is a sum of terms that cancel. */
export function lostInside(impl: { readonly unit: number }, cores: readonly Dense[]): number {
  return ulps(impl, 2) * cores.length * productOfNorms(cores);
}

/** TT1: |X - T| <= eps |X| + 50 u d |X|. */
export function errorIsGlobal<T>(impl: Trains<T>, { a, eps }: DenseSample): void {
  const { x } = impl.decompose(a, { eps });
  const [n, d] = [normOf(a), a.shape.length];
  atMost(distance(impl.full(x), a), eps * n + ulps(impl, 50) * d * n, `error at eps ${eps}`);
}

/** TT2: the error reported, relative to |X|, is the one that was made. */
export function errorIsReported<T>(impl: Trains<T>, { a, eps }: DenseSample): void {
  const { x, error } = impl.decompose(a, { eps });
  const [n, d] = [normOf(a), a.shape.length];
  atMost(Math.abs(error * n - distance(impl.full(x), a)), ulps(impl, 50) * d * n, 'difference of errors');
}

/** TT3: at given ranks the error lies between the largest tail of an unfolding and the root of the sum of squares. */
export function fixedRankIsQuasiOptimal<T>(impl: Trains<T>, a: Dense, rank: readonly number[]): void {
  const { x } = impl.decompose(a, { rank });
  eachAtMost(ranksOfCores(impl.cores(x)), rank, 'ranks');
  const tails = rank.map((r, k) => sizeOfAll(unfoldedValues(a, k + 1).slice(r)));
  const error = distance(impl.full(x), a);
  const slack = ulps(impl, 15) * a.shape.length * normOf(a);
  atMost(Math.max(0, ...tails) - slack, error, 'largest tail');
  atMost(error, sizeOfAll(tails) + slack, 'error');
}

/** The root of the sum of squares. */
const sizeOfAll = (values: readonly number[]): number => normOf(dense([values.length], (k) => values[k]!));

/** TT4: no rank above that of an exact train. */
export function ranksAreRecovered<T>(impl: Trains<T>, { cores, eps }: TrainSample): void {
  const { x } = impl.decompose(fullOf(cores), { eps });
  eachAtMost(ranksOfCores(impl.cores(x)), ranksOfCores(cores), `ranks at eps ${eps}`);
}

/** TT5: every core but the last has orthonormal columns, to 30 u r n. */
export function coresAreOrthogonal<T>(impl: Trains<T>, x: T): void {
  for (const core of impl.cores(x).slice(0, -1)) {
    const [r, n] = core.shape as [number, number];
    atMost(lossOfOrthogonality(core, 'left'), ulps(impl, 30) * r * n, 'loss of orthogonality');
  }
}

/** TT11: |x - round(x)| <= eps |x| + 50 u d |x|. */
export function roundingKeepsEps<T>(impl: Trains<T>, { cores, eps }: TrainSample): void {
  const x = impl.fromCores(cores);
  const whole = fullOf(cores);
  const n = normOf(whole);
  const bound = eps * n + ulps(impl, 50) * cores.length * n;
  atMost(distance(impl.full(impl.round(x, { eps })), whole), bound, `error at eps ${eps}`);
}

/** TT12: x + x has the ranks of x; x - x is rounding noise, and an absolute error takes all its ranks. */
export function roundingUndoesSums<T>(impl: Trains<T>, { cores, eps }: TrainSample): void {
  const x = impl.fromCores(cores);
  const want = ranksOfCores(impl.cores(impl.round(x, { eps })));
  const twice = ranksOfCores(impl.cores(impl.round(impl.add(x, x), { eps })));
  if (twice.join() !== want.join()) throw new Error(`ranks of x + x are [${twice}], of x [${want}]`);
  const n = normOf(fullOf(cores));
  const nothing = impl.sub(x, x);
  const noise = ulps(impl, 900) * n + lostInside(impl, cores);
  atMost(impl.norm(nothing), noise, 'norm of x - x');
  const rounded = impl.cores(impl.round(nothing, { atol: noise }));
  if (ranksOfCores(rounded).some((r) => r !== 1)) throw new Error(`ranks of x - x are [${ranksOfCores(rounded)}]`);
}

/** TT13: rounding what is rounded, to half the error, keeps the ranks. */
export function roundingIsIdempotent<T>(impl: Trains<T>, { cores, eps }: TrainSample): void {
  const once = impl.round(impl.fromCores(cores), { eps });
  const twice = impl.round(once, { eps: eps / 2 });
  const [want, got] = [once, twice].map((x) => ranksOfCores(impl.cores(x)).join());
  if (got !== want) throw new Error(`ranks [${want}] became [${got}] at eps ${eps / 2}`);
}

/** TT14: G and its inverse between two cores change nothing but 10 kappa u d |x|, where cores do not cancel. */
export function gaugeIsFree<T>(impl: Trains<T>, cores: readonly Dense[], gauge: Gauge): void {
  const [a, b] = [impl.full(impl.fromCores(cores)), impl.full(impl.fromCores(regauged(cores, gauge)))];
  const bound = ulps(impl, 10) * cores.length * normOf(a) + lostInside(impl, cores);
  atMost(distance(a, b), bound * gauge.condition, 'change');
}

/** TT10: the norm of a difference of equal tensors is 1e-13 of theirs (900 u), which no norm by inner products gives. */
export function normsSurviveCancellation<T>(impl: Trains<T>, cores: readonly Dense[], gauge: Gauge): void {
  const difference = impl.sub(impl.fromCores(cores), impl.fromCores(regauged(cores, gauge)));
  atMost(impl.norm(difference), ulps(impl, 900) * gauge.condition * productOfNorms(cores), 'norm of a difference');
}

/** Invertible matrices with their inverses, one for each bond. */
export interface Gauge {
  readonly pairs: readonly { readonly G: Dense; readonly inverse: Dense }[];
  readonly condition: number;
}

/** The cores with G behind each and its inverse in front of the next. */
export function regauged(cores: readonly Dense[], { pairs }: Gauge): Dense[] {
  return cores.map((core, k) => {
    const left = k > 0 ? multipliedCore(pairs[k - 1]!.inverse, core, 'left') : core;
    return k < cores.length - 1 ? multipliedCore(pairs[k]!.G, left, 'right') : left;
  });
}

/** TT15: any center leaves the tensor, has its norm, and orthonormal cores on its sides. */
export function orthogonalizationIsGauge<T>(impl: Trains<T>, cores: readonly Dense[], center: number): void {
  const x = impl.orthogonalize(impl.fromCores(cores), center);
  const whole = fullOf(cores);
  const bound = ulps(impl, 15) * cores.length * normOf(whole) + lostInside(impl, cores);
  atMost(distance(impl.full(x), whole), bound, 'change');
  const got = impl.cores(x);
  atMost(Math.abs(normOf(got[center]!) - normOf(whole)), bound, 'norm of the center');
  got.forEach((core, k) => {
    if (k === center) return;
    const size = core.shape[1]! * (k < center ? core.shape[0]! : core.shape[2]!);
    atMost(lossOfOrthogonality(core, k < center ? 'left' : 'right'), ulps(impl, 30) * size, `core ${k}`);
  });
}

/** TT16: after rounding no rank is above what the modes on either side of a bond can fill; sums and products of ranks. */
export function ranksAreBounded<T>(impl: Trains<T>, a: readonly Dense[], b: readonly Dense[]): void {
  const [x, y] = [impl.fromCores(a), impl.fromCores(b)];
  const ranks = (z: T): number[] => ranksOfCores(impl.cores(z));
  const bounds = rankBounds(modesOfCores(a));
  eachAtMost(ranks(impl.round(x, { eps: 0 })), bounds, 'ranks after rounding');
  eachAtMost(ranks(impl.round(impl.hadamard(x, y), { eps: 0 })), bounds, 'ranks of a product after rounding');
  const [p, q] = [ranksOfCores(a), ranksOfCores(b)];
  eachAtMost(
    ranks(impl.add(x, y)),
    p.map((r, k) => r + q[k]!),
    'ranks of a sum',
  );
  eachAtMost(
    ranks(impl.hadamard(x, y)),
    p.map((r, k) => r * q[k]!),
    'ranks of a product',
  );
}

/** TT17: the order of contraction does not matter. */
export function contractionsAgree<T>(impl: Trains<T>, cores: readonly Dense[]): void {
  const whole = impl.full(impl.fromCores(cores));
  const bound = ulps(impl, 20) * cores.length * productOfNorms(cores);
  atMost(distance(whole, fullOf(cores)), bound, 'difference from the first core on');
  atMost(distance(whole, balancedFullOf(cores)), bound, 'difference by halves');
}

const isPower = (x: number): boolean => x > 0 && x < Infinity && significand(x, binaryExponent(x)) === 1;

/** TT20: a power of two changes the cores by a power of two, bit for bit. */
export function scaleIsExact<T>(impl: Trains<T>, { a, eps }: DenseSample, exponent: number): void {
  const plain = impl.cores(impl.decompose(a, { eps }).x);
  const power = powerOfTwo(exponent);
  const scaled = impl.cores(
    impl.decompose(
      dense(a.shape, (k) => a.values[k]! * power),
      { eps },
    ).x,
  );
  let total = 1;
  plain.forEach((core, k) => {
    const at = core.values.findIndex((v) => v !== 0);
    const factor = at < 0 ? 1 : scaled[k]!.values[at]! / core.values[at]!;
    if (!isPower(factor)) throw new Error(`core ${k} is scaled by ${factor}`);
    total *= factor;
    const same = core.shape.join() === scaled[k]!.shape.join();
    if (!same || !core.values.every((v, j) => Object.is(v * factor, scaled[k]!.values[j]))) {
      throw new Error(`core ${k} has other bits at 2^${exponent}`);
    }
  });
  if (normOf(a) > 0 && total !== power) throw new Error(`the cores are scaled by ${total}, not by 2^${exponent}`);
}

/** TT21: a smaller eps never gives smaller ranks. */
export function ranksAreMonotone<T>(impl: Trains<T>, a: Dense, descending: readonly number[]): void {
  let before: number[] | null = null;
  for (const eps of descending) {
    const ranks = ranksOfCores(impl.cores(impl.decompose(a, { eps }).x));
    const shrunk = before?.findIndex((r, k) => r > ranks[k]!) ?? -1;
    if (shrunk >= 0) throw new Error(`at eps ${eps} the ranks [${before}] became [${ranks}]`);
    before = ranks;
  }
}

/** TT22: one mode is kept exactly, of two the error at rank r is that of the SVD, and a mode of size 0 is refused. */
export function fewModesAreKnown<T>(impl: Trains<T>, a: Dense, most: number): void {
  const rank = rankBounds(a.shape).map((bound) => Math.min(bound, most));
  if (rank.length === 0) atMost(distance(impl.full(impl.decompose(a, { eps: 0.5 }).x), a), 0, 'error of one mode');
  else fixedRankIsQuasiOptimal(impl, a, rank);
  let refused = false;
  try {
    impl.decompose(
      dense([...a.shape, 0], () => 0),
      { eps: 0 },
    );
  } catch {
    refused = true;
  }
  if (!refused) throw new Error('a mode of size 0 is refused; got a train');
}
