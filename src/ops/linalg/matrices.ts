/** What every factorization asks of its operand first: that it is a batch of matrices, and that all of it is finite. */

import type { Backend, Block } from '../../backend/backend.ts';
import { backend } from '../../backend/current.ts';
import { arrayOf, type DataArray, type Real, realDtype } from '../../dtype.ts';
import { NonFiniteError, ShapeError } from '../../errors.ts';
import { scan, scanPieces } from '../../kernels/scan.ts';
import { type Shape, showShape, sizeOf } from '../../shape.ts';
import { inScope, scope, unrecorded, uploadAll } from '../../tensor/scope.ts';
import { readNow } from '../../tensor/storage.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { contiguous } from '../contiguous.ts';

/** A tensor [..., m, n] as `batch` matrices; `lead` are the modes before the last two. */
export interface Matrices {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly lead: Shape;
  readonly dtype: Real;
}

/** The matrices of x [..., m, n]. Throws ShapeError for orders below 2, DtypeError for integers. */
export function matricesOf(op: string, x: Tensor): Matrices {
  const dtype = realDtype(op, [x]);
  if (x.order < 2) {
    throw new ShapeError(op, 'a matrix has two modes, or leading modes and two', showShape(x.shape), 'reshape it');
  }
  const lead = x.shape.slice(0, -2);
  return { batch: sizeOf(lead), m: x.shape[x.order - 2]!, n: x.shape[x.order - 1]!, lead, dtype };
}

/** As matricesOf(), for square matrices. Throws ShapeError for others, too. */
export function squaresOf(op: string, x: Tensor): Matrices {
  const found = matricesOf(op, x);
  if (found.m !== found.n)
    throw new ShapeError(op, 'the matrix is square', showShape(x.shape), 'use svd(), lstsq() or pinv()');
  return found;
}

/** What is required of elements, and what to do where it does not hold. */
export interface FiniteRule {
  readonly rule: string;
  readonly remedy: string;
}

const ofOperands: FiniteRule = {
  rule: 'all elements are finite',
  remedy: 'find what made it, or replace it',
};

/** Of a solution, whose elements may be too large for the dtype where the system is close to singular. */
export const ofSolutions: FiniteRule = {
  rule: 'the solution is in the range of its dtype',
  remedy: 'scale the system, or use lstsq()',
};

const MOST: Readonly<Record<Real, number>> = { f32: 3.4028234663852886e38, f64: Number.MAX_VALUE };

/**
 * Throws NonFiniteError where singular values, or triangles of an orthogonal factorization, of a [..., m, n] are too large
 * for the dtype. None is above the Frobenius norm, hence they are looked at only where that may be: where the greatest
 * |a|, `top`, is so large.
 */
export function checkRange(op: string, found: Tensor, a: Tensor, top: number): void {
  const { m, n, dtype } = matricesOf(op, a);
  if (top * Math.sqrt(m) * Math.sqrt(n) < MOST[dtype] / 2) return;
  checkFinite(op, found, { rule: 'the factors are in the range of their dtype', remedy: 'scale the matrix' });
}

/** Elements from which on the kernel looks faster than JavaScript does, the call counted. */
const LARGE = 2048;

/** Runs `body` in a scope: what it checks goes to backend memory once, and stays there for the kernel. */
export function inOneScope<T>(body: () => T): T {
  return inScope() ? body() : scope(body);
}

/**
 * The greatest |x|, 0 where x is empty. Throws NonFiniteError, which names the first element that is NaN or infinite and
 * its index. One pass over x; it waits for what runs before.
 */
export function checkFinite(op: string, x: Tensor, rule: FiniteRule = ofOperands): number {
  realDtype(op, [x]);
  if (x.size === 0) return 0;
  x.storage.check(op);
  if (!x.isContiguous) return unrecorded(() => scope(() => checkFinite(op, contiguous(x), rule)));
  // In a scope the elements go to backend memory in a moment, if they are not there.
  if (x.storage.array !== null && x.size >= LARGE && inScope()) uploadAll([x], backend(), op);
  const { block, array } = x.storage;
  if (array !== null && x.size < LARGE)
    return checkValues(op, array.subarray(x.offset, x.offset + x.size), x.shape, rule);
  if (block !== null && block.live && block.backend.has(scan as never, x.dtype))
    return checkResident(op, x, block, rule);
  if (array !== null) return checkValues(op, array.subarray(x.offset, x.offset + x.size), x.shape, rule);
  const values = arrayOf(x.dtype, x.size);
  readNow(block!, x.operand().byteOffset, values);
  return checkValues(op, values, x.shape, rule);
}

function checkResident(op: string, x: Tensor, { backend }: Block, rule: FiniteRule): number {
  const found = scanned(x, backend);
  let top = 0;
  for (let k = 0; k < found.length; k += 2) {
    if (found[k + 1]! >= 0) {
      const at = found[k + 1]!;
      const value = arrayOf(x.dtype, 1);
      readNow(x.storage.block!, x.operand().byteOffset + at * value.BYTES_PER_ELEMENT, value);
      refuse(op, value[0]!, at, x.shape, rule);
    }
    top = Math.max(top, found[k]!);
  }
  return top;
}

/** Maximum and first bad place of each piece, joined by the caller. */
function scanned(x: Tensor, on: Backend): Float64Array {
  const found = new Float64Array(2 * scanPieces(x.size));
  const block = on.alloc(found.byteLength, scan.name);
  try {
    const y = { block, byteOffset: 0 };
    on.run(scan, x.dtype, { n: x.size, x: x.operand(), y });
    readNow(block, 0, found);
  } finally {
    on.free(block);
  }
  return found;
}

/** As checkFinite(), of numbers in JavaScript memory that fill `shape` row by row. */
export function checkValues(op: string, values: DataArray, shape: Shape, rule: FiniteRule = ofOperands): number {
  let top = 0;
  for (let k = 0; k < values.length; k++) {
    const size = Math.abs(values[k]!);
    if (!(size < Infinity)) refuse(op, values[k]!, k, shape, rule);
    if (size > top) top = size;
  }
  return top;
}

function refuse(op: string, value: number, at: number, shape: Shape, { rule, remedy }: FiniteRule): never {
  const index = new Array<number>(shape.length);
  for (let k = shape.length - 1, rest = at; k >= 0; k--) {
    index[k] = rest % shape[k]!;
    rest = Math.floor(rest / shape[k]!);
  }
  const got = `${value} at ${showShape(index)} of ${showShape(shape)}`;
  throw new NonFiniteError(op, rule, got, remedy);
}
