/** The laws of the arithmetic of tensor trains: against dense tensors in plain numbers, and of changes of modes. */

import { sizeOf } from '../../shape.ts';
import { type Dense, dense, distance, dotOf, normOf, sumOf, zipped } from '../dense.ts';
import { fullOf, modesOfCores, productOfNorms, ranksOfCores } from './cores.ts';
import { atMost, lostInside, type Trains, ulps } from './laws.ts';

/** More of an implementation: changes of modes, entries and bytes. */
export interface MoreTrains<T> extends Trains<T> {
  kron(a: T, b: T): T;
  permute(x: T, order: readonly number[]): T;
  /** Modes cut into those of each list, exactly. */
  split(x: T, fold: readonly (readonly number[])[]): T;
  /** Neighbouring modes merged, `counts` of them each. */
  merge(x: T, counts: readonly number[]): T;
  element(x: T, index: readonly number[]): number;
  gather(x: T, indices: readonly (readonly number[])[]): number[];
  /** null keeps a mode, a number fixes and drops it, a triple is start, stop, step. */
  slice(x: T, ranges: readonly (number | null | readonly [number, number, number])[]): T;
  sum(x: T): number;
  sumOver(x: T, modes: readonly number[]): T;
  bytes(x: T): Uint8Array;
  parse(bytes: Uint8Array): T;
}

type Cores = readonly Dense[];

/** TT6: full(a + b) = full(a) + full(b) to 6 u (|a| + |b|), ranks add, outermost ranks stay 1; differences likewise. */
export function sumsAreSums<T>(impl: Trains<T>, a: Cores, b: Cores): void {
  const [x, y] = [impl.fromCores(a), impl.fromCores(b)];
  const [A, B] = [impl.full(x), impl.full(y)];
  // The sum is contracted anew, in an order of its own.
  const bound = ulps(impl, 6) * (normOf(A) + normOf(B)) + ulps(impl, 4) * (productOfNorms(a) + productOfNorms(b));
  const sum = impl.add(x, y);
  atMost(
    distance(
      impl.full(sum),
      zipped(A, B, (p, q) => p + q),
    ),
    bound,
    'error of a sum',
  );
  atMost(
    distance(
      impl.full(impl.sub(x, y)),
      zipped(A, B, (p, q) => p - q),
    ),
    bound,
    'error of a difference',
  );
  const cores = impl.cores(sum);
  const want = ranksOfCores(a).map((r, k) => r + ranksOfCores(b)[k]!);
  if (ranksOfCores(cores).join() !== want.join()) throw new Error(`ranks of a sum are [${ranksOfCores(cores)}]`);
  if (cores[0]!.shape[0] !== 1 || cores.at(-1)!.shape[2] !== 1) throw new Error('an outermost rank is not 1');
}

const allowed = <T>(impl: MoreTrains<T>, a: Cores): number => ulps(impl, 10) * a.length * productOfNorms(a);

/** TT7: multiples to 10 u d times the norm. */
export function multiplesAreMultiples<T>(impl: MoreTrains<T>, a: Cores, factor: number): void {
  const A = fullOf(a);
  const multiple = dense(A.shape, (k) => factor * A.values[k]!);
  const got = impl.full(impl.scale(impl.fromCores(a), factor));
  atMost(distance(got, multiple), allowed(impl, a) * Math.abs(factor), 'error of a multiple');
}

/** TT7: entrywise products to 10 u d times the norms; ranks multiply. */
export function hadamardIsProduct<T>(impl: MoreTrains<T>, a: Cores, b: Cores): void {
  const product = impl.hadamard(impl.fromCores(a), impl.fromCores(b));
  const want = zipped(fullOf(a), fullOf(b), (p, q) => p * q);
  atMost(distance(impl.full(product), want), allowed(impl, a) * productOfNorms(b), 'error of a product');
  const ranks = ranksOfCores(a).map((r, k) => r * ranksOfCores(b)[k]!);
  if (ranksOfCores(impl.cores(product)).join() !== ranks.join()) throw new Error('ranks of a product do not multiply');
}

/** TT7: outer products, the modes of a and then those of b. */
export function outerIsProduct<T>(impl: MoreTrains<T>, a: Cores, b: Cores): void {
  const [A, B] = [fullOf(a), fullOf(b)];
  const outer = dense([...A.shape, ...B.shape], (k) => {
    return A.values[Math.floor(k / B.values.length)]! * B.values[k % B.values.length]!;
  });
  const got = impl.full(impl.outer(impl.fromCores(a), impl.fromCores(b)));
  atMost(distance(got, outer), 2 * allowed(impl, a) * productOfNorms(b), 'error of an outer product');
}

/** TT7: Kronecker products, mode by mode. */
export function kronIsProduct<T>(impl: MoreTrains<T>, a: Cores, b: Cores): void {
  const got = impl.full(impl.kron(impl.fromCores(a), impl.fromCores(b)));
  const want = kroneckerOf(fullOf(a), fullOf(b));
  atMost(distance(got, want), 2 * allowed(impl, a) * productOfNorms(b), 'error of a Kronecker product');
}

/** TT7, all of it. */
export function productsAreProducts<T>(impl: MoreTrains<T>, a: Cores, b: Cores, factor: number): void {
  multiplesAreMultiples(impl, a, factor);
  hadamardIsProduct(impl, a, b);
  outerIsProduct(impl, a, b);
  kronIsProduct(impl, a, b);
}

function kroneckerOf(A: Dense, B: Dense): Dense {
  const shape = A.shape.map((n, k) => n * B.shape[k]!);
  return dense(shape, (at) => {
    let [i, j, rest, strideA, strideB] = [0, 0, at, 1, 1];
    for (let k = shape.length - 1; k >= 0; k--) {
      const digit = rest % shape[k]!;
      rest = Math.floor(rest / shape[k]!);
      i += Math.floor(digit / B.shape[k]!) * strideA;
      j += (digit % B.shape[k]!) * strideB;
      strideA *= A.shape[k]!;
      strideB *= B.shape[k]!;
    }
    return A.values[i]! * B.values[j]!;
  });
}

/** TT8: the inner product to 8 u d |a| |b|, where the cores do not cancel. */
export function dotIsDot<T>(impl: Trains<T>, a: Cores, b: Cores): void {
  const got = impl.dot(impl.fromCores(a), impl.fromCores(b));
  const [A, B] = [fullOf(a), fullOf(b)];
  const bound = ulps(impl, 8) * a.length * normOf(A) * normOf(B) + lostInside(impl, a) * productOfNorms(b);
  atMost(Math.abs(got - dotOf(A, B)), bound, 'error of an inner product');
}

/** TT9: the norm by orthogonalization against that of the tensor, 30 u |a|, and its square against an inner product. */
export function normIsNorm<T>(impl: Trains<T>, a: Cores): void {
  const x = impl.fromCores(a);
  const n = normOf(fullOf(a));
  const norm = impl.norm(x);
  atMost(Math.abs(norm - n), ulps(impl, 30) * n + lostInside(impl, a), 'error of a norm');
  const bound = ulps(impl, 60) * n * n + 2 * lostInside(impl, a) * productOfNorms(a);
  atMost(Math.abs(norm * norm - impl.dot(x, x)), bound, 'difference of squares');
}

type Folds = readonly (readonly number[])[];

/** TT18: cutting modes and merging them again gives the same numbers. */
export function cutsComeBack<T>(impl: MoreTrains<T>, a: Cores, fold: Folds): void {
  const split = impl.split(impl.fromCores(a), fold);
  if (modesOfCores(impl.cores(split)).join() !== fold.flat().join()) throw new Error('a cut has other modes');
  const counts = fold.map((list) => list.length);
  impl.cores(impl.merge(split, counts)).forEach((core, k) => {
    if (!core.values.every((v, j) => v === a[k]!.values[j])) throw new Error(`core ${k} has other numbers`);
  });
}

/** TT18: modes in another order are those of the tensor; exchanged back they give the same tensor. */
export function ordersComeBack<T>(impl: MoreTrains<T>, a: Cores, order: readonly number[]): void {
  const whole = fullOf(a);
  const bound = a.length * (ulps(impl, 200) * a.length * normOf(whole) + lostInside(impl, a));
  const turned = impl.permute(impl.fromCores(a), order);
  atMost(distance(impl.full(turned), permutedOf(whole, order)), bound, 'error of another order');
  const inverse = order.map((_, k) => order.indexOf(k));
  atMost(distance(impl.full(impl.permute(turned, inverse)), whole), 2 * bound, 'error of the order and back');
}

/** TT18, all of it. */
export function modesComeBack<T>(impl: MoreTrains<T>, a: Cores, fold: Folds, order: readonly number[]): void {
  cutsComeBack(impl, a, fold);
  ordersComeBack(impl, a, order);
}

function permutedOf(a: Dense, order: readonly number[]): Dense {
  const strides = a.shape.map((_, k) => sizeOf(a.shape.slice(k + 1)));
  const shape = order.map((axis) => a.shape[axis]!);
  return dense(shape, (k) => {
    let [rest, at] = [k, 0];
    for (let j = shape.length - 1; j >= 0; j--) {
      at += (rest % shape[j]!) * strides[order[j]!]!;
      rest = Math.floor(rest / shape[j]!);
    }
    return a.values[at]!;
  });
}

/** TT19: an entry is that of the tensor. */
export function entriesAreEntries<T>(impl: MoreTrains<T>, a: Cores, index: readonly number[]): void {
  const entry = entryOf(fullOf(a), index);
  atMost(Math.abs(impl.element(impl.fromCores(a), index) - entry), allowed(impl, a), 'error of an entry');
}

/** TT19: so are lists of entries. */
export function listsAreEntries<T>(impl: MoreTrains<T>, a: Cores, index: readonly number[]): void {
  const whole = fullOf(a);
  const entry = entryOf(whole, index);
  const zero = index.map(() => 0);
  const listed = impl.gather(impl.fromCores(a), [index, zero, index]);
  [entry, whole.values[0]!, entry].forEach((v, k) =>
    atMost(Math.abs(listed[k]! - v), allowed(impl, a), `error of entry ${k}`),
  );
}

/** TT19: slices along each mode. */
export function slicesAreSlices<T>(impl: MoreTrains<T>, a: Cores, index: readonly number[]): void {
  if (index.length < 2) return;
  const whole = fullOf(a);
  for (let axis = 0; axis < index.length; axis++) {
    const fixed = index.map((i, k) => (k === axis ? i : null));
    const want = along(whole, axis, (at) => at(index[axis]!));
    atMost(
      distance(impl.full(impl.slice(impl.fromCores(a), fixed)), want),
      allowed(impl, a),
      `error of a slice along ${axis}`,
    );
  }
}

/** TT19: the sum of all entries. */
export function sumIsSum<T>(impl: MoreTrains<T>, a: Cores): void {
  const whole = fullOf(a);
  const bound = allowed(impl, a) * Math.sqrt(whole.values.length);
  atMost(Math.abs(impl.sum(impl.fromCores(a)) - sumOf(whole.values)), bound, 'error of a sum');
}

/** TT19: sums along each mode. */
export function sumsAreSumsOver<T>(impl: MoreTrains<T>, a: Cores): void {
  if (a.length < 2) return;
  const whole = fullOf(a);
  for (let axis = 0; axis < a.length; axis++) {
    const n = whole.shape[axis]!;
    const sums = along(whole, axis, (at) => sumOf({ length: n } as ArrayLike<number>, (_, i) => at(i)));
    const got = impl.full(impl.sumOver(impl.fromCores(a), [axis]));
    atMost(distance(got, sums), allowed(impl, a) * Math.sqrt(n), 'error of sums');
  }
}

/** TT19, all of it. */
export function partsAreParts<T>(impl: MoreTrains<T>, a: Cores, index: readonly number[]): void {
  entriesAreEntries(impl, a, index);
  listsAreEntries(impl, a, index);
  slicesAreSlices(impl, a, index);
  sumIsSum(impl, a);
  sumsAreSumsOver(impl, a);
}

function entryOf({ shape, values }: Dense, index: readonly number[]): number {
  return values[index.reduce((at, i, k) => at * shape[k]! + i, 0)]!;
}

/** The tensor without a mode: each element made of the entries along it. */
function along(whole: Dense, axis: number, made: (at: (i: number) => number) => number): Dense {
  const rest = whole.shape.filter((_, k) => k !== axis);
  return dense(rest, (k) => {
    const digits = digitsOf(k, rest);
    return made((i) => entryOf(whole, [...digits.slice(0, axis), i, ...digits.slice(axis)]));
  });
}

function digitsOf(k: number, shape: readonly number[]): number[] {
  const digits = new Array<number>(shape.length);
  for (let j = shape.length - 1; j >= 0; j--) {
    digits[j] = k % shape[j]!;
    k = Math.floor(k / shape[j]!);
  }
  return digits;
}

/** TT23: bytes give back the same bits. */
export function bytesComeBack<T>(impl: MoreTrains<T>, a: Cores): void {
  const before = impl.cores(impl.fromCores(a));
  const after = impl.cores(impl.parse(impl.bytes(impl.fromCores(a))));
  after.forEach((core, k) => {
    const same = core.shape.join() === before[k]!.shape.join();
    if (!same || !core.values.every((v, j) => Object.is(v, before[k]!.values[j]))) throw new Error(`core ${k} differs`);
  });
}

/** TT24: the same call gives the same bits. */
export function resultsRepeat<T>(impl: Trains<T>, a: Dense, eps: number): void {
  const [first, second] = [1, 2].map(() => impl.cores(impl.decompose(a, { eps }).x));
  first!.forEach((core, k) => {
    if (!core.values.every((v, j) => Object.is(v, second![k]!.values[j]))) throw new Error(`core ${k} differs`);
  });
}
