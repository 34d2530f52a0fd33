/** The inputs on which the laws of tensor trains are tried. */

import fc from 'fast-check';
import type { Real } from '../../dtype.ts';
import type { Dense } from '../dense.ts';
import type { LawOf } from '../law.ts';
import { seeds } from '../shapes.ts';
import type { MoreTrains } from './arithmetic.ts';
import type { TrainMatrices } from './matrices.ts';
import type { TrainImpl } from './implementation.ts';
import { noises, trainPairs, trains } from './samples.ts';

/** All that a law may call. */
export type Everything = MoreTrains<unknown> & TrainMatrices<unknown, unknown>;
export type TrainLaw = LawOf<TrainImpl<unknown, unknown>, Everything>;
type Check = fc.IRawProperty<unknown>;

/** The relative errors that a dtype can resolve. */
export const EPS: readonly number[] = [0, 1e-14, 1e-12, 1e-8, 1e-6, 1e-3, 0.1, 0.5];
export const EXACT: Readonly<Record<Real, readonly number[]>> = { f64: [1e-12, 1e-10, 1e-8, 1e-6], f32: [1e-4, 1e-3] };
export const ROUNDED: Readonly<Record<Real, readonly number[]>> = {
  f64: [1e-12, 1e-6, 1e-2, 0.3],
  f32: [1e-4, 1e-2, 0.3],
};
/** Far from both ends of the range. */
export const POWERS: Readonly<Record<Real, number>> = { f64: 400, f32: 60 };

export const dense = (dtype: Real): fc.Arbitrary<Dense> =>
  noises({ order: [1, 6], size: [1, 5], elements: 3125, dtype });
export const some = (values: readonly number[]): fc.Arbitrary<number> => fc.constantFrom(...values);
export const exact = (dtype: Real): fc.Arbitrary<Dense[]> =>
  trains({ order: [2, 6], feasible: true, rank: [1, 3], elements: 4096, dtype });
export const places = (a: readonly Dense[], seed: number): number[] =>
  a.map(({ shape }, k) => (seed + 3 * k) % shape[1]!);

export function ofDense(check: (impl: Everything, a: Dense, eps: number) => void): TrainLaw['property'] {
  return (impl: Everything, dtype: Real): Check =>
    fc.property(dense(dtype), some(EPS), (a, eps) => check(impl, a, eps));
}

export function ofTrain(check: (impl: Everything, a: Dense[], seed: number) => void): TrainLaw['property'] {
  return (impl: Everything, dtype: Real): Check =>
    fc.property(trains({ dtype, size: [1, 4] }), seeds(), (a, seed) => check(impl, a, seed));
}

export function ofPair(check: (impl: Everything, a: Dense[], b: Dense[]) => void, order = 5): TrainLaw['property'] {
  return (impl: Everything, dtype: Real): Check =>
    fc.property(trainPairs({ dtype, size: [1, 4], order: [1, order], rank: [1, 3] }), ([a, b]) => check(impl, a, b));
}

/** Cuts of modes of size 4 and 6, whole others. */
export const foldOf = (a: readonly Dense[]): number[][] =>
  a.map(({ shape: [, n] }) => (n === 4 ? [2, 2] : n === 6 ? [3, 1, 2] : [n!]));
/** The modes turned by some places, every other time backwards. */
export function orderOf(a: readonly Dense[], seed: number): number[] {
  const order = a.map((_, k) => (k + seed) % a.length);
  return seed % 2 === 0 ? order : order.reverse();
}

/** Cores [r, m, n, s] and a train with modes n. */
const operators = (dtype: Real): fc.Arbitrary<readonly [Dense[], Dense[]]> =>
  fc.tuple(trainPairs({ dtype, size: [1, 3], order: [1, 3], rank: [1, 3] }), some([1, 2, 3])).map(([[a, x], m]) => {
    // Each entry of a core is repeated with changed signs along a mode of rows.
    const A = a.map(({ shape: [r, n, s], values }) => ({
      shape: [r!, m, n!, s!],
      values: Float64Array.from({ length: values.length * m }, (_, k) => {
        const [i, row, rest] = [Math.floor(k / (m * n! * s!)), Math.floor(k / (n! * s!)) % m, k % (n! * s!)];
        return values[i * n! * s! + rest]! * (row % 2 === 0 ? 1 : -0.5) * (1 + row);
      }),
    }));
    return [A, x];
  });

export function ofMatrix(check: (impl: Everything, A: Dense[], x: Dense[]) => void): TrainLaw['property'] {
  return (impl: Everything, dtype: Real): Check => fc.property(operators(dtype), ([A, x]) => check(impl, A, x));
}
