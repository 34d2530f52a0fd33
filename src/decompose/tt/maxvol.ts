/**
 * Rows of a tall matrix that span a parallelepiped of nearly the greatest volume: A = B A[rows] with all |B| <= eps
 * (Goreinov, Oseledets, Savostyanov, Tyrtyshnikov & Zamarashkin 2010, "How to find a good submatrix", algorithm 1).
 * QR first, so that the condition of A does not matter. 4 m r^2 operations, and 2 m r for each swap of two rows.
 */

import { FormatError, ShapeError } from '../../errors.ts';
import { cast } from '../../ops/cast.ts';
import { matricesOf } from '../../ops/linalg/matrices.ts';
import { qr } from '../../ops/linalg/qr.ts';
import { showShape } from '../../shape.ts';
import { own } from '../../tensor/create.ts';
import { dataSync } from '../../tensor/read.ts';
import { scope, unrecorded } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';

export interface MaxvolOptions {
  /** The largest coefficient that is left alone, >= 1; default 1.05. */
  readonly eps?: number;
  /** Most swaps; default 100. */
  readonly swaps?: number;
}

export interface Maxvol {
  /** The r rows, in the order of the columns of the coefficients. */
  readonly rows: Int32Array;
  /** B [m, r] with A = B A[rows]; B[rows] is the identity. */
  readonly coefficients: Tensor;
  /** The largest |B|: above eps only where the swaps ran out. */
  readonly largest: number;
}

/**
 * The rows of a [m, r], m >= r. Where the columns are dependent, the rows are those of an orthonormal basis whose span
 * holds them. Throws ShapeError for a matrix that is not tall, NonFiniteError for NaN and Infinity, FormatError for eps
 * below 1.
 */
export function maxvol(a: Tensor, options: MaxvolOptions = {}): Maxvol {
  const { m, n: r, dtype } = matricesOf('tt.maxvol', a);
  if (a.order !== 2 || m < r || r === 0) {
    const rule = 'the matrix has order 2, a column, and at least as many rows as columns';
    throw new ShapeError('tt.maxvol', rule, showShape(a.shape), 'transpose it');
  }
  const { eps = 1.05, swaps = 100 } = options;
  if (!(eps >= 1)) throw new FormatError('tt.maxvol', 'eps is at least 1', String(eps), 'use 1.05');
  if (!(swaps >= 0)) throw new FormatError('tt.maxvol', 'swaps is a number >= 0', String(swaps), 'correct it');
  return unrecorded(() =>
    scope(() => {
      const basis = dataSync(cast(qr(a).Q, 'f64')) as Float64Array;
      const { rows, coefficients, largest } = maxvolRows(basis, m, r, { eps, swaps });
      return { rows, coefficients: cast(own(coefficients, [m, r]), dtype), largest };
    }),
  );
}

/** As maxvol(), for a basis Q [m, r] with orthonormal columns, row by row. */
export function maxvolRows(
  basis: Float64Array,
  m: number,
  r: number,
  { eps = 1.05, swaps = 100 }: MaxvolOptions = {},
): { readonly rows: Int32Array; readonly coefficients: Float64Array; readonly largest: number } {
  const B = basis.slice();
  const order = eliminate(B, m, r);
  backSubstitute(B, m, r);
  const coefficients = new Float64Array(m * r);
  for (let i = 0; i < m; i++) coefficients.set(B.subarray(i * r, i * r + r), order[i]! * r);
  const rows = order.slice(0, r);
  let at = greatest(coefficients);
  for (let k = 0; k < swaps && Math.abs(coefficients[at]!) > eps; k++) {
    rows[at % r] = Math.floor(at / r);
    swap(coefficients, m, r, at);
    at = greatest(coefficients);
  }
  return { rows, coefficients, largest: Math.abs(coefficients[at]!) };
}

/**
 * Gaussian elimination with the largest pivots of columns: A[order] = L U, L in place of the rows of A, in that order.
 */
function eliminate(A: Float64Array, m: number, r: number): Int32Array {
  const order = Int32Array.from({ length: m }, (_, i) => i);
  const U = new Float64Array(r);
  for (let k = 0; k < r; k++) {
    let pivot = k;
    for (let i = k + 1; i < m; i++) if (Math.abs(A[i * r + k]!) > Math.abs(A[pivot * r + k]!)) pivot = i;
    exchange(A, r, order, k, pivot);
    for (let j = k; j < r; j++) {
      U[j] = A[k * r + j]!;
      A[k * r + j] = j === k ? 1 : 0;
    }
    for (let i = k + 1; i < m; i++) {
      const factor = A[i * r + k]! / U[k]!;
      A[i * r + k] = factor;
      for (let j = k + 1; j < r; j++) A[i * r + j]! -= factor * U[j]!;
    }
  }
  return order;
}

function exchange(A: Float64Array, r: number, order: Int32Array, i: number, j: number): void {
  if (i === j) return;
  const row = A.slice(i * r, i * r + r);
  A.copyWithin(i * r, j * r, j * r + r);
  A.set(row, j * r);
  [order[i], order[j]] = [order[j]!, order[i]!];
}

/** L [m, r] becomes L L1^-1, with L1 its first r rows: unit lower triangular, entries at most 1. */
function backSubstitute(L: Float64Array, m: number, r: number): void {
  const top = L.slice(0, r * r);
  for (let i = 0; i < m; i++) {
    for (let k = r - 1; k > 0; k--) {
      const factor = L[i * r + k]!;
      if (factor === 0) continue;
      for (let j = 0; j < k; j++) L[i * r + j]! -= factor * top[k * r + j]!;
    }
  }
}

/** The place of the entry of largest size, the first of equal ones. */
function greatest(B: Float64Array): number {
  let at = 0;
  let size = 0;
  for (let k = 0; k < B.length; k++) {
    const here = Math.abs(B[k]!);
    if (here <= size) continue;
    size = here;
    at = k;
  }
  return at;
}

/** B for the rows in which that of entry `at` has replaced the one that belongs to its column: rank 1 update. */
function swap(B: Float64Array, m: number, r: number, at: number): void {
  const [row, column] = [Math.floor(at / r), at % r];
  const step = B.slice(row * r, row * r + r);
  const pivot = step[column]!;
  step[column]! -= 1;
  for (let i = 0; i < m; i++) {
    const factor = B[i * r + column]! / pivot;
    if (factor === 0) continue;
    for (let j = 0; j < r; j++) B[i * r + j]! -= factor * step[j]!;
  }
  // Up to here within rounding.
  B[row * r + column] = 1;
}
