/** Entries of trains, without forming the tensor: one row vector through all cores for each. O(d r^2) an entry. */

import { DtypeError, ShapeError } from '../errors.ts';
import type { Factored } from '../formats/network.ts';
import { gather as gatherRows } from '../ops/gather.ts';
import { matmul } from '../ops/matmul.ts';
import { reshape } from '../ops/reshape.ts';
import { transpose } from '../ops/transpose.ts';
import { showShape } from '../shape.ts';
import { own } from '../tensor/create.ts';
import { dataSync, item } from '../tensor/read.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { modesByAxis, modesByCore, trainOf } from './train.ts';

/** The entry at one index for each axis. Throws ShapeError for indices that lie outside. */
export function element(x: Factored, index: readonly number[]): number {
  if (index.length !== x.axes.length) {
    const rule = `an index has a number for each of ${x.axes.length} axes`;
    throw new ShapeError('element', rule, `[${index.join(', ')}]`, 'correct the index');
  }
  // Before they become i32.
  const shape = x.shape;
  index.forEach((i, k) => checkIndex('element', i, shape[k]!, k));
  return scope(() => item(entries('element', x, Int32Array.from(index), 1)));
}

/**
 * The entries at index [count, axes] of i32, one row for each: [count]. Differentiable in the cores. Throws ShapeError for
 * indices that lie outside or do not fit, DtypeError for others than i32.
 */
export function gather(x: Factored, index: Tensor): Tensor {
  if (index.dtype !== 'i32') {
    throw new DtypeError('gather', 'indices are i32', index.dtype, "convert with cast(x, 'i32')");
  }
  if (index.order !== 2 || index.shape[1] !== x.axes.length) {
    const rule = `indices have the shape [count, ${x.axes.length}]`;
    throw new ShapeError('gather', rule, showShape(index.shape), 'give a row for each entry');
  }
  const [shape, count] = [x.shape, index.shape[0]!];
  const rows = dataSync(index) as Int32Array;
  rows.forEach((i, k) => checkIndex('gather', i, shape[k % shape.length]!, k % shape.length));
  return scope(() => entries('gather', x, rows, count));
}

function checkIndex(op: string, i: number, n: number, axis: number): void {
  if (Number.isInteger(i) && i >= 0 && i < n) return;
  throw new ShapeError(op, `an index lies in 0..${n - 1} along axis ${axis}`, String(i), 'correct the index');
}

function entries(op: string, x: Factored, rows: Int32Array, count: number): Tensor {
  const merged = indexByCore(op, x, rows, count);
  let v: Tensor | null = null;
  trainOf(op, x).cores.forEach((core, k) => {
    // [count, r, s], one matrix for each entry.
    const matrices = gatherRows(transpose(core, [1, 0, 2]), own(merged[k]!, [count]));
    v = v === null ? matrices : matmul(v, matrices);
  });
  return reshape(v!, [count]);
}

/** For each core the place in its merged modes, of every row of indices. */
function indexByCore(op: string, x: Factored, rows: Int32Array, count: number): Int32Array[] {
  const axes = modesByAxis(x);
  const digits = new Map(axes.flatMap((axis) => axis.map(({ label }) => [label, new Int32Array(count)] as const)));
  axes.forEach((axis, a) => {
    for (let row = 0; row < count; row++) {
      let rest = rows[row * axes.length + a]!;
      for (let k = axis.length - 1; k >= 0; k--) {
        const { label, size } = axis[k]!;
        digits.get(label)![row] = rest % size;
        rest = Math.floor(rest / size);
      }
    }
  });
  return modesByCore(op, x).map((modes) => {
    const merged = new Int32Array(count);
    for (const { label, size } of modes) {
      const own = digits.get(label)!;
      for (let row = 0; row < count; row++) merged[row] = merged[row]! * size + own[row]!;
    }
    return merged;
  });
}
