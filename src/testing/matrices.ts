/** Arbitrary matrices: those of the zoo, and those with singular values of the caller's. */

import fc from 'fast-check';
import { planted } from '../accuracy/draw.ts';
import type { Matrix } from '../accuracy/matrix.ts';
import type { Size } from '../accuracy/sizes.ts';
import { fits } from '../accuracy/sizes.ts';
import { type ZooMatrix, zooMatrix, zooNames } from '../accuracy/zoo.ts';
import type { Real } from '../dtype.ts';
import { fold, key } from '../random.ts';
import { printed, seeds } from './shapes.ts';

export interface ZooOptions {
  /** Types of matrices; default all but those that must be refused. */
  readonly names?: readonly string[];
  /** Least and greatest size of both modes; default 0 to 20. Types are only given sizes that make sense for them. */
  readonly size?: readonly [least: number, most: number];
  /** Default f64. */
  readonly dtype?: Real;
  /** Whether they have as many rows as columns; default false. */
  readonly square?: boolean;
}

/** Types that hold a NaN or an infinity. */
export const refusedNames: readonly string[] = zooNames.filter((name) => zooMatrix(name, 1, 1, 'f64').refused);
const finiteNames = zooNames.filter((name) => !refusedNames.includes(name));

/** Matrices of the zoo. They shrink to types at the front of the list, and to small sizes. */
export function zooMatrices({
  names = finiteNames,
  size = [0, 20],
  dtype = 'f64',
  square = false,
}: ZooOptions = {}): fc.Arbitrary<ZooMatrix> {
  const sizes = fc.integer({ min: size[0], max: size[1] });
  return fc
    .tuple(fc.constantFrom(...names), sizes, sizes)
    .map(([name, m, n]) => ({ name, size: sizeFor(name, [m, square ? m : n]) }))
    .filter(({ name, size: [m, n] }) => fits(name, [m, n]) && (!square || m === n))
    .map(({ name, size: [m, n] }) => {
      const a = zooMatrix(name, m, n, dtype);
      return printed(a, `the zoo's ${name} ${m} x ${n} ${dtype}`);
    });
}

/** The size nearest to a drawn one that suits a type of few sizes. */
function sizeFor(name: string, [m, n]: Size): Size {
  if (name === 'oneByN') return [1, n];
  if (name === 'nByOne') return [m, 1];
  if (name === 'companion') return [m, m];
  if (name === 'size0') return m < n ? [m, 0] : [0, n];
  return [m, n];
}

/** A matrix whose singular values are known up to the rounding of its entries. */
export interface SpectralMatrix extends Matrix {
  /** Descending. */
  readonly sigma: Float64Array;
}

export interface SpectrumMatrixOptions {
  /** Rows and columns beyond the number of singular values; default 0 to 8. */
  readonly beyond?: readonly [least: number, most: number];
}

/** U diag(sigma) V^T in f64 with random orthogonal factors, tall, square or wide, for spectra that are drawn from `sigma`. */
export function matricesWithSpectrum(
  sigma: fc.Arbitrary<readonly number[]>,
  { beyond = [0, 8] }: SpectrumMatrixOptions = {},
): fc.Arbitrary<SpectralMatrix> {
  const more = fc.integer({ min: beyond[0], max: beyond[1] });
  return fc.tuple(sigma, more, fc.boolean(), seeds()).map(([drawn, longer, isWide, seed]) => {
    const values = Float64Array.from(drawn, Math.abs).sort().reverse();
    const [m, n] = isWide ? [values.length, values.length + longer] : [values.length + longer, values.length];
    const from = key(seed);
    const a = { ...planted(m, n, values, fold(from, 'left'), fold(from, 'right')), sigma: values };
    return printed(a, `a matrix ${m} x ${n} of seed ${seed} with singular values [${[...values].join(', ')}]`);
  });
}
