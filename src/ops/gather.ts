/** Rows by index, and its transpose. An index outside the table throws ShapeError at the next sync point. */

import { type Dtype, realDtype } from '../dtype.ts';
import { DtypeError, ShapeError } from '../errors.ts';
import { fill } from '../kernels/fill.ts';
import { gather as gatherKernel } from '../kernels/gather.ts';
import { scatterAdd as scatterAddKernel } from '../kernels/scatterAdd.ts';
import { checkShape, type Shape, sameShape, showShape, sizeOf } from '../shape.ts';
import { range, zeros } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { equal } from './binary.ts';
import { cast } from './cast.ts';
import { contiguous } from './contiguous.ts';
import { apply, type Op } from './op.ts';
import { sum } from './reduce.ts';
import { expandDims } from './reshape.ts';
import { where } from './where.ts';

const gatherOp: Op = {
  name: 'gather',
  infer([table, index]) {
    checkIndex('gather', index!);
    if (table!.order === 0) throw new ShapeError('gather', 'the table has rows', showShape(table!.shape), 'reshape it');
    return { shape: [...index!.shape, ...table!.shape.slice(1)], dtype: table!.dtype };
  },
  forward([y], [table, index], _, on) {
    on.run(gatherKernel, y!.dtype, {
      rows: table!.shape[0]!,
      n: index!.size,
      width: sizeOf(table!.shape.slice(1)),
      table: table!.operand(),
      index: index!.operand(),
      y: y!.operand(),
    });
  },
  vjp: ([g], { inputs: [table, index] }) => [scatterAdd(g!, index!, table!.shape[0]!), null],
};

const scatterAddOp: Op<number> = {
  name: 'scatterAdd',
  infer([x, index], rows) {
    checkIndex('scatterAdd', index!);
    const lead = x!.shape.slice(0, index!.order);
    if (!sameShape(lead, index!.shape)) {
      const got = `${showShape(x!.shape)} for ${showShape(index!.shape)}`;
      throw new ShapeError('scatterAdd', 'there is one index for each row', got, 'reshape one of them');
    }
    const shape = [rows, ...x!.shape.slice(index!.order)];
    checkShape('scatterAdd', shape);
    return { shape, dtype: realDtype('scatterAdd', [x!]) };
  },
  forward([y], [x, index], rows, on) {
    on.run(fill, y!.dtype, { n: y!.size, value: 0, y: y!.operand() });
    on.run(scatterAddKernel, y!.dtype, {
      rows,
      n: index!.size,
      width: sizeOf(y!.shape.slice(1)),
      x: x!.operand(),
      index: index!.operand(),
      y: y!.operand(),
    });
  },
  vjp: ([g], { inputs: [, index] }) => [gather(g!, index!), null],
};

function checkIndex(op: string, index: Tensor): void {
  if (index.dtype !== 'i32') throw new DtypeError(op, 'indices are i32', index.dtype, "convert with cast(x, 'i32')");
}

/** table [rows, ...] at index [...] of i32: [...index, ...]. Throws DtypeError for other indices. */
export function gather(table: Tensor, index: Tensor): Tensor {
  return apply(gatherOp, [contiguous(table), contiguous(index)], undefined);
}

/**
 * x [...index, ...] and index [...] to [rows, ...]: row r is the sum of all x[i] with index[i] = r. Throws ShapeError
 * where they do not fit, DtypeError for integer x.
 */
export function scatterAdd(x: Tensor, index: Tensor, rows: number): Tensor {
  return apply(scatterAddOp, [contiguous(x), contiguous(index)], rows);
}

/** index [...] to [..., count]: 1 at the index and 0 elsewhere. */
export function oneHot(index: Tensor, count: number, dtype: Dtype = 'f32'): Tensor {
  // Only for its complaint about indices that lie outside.
  gather(zeros([count], 'u8'), index);
  return cast(equal(expandDims(cast(index, 'f64'), -1), range(0, count, 'f64')), dtype);
}

/**
 * x [..., n] at index [...] of i32: one element of each row. Throws ShapeError where the leading sizes differ.
 */
export function takeAlong(x: Tensor, index: Tensor): Tensor {
  const lead: Shape = x.shape.slice(0, -1);
  if (x.order === 0 || !sameShape(lead, index.shape)) {
    const got = `${showShape(x.shape)} and ${showShape(index.shape)}`;
    throw new ShapeError('takeAlong', 'there is one index for each row', got, 'reshape one of them');
  }
  return sum(where(oneHot(index, x.shape.at(-1)!, x.dtype), x, 0), -1);
}
