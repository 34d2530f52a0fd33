import { Softmax, softmax } from '../../src/kernels/softmax.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { expectClose, runKernel } from '../support/kernelrun.ts';
import { seeded } from '../support/random.ts';
import { assert, test } from '../support/test.ts';

kernelLaws(softmax);

const rowsOf = (x: Float64Array, columns: number, code: number): ArrayLike<number> =>
  runKernel(softmax, 'f64', { code, rows: x.length / columns, columns, x, y: new Float64Array(x.length) }).after.y!;

test('rows are e^x over its sum, and their logarithms', () => {
  for (const columns of [1, 2, 10, 33, 100]) {
    const random = seeded(columns);
    const x = Float64Array.from({ length: 3 * columns }, () => 5 * random());
    const want = x.map((value, k) => {
      const row = k - (k % columns);
      return Math.exp(value) / x.slice(row, row + columns).reduce((sum, other) => sum + Math.exp(other), 0);
    });
    expectClose(rowsOf(x, columns, Softmax.plain), want, 1e-15, 'y');
    expectClose(rowsOf(x, columns, Softmax.logarithm), want.map(Math.log), 1e-14, 'log y');
  }
});

test('rows sum to 1 and do not overflow, however large the numbers', () => {
  const x = Float64Array.from([1e6, 1e6 - 1, -1e6, 0, 1e300, -1e300, 1e300, 5, -800, -801, -802, -900]);
  const y = rowsOf(x, 4, Softmax.plain);
  for (let row = 0; row < 3; row++) {
    assert.ok(Math.abs(y[4 * row]! + y[4 * row + 1]! + y[4 * row + 2]! + y[4 * row + 3]! - 1) < 1e-15);
  }
  assert.is(y[4], 0.5);
  assert.is(rowsOf(x, 4, Softmax.logarithm)[2], -2e6 - Math.log1p(Math.exp(-1)));
});

test('NaN stays in its row', () => {
  const y = rowsOf(Float64Array.of(1, NaN, 3, 1, 2, 3), 3, Softmax.plain);
  assert.equal(Array.from(y, Number.isNaN), [true, true, true, false, false, false]);
});

test.run();
