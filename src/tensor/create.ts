/** Making tensors from numbers. */

import { backend } from '../backend/current.ts';
import { arrayOf, bytesOf, type DataArray, type Dtype, dtypeOf } from '../dtype.ts';
import { DtypeError, OutOfMemoryError, ShapeError } from '../errors.ts';
import { checkShape, rowMajor, type Shape, showShape, sizeOf } from '../shape.ts';
import { adopt, inScope } from './scope.ts';
import { Storage } from './storage.ts';
import { Tensor } from './tensor.ts';

/** Numbers nested to any depth, all rows of one length. */
export type Nested = number | readonly Nested[];

/** A tensor over `data`, which it owns from now on: in JavaScript memory outside scopes, resident inside. */
export function own(data: DataArray, shape: Shape): Tensor {
  const dtype = dtypeOf(data)!;
  if (!inScope()) return new Tensor(Storage.host(dtype, data), shape, rowMajor(shape));
  const storage = Storage.resident(dtype, data.length, 'tensor', shape);
  adopt(storage);
  backend().write(storage.operand(0), data);
  return new Tensor(storage, shape, rowMajor(shape));
}

/** A resident tensor of the current scope, not cleared: for results of kernels. */
export function blank(op: string, shape: Shape, dtype: Dtype): Tensor {
  const storage = Storage.resident(dtype, sizeOf(shape), op, shape);
  adopt(storage);
  return new Tensor(storage, shape, rowMajor(shape));
}

/**
 * A tensor from a number, nested arrays or a typed array. Typed arrays keep their dtype, numbers become f32; `dtype`
 * converts. `shape` is needed for flat data of higher order. Data is copied.
 * Throws ShapeError where rows differ in length or the sizes do not multiply to the data's length.
 */
export function tensor(data: Nested | DataArray, shape?: Shape, dtype?: Dtype): Tensor {
  const flat = ArrayBuffer.isView(data) ? typed(data, dtype) : nested(data, dtype ?? 'f32');
  const sizes = shape ?? flat.shape;
  checkShape('tensor', sizes);
  if (sizeOf(sizes) !== flat.values.length) {
    throw new ShapeError(
      'tensor',
      'the sizes multiply to the number of values',
      `${showShape(sizes)} for ${flat.values.length}`,
      'correct the shape',
    );
  }
  return own(flat.values, [...sizes]);
}

function typed(data: DataArray, dtype: Dtype | undefined): { values: DataArray; shape: number[] } {
  const own = dtypeOf(data);
  if (own === undefined) {
    throw new DtypeError(
      'tensor',
      'typed arrays hold f32, f64, i32 or u8',
      Object.prototype.toString.call(data),
      'convert it first',
    );
  }
  // Not slice(): that of a Node Buffer shares memory.
  const values = arrayOf(dtype ?? own, data.length);
  values.set(data);
  return { values, shape: [data.length] };
}

function nested(data: Nested, dtype: Dtype): { values: DataArray; shape: number[] } {
  const shape: number[] = [];
  for (let row = data; typeof row !== 'number'; row = row[0]!) {
    if (!Array.isArray(row)) {
      throw new ShapeError('tensor', 'data is a number, nested arrays or a typed array', typeof row, 'pass numbers');
    }
    shape.push(row.length);
    if (row.length === 0) break;
  }
  checkShape('tensor', shape);
  const values = arrayOf(dtype, sizeOf(shape));
  let next = 0;
  const fill = (row: Nested, depth: number): void => {
    if (depth === shape.length) {
      if (typeof row !== 'number') {
        throw new ShapeError(
          'tensor',
          'rows have one length',
          `an element ${String(row)} at depth ${depth}`,
          'pad the rows',
        );
      }
      values[next++] = row;
      return;
    }
    const found = Array.isArray(row) ? row.length : -1;
    if (found !== shape[depth]) {
      throw new ShapeError(
        'tensor',
        `rows at depth ${depth} have length ${shape[depth]}`,
        found < 0 ? typeof row : String(found),
        'pad the rows',
      );
    }
    for (const x of row as readonly Nested[]) fill(x, depth + 1);
  };
  fill(data, 0);
  return { values, shape };
}

/** What linear memory can address, and so more than any tensor can have. */
const MOST_BYTES = 4294967296;

function room(op: string, shape: Shape, dtype: Dtype): DataArray {
  checkShape(op, shape);
  const bytes = sizeOf(shape) * arrayOf(dtype, 0).BYTES_PER_ELEMENT;
  if (bytes > MOST_BYTES) throw new OutOfMemoryError(op, bytes, 0, MOST_BYTES, shape);
  return arrayOf(dtype, sizeOf(shape));
}

/** A tensor of one value everywhere. */
export function full(shape: Shape, value: number, dtype: Dtype = 'f32'): Tensor {
  const values = room('full', shape, dtype);
  if (value !== 0) values.fill(value);
  return own(values, [...shape]);
}

export function zeros(shape: Shape, dtype: Dtype = 'f32'): Tensor {
  return full(shape, 0, dtype);
}

export function ones(shape: Shape, dtype: Dtype = 'f32'): Tensor {
  return full(shape, 1, dtype);
}

/** The n x n identity. */
export function eye(n: number, dtype: Dtype = 'f32'): Tensor {
  const values = room('eye', [n, n], dtype);
  for (let k = 0; k < n; k++) values[k * n + k] = 1;
  return own(values, [n, n]);
}

/** start, start + 1, ... below `stop`. */
export function range(start: number, stop: number, dtype: Dtype = 'f32'): Tensor {
  const count = Math.max(0, Math.ceil(stop - start));
  const values = room('range', [count], dtype);
  for (let k = 0; k < count; k++) values[k] = start + k;
  return own(values, [count]);
}

/** Bytes of a tensor's elements. */
export function byteSize(x: Tensor): number {
  return x.size * bytesOf(x.dtype);
}
