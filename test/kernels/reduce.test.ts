import { ReferenceBackend } from '../../src/backend/reference.ts';
import { Reduce, reduce } from '../../src/kernels/reduce.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { seeded } from '../support/random.ts';
import { assert, test } from '../support/test.ts';

kernelLaws(reduce);

/** The sum over the rows of a column-wise or row-wise stored [rows, columns] matrix. */
function columnSums(
  values: Float32Array,
  rows: number,
  columns: number,
  rowStride: number,
  columnStride: number,
): Float32Array {
  const backend = new ReferenceBackend();
  const x = { block: backend.alloc(values.byteLength, 'test'), byteOffset: 0 };
  const y = { block: backend.alloc(4 * columns, 'test'), byteOffset: 0 };
  backend.write(x, values);
  backend.run(reduce, 'f32', {
    op: Reduce.sum,
    keptOrder: 1,
    kept: [columns],
    keptStrides: [columnStride],
    reducedOrder: 1,
    reduced: [rows],
    reducedStrides: [rowStride],
    x,
    y,
  });
  const into = new Float32Array(columns);
  backend.readSync(y, into);
  return into;
}

test('the bits of a sum do not depend on the layout', () => {
  const [rows, columns] = [1500, 3];
  const random = seeded(1);
  const values = Float32Array.from({ length: rows * columns }, () => random());
  const transposed = values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!);
  assert.equal(columnSums(values, rows, columns, columns, 1), columnSums(transposed, rows, columns, 1, rows));
});

test('a long sum in single precision keeps its digits', () => {
  const n = 300_000;
  const random = seeded(2);
  const values = Float32Array.from({ length: n }, () => 1 + random());
  const exact = values.reduce((sum, x) => sum + x, 0);
  const [sum] = columnSums(values, n, 1, 1, 1);
  const error = Math.abs(sum! - exact) / exact;
  // Adding one after the other loses about 1e-4 here.
  assert.ok(error < 1e-6, `relative error ${error}`);
});

test.run();
