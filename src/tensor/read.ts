/** Reading tensors: sync points, where trouble met by kernels is told. */

import { trouble } from '../backend/current.ts';
import { arrayOf, type DataArray } from '../dtype.ts';
import { ConvergenceError, ShapeError, SingularError } from '../errors.ts';
import { Status } from '../kernels/kernel.ts';
import { isRowMajor, showShape } from '../shape.ts';
import type { Nested } from './create.ts';
import { readNow } from './storage.ts';
import type { Tensor } from './tensor.ts';

/** Throws where a kernel has met trouble since the last sync point. */
export function sync(): void {
  const met = trouble();
  if (met === null) return;
  const { kernel, code, detail } = met;
  if (code === Status.index) {
    throw new ShapeError(kernel, 'indices and labels lie inside their table', String(detail), 'check the data');
  }
  if (code === Status.pivot) {
    throw new SingularError(kernel, 'pivots are not zero', `a bad one at ${detail}`, 'check the rank of the matrix');
  }
  const what = `${detail} iterations`;
  throw new ConvergenceError(kernel, 'the iteration converges', what, 'check that the input is finite and well scaled');
}

/** The elements as a new dense row-major typed array. */
export function dataSync(x: Tensor): DataArray {
  const { storage } = x;
  storage.check('dataSync');
  sync();
  if (storage.array !== null) return gatherStrided(x, storage.array, x.offset);
  if (isRowMajor(x.shape, x.strides)) {
    const into = arrayOf(x.dtype, x.size);
    if (into.length > 0) readNow(storage.block!, storage.operand(x.offset).byteOffset, into);
    return into;
  }
  const all = arrayOf(x.dtype, storage.length);
  readNow(storage.block!, 0, all);
  return gatherStrided(x, all, x.offset);
}

/** As dataSync, for backends whose reads must wait. */
export async function data(x: Tensor): Promise<DataArray> {
  const { storage } = x;
  if (storage.array !== null || storage.block?.backend.readSync !== undefined) return dataSync(x);
  storage.check('data');
  const all = arrayOf(x.dtype, storage.length);
  await storage.block!.backend.read({ block: storage.block!, byteOffset: 0 }, all);
  return gatherStrided(x, all, x.offset);
}

function gatherStrided(x: Tensor, from: DataArray, offset: number): DataArray {
  const size = x.size;
  if (isRowMajor(x.shape, x.strides)) return from.slice(offset, offset + size);
  const out = arrayOf(x.dtype, size);
  const { shape, strides, order } = x;
  const index = new Array<number>(order).fill(0);
  for (let k = 0, at = offset; k < size; k++) {
    out[k] = from[at]!;
    for (let axis = order - 1; axis >= 0; axis--) {
      at += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

/** The elements as nested arrays of numbers. */
export function toArray(x: Tensor): Nested {
  const values = dataSync(x);
  let next = 0;
  const build = (depth: number): Nested =>
    depth === x.order ? values[next++]! : Array.from({ length: x.shape[depth]! }, () => build(depth + 1));
  return build(0);
}

/** The only element of a tensor of size 1. */
export function item(x: Tensor): number {
  if (x.size !== 1) throw new ShapeError('item', 'the tensor has one element', showShape(x.shape), 'reduce it first');
  return dataSync(x)[0]!;
}
