/**
 * The zoo: named matrices that the accuracy contract covers, each a function of name, size and dtype alone. Sizes and
 * scale types follow LAPACK's TESTING/svd.in; the other types are the known hard cases that its driver leaves out.
 */

import { arrayOf, type Real, type RealArray } from '../dtype.ts';
import { FormatError, ShapeError } from '../errors.ts';
import { fold, key } from '../random.ts';
import { planted, uniforms } from './draw.ts';
import { type Matrix, ulpOf } from './matrix.ts';
import { named } from './named.ts';
import { ranges, refused } from './ranges.ts';
import { ownSizes, type Size } from './sizes.ts';
import { spectra } from './spectra.ts';

export interface ZooMatrix extends Matrix {
  readonly name: string;
  readonly dtype: Real;
  readonly values: RealArray;
  /** The singular values where they are known, up to the rounding of the entries: a fraction of an ulp of the first. */
  readonly sigma?: Float64Array;
  /** Whether it holds a NaN or an infinity, so that factorizations throw NonFiniteError. */
  readonly refused: boolean;
}

/** The names of all types. */
export const zooNames: readonly string[] = [
  ...['zero', 'eye', 'signPerm', ...Object.keys(spectra), ...Object.keys(named)],
  ...[...Object.keys(ranges), 'oneByN', 'nByOne', 'size0'],
];

/** The sizes that make sense for a type. Throws FormatError for an unknown name. */
export function sizesOf(name: string): readonly Size[] {
  checkName(name);
  return ownSizes(name);
}

function checkName(name: string): void {
  if (zooNames.includes(name)) return;
  throw new FormatError('zoo', 'a type of matrix is one of the zoo', `'${name}'`, `choose from ${zooNames.join(', ')}`);
}

/**
 * The matrix of a type; any size >= 0 will do. Throws FormatError for an unknown name and ShapeError for sizes that are
 * no whole numbers.
 */
export function zooMatrix(name: string, m: number, n: number, dtype: Real): ZooMatrix {
  checkName(name);
  if (!Number.isSafeInteger(m) || !Number.isSafeInteger(n) || m < 0 || n < 0) {
    throw new ShapeError('zoo', 'sizes are whole numbers >= 0', `[${m}, ${n}]`, 'correct the size');
  }
  const { values, sigma } = made(name, m, n, dtype);
  const rounded = arrayOf(dtype, m * n) as RealArray;
  rounded.set(values);
  const known = sigma === undefined ? {} : { sigma };
  return { name, m, n, dtype, values: rounded, ...known, refused: refused.includes(name) && m * n > 0 };
}

/** Every matrix of the zoo in one dtype. */
export function* zoo(dtype: Real): Generator<ZooMatrix> {
  for (const name of zooNames) for (const [m, n] of sizesOf(name)) yield zooMatrix(name, m, n, dtype);
}

interface Made {
  readonly values: Float64Array;
  readonly sigma?: Float64Array;
}

function made(name: string, m: number, n: number, dtype: Real): Made {
  const from = fold(key(1), 'zoo', name, m, n);
  const k = Math.min(m, n);
  const ulp = ulpOf[dtype];
  if (name in spectra) {
    const sigma = spectra[name]!({ k, ulp, key: fold(from, 'sigma') });
    return { values: planted(m, n, sigma, fold(from, 'left'), fold(from, 'right')).values as Float64Array, sigma };
  }
  if (name in ranges) {
    const { values } = ranges[name]!({ m, n, dtype, key: from });
    return { values: values as Float64Array, ...(name === 'negZero' ? { sigma: new Float64Array(k) } : {}) };
  }
  if (name in named)
    return { values: fill(m, n, named[name]!({ m, n, ulp, key: from })), ...closedForm(name, m, n, ulp) };
  switch (name) {
    case 'zero':
      return { values: new Float64Array(m * n), sigma: new Float64Array(k) };
    case 'eye':
      return { values: fill(m, n, (i, j) => (i === j ? 1 : 0)), sigma: new Float64Array(k).fill(1) };
    case 'signPerm':
      return signPerm(m, n, from);
    default:
      return { values: fill(m, n, named.randn!({ m, n, ulp, key: from })) };
  }
}

function fill(m: number, n: number, entry: (i: number, j: number) => number): Float64Array {
  const values = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) values[i * n + j] = entry(i, j);
  return values;
}

/** Singular values of the named types that have a formula. */
function closedForm(name: string, m: number, n: number, ulp: number): { sigma?: Float64Array } {
  const sigma = new Float64Array(Math.min(m, n));
  if (name === 'ones') return { sigma: sigma.fill(Math.sqrt(m * n), 0, 1) };
  if (name !== 'lauchli' || m === n) return {};
  sigma.fill(Math.sqrt(ulp) / 2);
  if (sigma.length > 0) sigma[0] = Math.sqrt(sigma.length + ulp / 4);
  return { sigma };
}

/** A permutation of the smaller mode into the larger, with random signs. */
function signPerm(m: number, n: number, from: ReturnType<typeof key>): Made {
  const [k, long] = [Math.min(m, n), Math.max(m, n)];
  const order = uniforms(fold(from, 'order'), long);
  const places = Array.from(order.keys()).sort((a, b) => order[a]! - order[b]!);
  const signs = uniforms(fold(from, 'sign'), k);
  const values = new Float64Array(m * n);
  for (let i = 0; i < k; i++) {
    const at = m <= n ? i * n + places[i]! : places[i]! * n + i;
    values[at] = signs[i]! < 0.5 ? -1 : 1;
  }
  return { values, sigma: new Float64Array(k).fill(1) };
}
