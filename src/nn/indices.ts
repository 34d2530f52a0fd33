/** Indices of categories as layers take them: i32 tensors, or columns of whole numbers in an f32 table. */

import type { IndexColumn } from '../columns.ts';
import { DtypeError, ShapeError } from '../errors.ts';
import { own } from '../tensor/create.ts';
import { dataSync } from '../tensor/read.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** The values of i32 indices. Throws DtypeError for other dtypes, ShapeError for values outside 0..count - 1. */
export function indicesOf(op: string, index: Tensor, count: number): Int32Array {
  if (index.dtype !== 'i32') throw new DtypeError(op, 'indices are i32', index.dtype, "convert with cast(x, 'i32')");
  const values = dataSync(index) as Int32Array;
  const bad = values.find((i) => i < 0 || i >= count);
  if (bad === undefined) return values;
  throw new ShapeError(op, `an index lies in 0..${count - 1}`, String(bad), 'check the data');
}

/** An index column and where it stands in the table. */
export interface Placed {
  readonly column: IndexColumn;
  readonly at: number;
}

/**
 * Columns of a table x [batch, features] as i32 [batch, columns]. Throws ShapeError naming the column for values that are
 * not whole or not below its count.
 */
export function indexTable(op: string, x: Tensor, placed: readonly Placed[]): Tensor {
  const values = dataSync(x);
  const [batch, features] = x.shape as [number, number];
  const table = new Int32Array(batch * placed.length);
  placed.forEach(({ column: { name, count }, at }, k) => {
    for (let b = 0; b < batch; b++) {
      const value = values[b * features + at]!;
      if (!(value >= 0 && value < count && Math.floor(value) === value)) {
        const rule = `column '${name}' holds whole numbers from 0 to ${count - 1}`;
        throw new ShapeError(op, rule, `${value} in example ${b}`, 'check the data');
      }
      table[b * placed.length + k] = value;
    }
  });
  return own(table, [batch, placed.length]);
}

/** The number of distinct values among indices. */
export function distinctCount(index: Tensor): number {
  return new Set(dataSync(index)).size;
}
