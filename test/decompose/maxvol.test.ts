/** Rows of great volume, against all choices of rows, and what their definition promises. */

import fc from 'fast-check';
import type { Real } from '../../src/dtype.ts';
import { DtypeError, FormatError, NonFiniteError, ShapeError } from '../../src/errors.ts';
import { maxvol } from '../../src/decompose/tt/maxvol.ts';
import { gather } from '../../src/ops/gather.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { normal } from '../../src/ops/random.ts';
import { key } from '../../src/random.ts';
import { full, tensor, zeros } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { wasmBackend } from '../support/backends.ts';
import { leakFree } from '../support/leaks.ts';
import { holds } from '../support/runs.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('maxvol');

const drawn = (m: number, r: number, seed: number, dtype: Real = 'f64'): Tensor => normal(key(seed), [m, r], { dtype });

/** |det| of rows of a matrix [m, r], by elimination. */
function volume(a: Tensor, rows: readonly number[]): number {
  const r = a.shape[1]!;
  const values = dataSync(a);
  const M = rows.map((i) => Array.from(values.subarray(i * r, (i + 1) * r)));
  let det = 1;
  for (let k = 0; k < r; k++) {
    const pivot = M.map((row, i) => (i < k ? -1 : Math.abs(row[k]!))).reduce(
      (best, x, i, all) => (x > all[best]! ? i : best),
      k,
    );
    [M[k], M[pivot]] = [M[pivot]!, M[k]!];
    det *= Math.abs(M[k]![k]!);
    for (let i = k + 1; i < r; i++) {
      const factor = M[i]![k]! / M[k]![k]!;
      for (let j = k; j < r; j++) M[i]![j]! -= factor * M[k]![j]!;
    }
  }
  return det;
}

function* choices(m: number, r: number, from = 0): Generator<number[]> {
  if (r === 0) yield [];
  else for (let i = from; i <= m - r; i++) for (const rest of choices(m, r - 1, i + 1)) yield [i, ...rest];
}

test('gives coefficients at most eps, and the identity at its rows', () => {
  const sizes = fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 30 }), fc.integer());
  holds(
    60,
    fc.property(sizes, fc.constantFrom(1, 1.05, 1.5, 3), ([r, more, seed], eps) => {
      const a = drawn(r + more, r, seed);
      const { rows, coefficients, largest } = maxvol(a, { eps, swaps: 1000 });
      const B = dataSync(coefficients);
      assert.is(new Set(rows).size, r);
      assert.is(largest, Math.max(...B.map(Math.abs)));
      assert.ok(largest <= eps);
      rows.forEach((row, k) => {
        for (let j = 0; j < r; j++) assert.is(Math.abs(B[row * r + j]!), j === k ? 1 : 0);
      });
      const back = dataSync(matmul(coefficients, gather(a, tensor(rows))));
      const values = dataSync(a);
      back.forEach((x, k) => {
        assert.ok(Math.abs(x - values[k]!) < 1e-12);
      });
    }),
  );
});

test('reaches nearly the greatest volume of all choices', () => {
  holds(
    25,
    fc.property(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 6 }), fc.integer(), (r, more, seed) => {
      const m = r + more;
      const a = drawn(m, r, seed);
      const best = Math.max(...[...choices(m, r)].map((rows) => volume(a, rows)));
      const found = volume(a, [...maxvol(a, { eps: 1 }).rows]);
      // Dominance gives r^(r/2) (Goreinov et al. 2010, lemma 1).
      assert.ok(found <= best * (1 + 1e-12) && found >= best / r ** (r / 2), `${found} of ${best}`);
    }),
  );
});

test('finds rows that stand out', () => {
  const a = zeros([20, 2], 'f64');
  const values = dataSync(a);
  values.set([1, 2], 2 * 7);
  values.set([3, -1], 2 * 11);
  values.fill(0.1, 0, 6);
  const { rows } = maxvol(tensor(values, [20, 2]));
  assert.equal(
    [...rows].sort((x, y) => x - y),
    [7, 11],
  );
});

test('takes matrices that are square, of one column, of dependent or tiny columns, and f32', () => {
  assert.is(maxvol(drawn(4, 4, 1)).largest, 1);
  assert.equal([...maxvol(tensor([1, -5, 3], [3, 1], 'f64')).rows], [1]);
  for (const scale of [1, 1e-200, 1e200]) {
    const column = dataSync(drawn(9, 1, 3));
    const twice = tensor(
      Float64Array.from({ length: 18 }, (_, k) => scale * column[k >> 1]!),
      [9, 2],
    );
    const { rows, coefficients, largest } = maxvol(twice);
    assert.ok(largest <= 1.05);
    const back = dataSync(matmul(coefficients, gather(twice, tensor(rows))));
    dataSync(twice).forEach((x, k) => {
      assert.ok(Math.abs(back[k]! - x) <= 1e-13 * scale);
    });
  }
  assert.ok(maxvol(zeros([5, 3], 'f64')).largest <= 1.05);
  const single = maxvol(drawn(30, 4, 5, 'f32'));
  assert.is(single.coefficients.dtype, 'f32');
  assert.equal(single.rows, maxvol(drawn(30, 4, 5, 'f32')).rows);
});

test('stops after its swaps', () => {
  const a = drawn(200, 8, 2);
  const [none, some] = [maxvol(a, { swaps: 0 }), maxvol(a)];
  assert.ok(none.largest > 1.05 && some.largest <= 1.05);
  assert.ok(volume(a, [...some.rows]) > volume(a, [...none.rows]));
});

test('leaves nothing behind', () => {
  leakFree(wasmBackend(), () => maxvol(drawn(20, 3, 1)));
});

test('what has no such rows is refused', () => {
  throws(() => maxvol(drawn(3, 4, 1)), ShapeError, /at least as many rows/);
  throws(() => maxvol(zeros([3, 0], 'f64')), ShapeError);
  throws(() => maxvol(zeros([2, 3, 3], 'f64')), ShapeError);
  throws(() => maxvol(zeros([3, 2], 'i32')), DtypeError);
  throws(() => maxvol(full([3, 2], Number.NaN)), NonFiniteError);
  throws(() => maxvol(drawn(3, 2, 1), { eps: 0.9 }), FormatError);
  throws(() => maxvol(drawn(3, 2, 1), { swaps: -1 }), FormatError);
});

test.run();
