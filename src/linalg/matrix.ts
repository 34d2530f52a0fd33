/** Matrices as plain numbers: nested arrays, or a typed array with its sizes. What comes in as one comes out as one. */

import { dtypeOf, type Real } from '../dtype.ts';
import { DtypeError, ShapeError } from '../errors.ts';
import { own } from '../tensor/create.ts';
import { dataSync } from '../tensor/read.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Numbers of one precision. */
export type Reals = Float32Array | Float64Array;

/** A matrix in one array: element (i, j) is data[i * columns + j]. */
export interface DenseMatrix<D extends Reals = Reals> {
  readonly data: D;
  readonly rows: number;
  readonly columns: number;
}

/** A matrix as a list of rows of one length; computed in double precision. */
export type Rows = readonly ArrayLike<number>[];
export type Matrix = Rows | DenseMatrix;
export type Vector = readonly number[] | Reals;

/** What a matrix is in a result: nested arrays for nested arrays, a typed array for a typed array. */
export type MatrixLike<M> = M extends DenseMatrix<infer D> ? DenseMatrix<D> : number[][];
/** The same of a list of numbers. */
export type VectorLike<M> = M extends DenseMatrix<infer D> ? D : number[];
/** The same of a list of whole numbers. */
export type PlacesLike<M> = M extends DenseMatrix ? Int32Array : number[];
/** The same of a solution, which is like its right-hand side. */
export type SolutionLike<B> = B extends Reals ? B : B extends readonly number[] ? number[] : MatrixLike<B>;

/**
 * A matrix over `data`, row by row, which is not copied:
 * `matrix(Float64Array.of(1, 2, 3, 4, 5, 6), 2, 3)` has the rows 1 2 3 and 4 5 6.
 * Throws ShapeError unless rows times columns is the length, DtypeError for arrays other than Float32Array and Float64Array.
 */
export function matrix<D extends Reals>(data: D, rows: number, columns: number): DenseMatrix<D> {
  const made = { data, rows, columns };
  checkDense('matrix', made);
  return made;
}

function isDense(a: unknown): a is DenseMatrix {
  return typeof a === 'object' && a !== null && 'data' in a;
}

function checkDense(op: string, { data, rows, columns }: DenseMatrix): void {
  checkReals(op, data);
  if ([rows, columns].every((n) => Number.isSafeInteger(n) && n >= 0) && rows * columns === data.length) return;
  const got = `${String(rows)} x ${String(columns)} for ${data.length} numbers`;
  throw new ShapeError(op, 'a matrix has rows times columns numbers', got, 'correct the sizes');
}

function checkReals(op: string, data: unknown): void {
  if (data instanceof Float32Array || data instanceof Float64Array) return;
  const got = Object.prototype.toString.call(data).slice(8, -1);
  throw new DtypeError(op, 'numbers are in a Float32Array or a Float64Array', got, 'use Float64Array.from()');
}

/** The precision of typed operands, f64 where all are nested arrays. Throws DtypeError where two differ. */
export function precisionOf(op: string, ...operands: readonly (Matrix | Vector)[]): Real {
  let found: Real | undefined;
  for (const x of operands) {
    const data = isDense(x) ? x.data : x;
    if (!ArrayBuffer.isView(data)) continue;
    checkReals(op, data);
    const real = dtypeOf(data) as Real;
    if (found !== undefined && found !== real) {
      throw new DtypeError(op, 'operands have one precision', `${found} and ${real}`, 'use Float64Array.from()');
    }
    found = real;
  }
  return found ?? 'f64';
}

/** The matrix as a tensor of the current scope. Throws ShapeError where it is none, DtypeError for other typed arrays. */
export function tensorOf(op: string, a: Matrix, dtype: Real): Tensor {
  if (isDense(a)) {
    checkDense(op, a);
    return own(a.data, [a.rows, a.columns]);
  }
  if (!Array.isArray(a)) {
    const remedy = 'write [[1, 2], [3, 4]] or matrix(data, rows, columns)';
    throw new ShapeError(op, 'a matrix is a list of rows, or data with rows and columns', describe(a), remedy);
  }
  const columns = a.length === 0 ? 0 : lengthOf(op, a[0], 0);
  const values = dtype === 'f32' ? new Float32Array(a.length * columns) : new Float64Array(a.length * columns);
  a.forEach((row: ArrayLike<number>, i) => {
    if (lengthOf(op, row, i) !== columns) {
      const got = `${columns} in row 0 and ${row.length} in row ${i}`;
      throw new ShapeError(op, 'all rows have one length', got, 'pad the rows');
    }
    for (let j = 0; j < columns; j++) values[i * columns + j] = numberAt(op, row[j], `[${i}, ${j}]`);
  });
  return own(values, [a.length, columns]);
}

/** A matrix, or a vector as a tensor of order 1. */
export function rightSideOf(op: string, b: Matrix | Vector, dtype: Real): Tensor {
  if (ArrayBuffer.isView(b)) {
    checkReals(op, b);
    return own(b as Reals, [b.length]);
  }
  if (!isVector(b)) return tensorOf(op, b as Matrix, dtype);
  const values = dtype === 'f32' ? new Float32Array(b.length) : new Float64Array(b.length);
  b.forEach((x, i) => {
    values[i] = numberAt(op, x, `[${i}]`);
  });
  return own(values, [b.length]);
}

/** Whether a right-hand side is a list that has no rows; an empty one is a vector. */
function isVector(b: unknown): b is readonly number[] {
  return Array.isArray(b) && !Array.isArray(b[0]) && !ArrayBuffer.isView(b[0]);
}

function describe(x: unknown): string {
  if (typeof x === 'string') return `'${x}'`;
  return x === null || typeof x !== 'object' ? String(x) : Object.prototype.toString.call(x).slice(8, -1);
}

function lengthOf(op: string, row: unknown, i: number): number {
  if (Array.isArray(row) || ArrayBuffer.isView(row)) return (row as unknown as ArrayLike<number>).length;
  throw new ShapeError(op, 'a row is a list of numbers', `${describe(row)} for row ${i}`, 'write [[1, 2], [3, 4]]');
}

function numberAt(op: string, x: unknown, at: string): number {
  if (typeof x === 'number') return x;
  throw new DtypeError(op, 'elements are numbers', `${describe(x)} at ${at}`, 'convert them with Number()');
}

/** A result tensor of order 2, as matrices like `a` are. */
export function matrixLike<M>(a: M, x: Tensor): MatrixLike<M> {
  const [rows, columns] = x.shape as [number, number];
  const data = dataSync(x) as Reals;
  if (isDense(a)) return { data, rows, columns } as MatrixLike<M>;
  return Array.from({ length: rows }, (_, i) => listed(data, i * columns, columns)) as MatrixLike<M>;
}

/** A result tensor of order 1. */
export function vectorLike<M>(a: M, x: Tensor): VectorLike<M> {
  const data = dataSync(x) as Reals;
  return (isDense(a) ? data : listed(data, 0, data.length)) as VectorLike<M>;
}

/** A tensor of whole numbers. */
export function placesLike<M>(a: M, x: Tensor): PlacesLike<M> {
  const data = dataSync(x);
  return (isDense(a) ? data : [...data]) as PlacesLike<M>;
}

/** A solution, like its right-hand side. */
export function solutionLike<B>(b: B, x: Tensor): SolutionLike<B> {
  if (ArrayBuffer.isView(b)) return dataSync(x) as unknown as SolutionLike<B>;
  return (isVector(b) ? [...dataSync(x)] : matrixLike(b, x)) as SolutionLike<B>;
}

function listed(data: ArrayLike<number>, from: number, count: number): number[] {
  const list = new Array<number>(count);
  for (let k = 0; k < count; k++) list[k] = data[from + k]!;
  return list;
}
