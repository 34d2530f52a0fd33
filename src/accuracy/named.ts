/**
 * Matrices of the literature on which factorizations go wrong, with their entries in closed form; entry (i, j) counts
 * from 0. Higham 2002, "Accuracy and Stability of Numerical Algorithms", chapter 28; Kahan 1966; Läuchli 1961.
 */

import { pow } from '../math.ts';
import { fold, type Key } from '../random.ts';
import { normals } from './draw.ts';

export interface EntryOptions {
  readonly m: number;
  readonly n: number;
  readonly ulp: number;
  readonly key: Key;
}

/** The entries of a type, after what they share has been computed. */
export type Entries = (options: EntryOptions) => (i: number, j: number) => number;

/** Sine and cosine of Kahan's angle 1.2. */
const SINE = 0.9320390859672263;
const COSINE = 0.3623577544766736;
/** How far graded matrices fall. */
const DECADES = 15;

/** Ratios by which `count` steps fall over DECADES. */
const fall = (count: number): number => pow(10, -DECADES / Math.max(1, count - 1));

export const named: Readonly<Record<string, Entries>> = {
  /** Triangular, close to singular, columns of falling norm: pivoting by columns sees nothing to exchange. */
  kahan:
    ({ n, ulp }) =>
    (i, j) =>
      j < i ? 0 : pow(SINE, i) * (i === j ? 1 + 25 * ulp * (n - i) : -COSINE),
  hilbert: () => (i, j) => 1 / (i + j + 1),
  /** Toeplitz with -1 below and 1 on and thrice above the diagonal: eigenvalues sensitive, singular values benign. */
  grcar: () => (i, j) => (j === i - 1 ? -1 : j >= i && j <= i + 3 ? 1 : 0),
  /** Elimination with row exchanges doubles its last column at every step. */
  'wilkinson-growth':
    ({ n }) =>
    (i, j) =>
      j === n - 1 || i === j ? 1 : j < i ? -1 : 0,
  companion: ({ n, key }) => {
    const c = normals(key, n);
    return (i, j) => (i === 0 ? -c[j]! : i === j + 1 ? 1 : 0);
  },
  vandermonde:
    ({ m }) =>
    (i, j) =>
      j === 0 ? 1 : pow((i + 1) / m, j),
  rowGraded: ({ m, n, key }) => {
    const x = normals(key, m * n);
    const q = fall(m);
    return (i, j) => x[i * n + j]! * pow(q, i);
  },
  colGraded: ({ m, n, key }) => {
    const x = normals(key, m * n);
    const q = fall(n);
    return (i, j) => x[i * n + j]! * pow(q, j);
  },
  /** Diagonals that fall from the lower left to the upper right corner. */
  toeplitzGraded: ({ m, n, key }) => {
    const x = normals(key, m + n);
    const q = fall(m + n - 1);
    return (i, j) => x[m - 1 - i + j]! * pow(q, m - 1 - i + j);
  },
  rank1: ({ m, n, key }) => {
    const [x, y] = [normals(fold(key, 0), m), normals(fold(key, 1), n)];
    return (i, j) => x[i]! * y[j]!;
  },
  zeroCols: ({ m, n, key }) => {
    const x = normals(key, m * n);
    return (i, j) => (j % 3 === 1 || j === n - 1 ? 0 : x[i * n + j]!);
  },
  dupCols: ({ m, n, key }) => {
    const x = normals(key, m * n);
    return (i, j) => x[i * n + (j % ((n + 1) >> 1))]!;
  },
  randn: ({ m, n, key }) => {
    const x = normals(key, m * n);
    return (i, j) => x[i * n + j]!;
  },
  /** A row of ones over a small multiple of the identity, whose square is lost when it is added to 1; or its transpose. */
  lauchli: ({ m, n, ulp }) => {
    const small = Math.sqrt(ulp) / 2;
    const entry = (i: number, j: number): number => (i === 0 ? 1 : i === j + 1 ? small : 0);
    return (i, j) => (m > n ? entry(i, j) : entry(j, i));
  },
  /** Bidiagonal; the off-diagonal is a chain of entries around the size that iterations neglect. */
  golubKahanBidiag:
    ({ m, n, ulp }) =>
    (i, j) =>
      i === j ? 1 - i / (2 * Math.min(m, n)) : j === i + 1 ? ulp * pow(2, (i % 9) - 4) : 0,
  ones: () => () => 1,
};
