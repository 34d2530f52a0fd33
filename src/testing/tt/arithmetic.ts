/** The laws of the arithmetic of tensor trains: against dense tensors in plain numbers, and of changes of modes. */

import { sizeOf } from '../../shape.ts';
import { type Dense, dense, distance, dotOf, normOf, sumOf, zipped } from '../dense.ts';
import { fullOf, modesOfCores, productOfNorms, ranksOfCores } from './cores.ts';
import { atMost, type Trains, ulps } from './laws.ts';

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

/** TT7: multiples, entrywise, outer and Kronecker products to 10 u d times the norms. */
export function productsAreProducts<T>(impl: MoreTrains<T>, a: Cores, b: Cores, factor: number): void {
  const [x, y] = [impl.fromCores(a), impl.fromCores(b)];
  const [A, B] = [fullOf(a), fullOf(b)];
  const bound = ulps(impl, 10) * a.length * productOfNorms(a);
  const multiple = dense(A.shape, (k) => factor * A.values[k]!);
  atMost(distance(impl.full(impl.scale(x, factor)), multiple), bound * Math.abs(factor), 'error of a multiple');
  const product = impl.hadamard(x, y);
  const both = bound * productOfNorms(b);
  atMost(
    distance(
      impl.full(product),
      zipped(A, B, (p, q) => p * q),
    ),
    both,
    'error of a product',
  );
  const want = ranksOfCores(a).map((r, k) => r * ranksOfCores(b)[k]!);
  if (ranksOfCores(impl.cores(product)).join() !== want.join()) throw new Error('ranks of a product do not multiply');
  const outer = dense([...A.shape, ...B.shape], (k) => {
    return A.values[Math.floor(k / B.values.length)]! * B.values[k % B.values.length]!;
  });
  atMost(distance(impl.full(impl.outer(x, y)), outer), 2 * both, 'error of an outer product');
  atMost(distance(impl.full(impl.kron(x, y)), kroneckerOf(A, B)), 2 * both, 'error of a Kronecker product');
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

/** TT8: the inner product to 8 u d |a| |b|, where the trains do not cancel inside. */
export function dotIsDot<T>(impl: Trains<T>, a: Cores, b: Cores): void {
  const got = impl.dot(impl.fromCores(a), impl.fromCores(b));
  const [A, B] = [fullOf(a), fullOf(b)];
  const scale = Math.max(normOf(A) * normOf(B), 1e-2 * productOfNorms(a) * productOfNorms(b));
  atMost(Math.abs(got - dotOf(A, B)), ulps(impl, 8) * a.length * scale, 'error of an inner product');
}

/** TT9: the norm by orthogonalization against the norm of the tensor and the root of an inner product, 30 u |a|. */
export function normIsNorm<T>(impl: Trains<T>, a: Cores): void {
  const x = impl.fromCores(a);
  const whole = fullOf(a);
  const scale = Math.max(normOf(whole), 1e-2 * productOfNorms(a));
  atMost(Math.abs(impl.norm(x) - normOf(whole)), ulps(impl, 30) * scale, 'error of a norm');
  atMost(Math.abs(impl.norm(x) - Math.sqrt(impl.dot(x, x))), ulps(impl, 30) * scale * 10, 'difference of norms');
}

/** TT18: cutting modes and merging them again gives the same numbers; exchanging axes and back the same tensor. */
export function modesComeBack<T>(
  impl: MoreTrains<T>,
  a: Cores,
  fold: readonly (readonly number[])[],
  order: readonly number[],
): void {
  const x = impl.fromCores(a);
  const split = impl.split(x, fold);
  if (modesOfCores(impl.cores(split)).join() !== fold.flat().join()) throw new Error('a cut has other modes');
  const merged = impl.merge(
    split,
    fold.map((list) => list.length),
  );
  impl.cores(merged).forEach((core, k) => {
    if (!core.values.every((v, j) => v === a[k]!.values[j])) throw new Error(`core ${k} has other numbers`);
  });
  const whole = fullOf(a);
  const bound = ulps(impl, 200) * a.length * a.length * Math.max(normOf(whole), 1e-2 * productOfNorms(a));
  const turned = impl.permute(x, order);
  atMost(distance(impl.full(turned), permutedOf(whole, order)), bound, 'error of another order');
  const inverse = order.map((_, k) => order.indexOf(k));
  atMost(distance(impl.full(impl.permute(turned, inverse)), whole), 2 * bound, 'error of the order and back');
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

/** TT19: entries, lists of entries, slices and sums are those of the tensor. */
export function partsAreParts<T>(impl: MoreTrains<T>, a: Cores, index: readonly number[]): void {
  const x = impl.fromCores(a);
  const whole = fullOf(a);
  const bound = ulps(impl, 10) * a.length * productOfNorms(a);
  const place = index.reduce((at, i, k) => at * whole.shape[k]! + i, 0);
  const entry = whole.values[place]!;
  atMost(Math.abs(impl.element(x, index) - entry), bound, 'error of an entry');
  const zero = index.map(() => 0);
  const listed = impl.gather(x, [index, zero, index]);
  [entry, whole.values[0]!, entry].forEach((v, k) => atMost(Math.abs(listed[k]! - v), bound, `error of entry ${k}`));
  atMost(Math.abs(impl.sum(x) - sumOf(whole.values)), bound * Math.sqrt(whole.values.length), 'error of a sum');
  if (index.length < 2) return;
  for (let axis = 0; axis < index.length; axis++) {
    const fixed = index.map((i, k) => (k === axis ? i : null));
    const at = (parts: readonly number[]): number =>
      [...parts.slice(0, axis), index[axis]!, ...parts.slice(axis)].reduce((p, i, k) => p * whole.shape[k]! + i, 0);
    const rest = whole.shape.filter((_, k) => k !== axis);
    const want = dense(rest, (k) => whole.values[at(digitsOf(k, rest))]!);
    atMost(distance(impl.full(impl.slice(x, fixed)), want), bound, `error of a slice along ${axis}`);
    const sums = dense(rest, (k) => {
      const digits = digitsOf(k, rest);
      return sumOf({ length: whole.shape[axis]! } as ArrayLike<number>, (_, i) => {
        const full = [...digits.slice(0, axis), i, ...digits.slice(axis)];
        return whole.values[full.reduce((p, j, m) => p * whole.shape[m]! + j, 0)]!;
      });
    });
    atMost(distance(impl.full(impl.sumOver(x, [axis])), sums), bound * Math.sqrt(whole.shape[axis]!), 'error of sums');
  }
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
