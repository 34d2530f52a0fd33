/** Matrices whose singular values differ, for the laws of functions of them. */

import fc from 'fast-check';
import { empty, filled, numbers, type Sample } from './samples.ts';

const size = fc.integer({ min: 1, max: 4 });

/** Batches of small matrices near diag(3, 6, 9, ...). */
export const separated: fc.Arbitrary<Sample[]> = fc
  .record({ lead: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }), m: size, n: size })
  .chain(({ lead, m, n }) => filled([...lead, m, n], numbers(-0.5, 0.5)))
  .map(({ shape, values }) => {
    const [m, n] = [shape.at(-2)!, shape.at(-1)!];
    const onDiagonal = (p: number): boolean => Math.floor((p % (m * n)) / n) === p % n;
    return [{ shape, values: values.map((x, p) => (onDiagonal(p) ? x + 3 * ((p % n) + 1) : x)) }];
  });

/** Batches of matrices with a size of 0. */
export const emptyMatrices: readonly (readonly Sample[])[] = [
  [empty(0, 3)],
  [empty(3, 0)],
  [empty(0, 0)],
  [empty(2, 0, 3)],
  [empty(0, 3, 3)],
];
