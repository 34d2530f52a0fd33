import fc from 'fast-check';
import * as lowRank from '../../src/decompose/lowRank/index.ts';
import type { Real } from '../../src/dtype.ts';
import { NonFiniteError, RankError, ShapeError } from '../../src/errors.ts';
import { ranksOf } from '../../src/formats/network.ts';
import { ones, tensor, zeros } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { distance, normOf, sumOf } from '../../src/testing/dense.ts';
import { unfoldedValues } from '../../src/testing/tt/cores.ts';
import * as laws from '../laws/treeDecompose.ts';
import { permutedOf } from '../laws/tuckerDense.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { holds } from '../support/runs.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';
import { noiseOf } from '../support/trains.ts';

const test = suite('lowRank.decompose');
const backends = [wasmBackend(), referenceBackend()];
const dtypes: readonly Real[] = ['f64', 'f32'];

function each(check: (impl: laws.TreeDecomposition, dtype: Real, runs: number) => void): void {
  for (const on of backends) {
    for (const dtype of dtypes) {
      check(laws.decompositionOn(on, dtype, lowRank.decompose), dtype, on === backends[0] ? 20 : 4);
    }
  }
}

const shape = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 });
const sample = fc.tuple(shape, fc.integer({ min: 1, max: 1e6 }));

test('is the best approximation of its rank, and keeps eps', () => {
  each((impl, dtype, runs) => {
    holds(
      runs,
      fc.property(
        sample,
        fc.constantFrom(0, 1e-6, 0.1, 0.5),
        fc.integer({ min: 1, max: 5 }),
        ([sizes, seed], eps, rank) => {
          const a = noiseOf(sizes, seed, dtype);
          laws.errorIsGlobal(impl, a, eps);
          const x = impl.decompose(a, { rank });
          const tail = unfoldedValues(a, 1).slice(ranksOf(x).r!);
          const best = Math.sqrt(sumOf(tail, (s) => s * s));
          const slack = 20 * impl.unit * normOf(a) * (dtype === 'f32' ? 2 : 1);
          assert.ok(Math.abs(distance(impl.full(x), a) - best) <= slack);
          laws.powersPassThrough(impl, a, { rank }, dtype === 'f64' ? 400 : -60);
        },
      ),
    );
  });
});

test('shares the singular values evenly between the factors', () => {
  each((impl, dtype) => {
    const a = noiseOf([7, 4, 3], 5, dtype);
    const x = impl.decompose(a, { rank: 4 });
    const values = unfoldedValues(a, 1);
    const [left, right] = [dataSync(x.parts.left!), dataSync(x.parts.right!)];
    for (let r = 0; r < 4; r++) {
      const column = Math.sqrt(
        sumOf({ length: 7 } as ArrayLike<number>, (_, i) => left[i * 4 + r]! * left[i * 4 + r]!),
      );
      const row = Math.sqrt(
        sumOf({ length: 12 } as ArrayLike<number>, (_, j) => right[r * 12 + j]! * right[r * 12 + j]!),
      );
      assert.ok(Math.abs(column / Math.sqrt(values[r]!) - 1) < 100 * impl.unit);
      assert.ok(Math.abs(row / Math.sqrt(values[r]!) - 1) < 100 * impl.unit);
    }
  });
});

test('takes rows and columns from the roles of axes', () => {
  const impl = laws.decompositionOn(backends[0]!, 'f64', lowRank.decompose);
  const a = noiseOf([3, 4, 5, 2], 8, 'f64');
  const kernel = impl.decompose(a, { rank: 2, roles: ['out', 'in', 'window', 'window'] });
  assert.equal(kernel.net.parts, { left: ['o0', 'r'], right: ['r', 'i0', 'w0', 'w1'] });
  const mixed = impl.decompose(a, { rank: 3, roles: ['in', 'out', 'in', 'out'] });
  assert.equal(mixed.net.parts, { left: ['o0', 'o1', 'r'], right: ['r', 'i0', 'i1'] });
  const tail = unfoldedValues(permutedOf(a, [1, 3, 0, 2]), 2).slice(3);
  assert.ok(Math.abs(mixed.report.error * normOf(a) - Math.sqrt(sumOf(tail, (s) => s * s))) < 1e-13);
  assert.ok(Math.abs(distance(impl.full(mixed), a) - mixed.report.error * normOf(a)) < 1e-13);
  const tall = impl.decompose(a, { eps: 1e-12, roles: ['out', 'out', 'out', 'in'] });
  assert.equal(tall.parts.left!.shape, [3, 4, 5, 2]);
  throws(() => lowRank.decompose(ones([2, 3]), { rank: 1, roles: ['out'] }), ShapeError, /'out', 'in' or 'window'/);
});

test('takes zeros and vectors, and refuses what it cannot take', () => {
  const zero = lowRank.decompose(zeros([3, 4]), { eps: 0.1 });
  assert.is(ranksOf(zero).r, 1);
  assert.ok(
    dataSync(zero.parts.left!).some((v) => v !== 0),
    'a factor can be trained away from zero',
  );
  assert.is(lowRank.decompose(ones([5]), { rank: 3 }).report.error < 1e-6, true);
  throws(() => lowRank.decompose(ones([2, 3]), { rank: 0.5 }), RankError, /rank/);
  throws(() => lowRank.decompose(tensor([[Number.NaN, 1]]), { rank: 1 }), NonFiniteError, /lowRank.decompose/);
});

test('keeps to its memory', () => {
  for (const dtype of dtypes) {
    for (const sizes of [
      [10, 10000],
      [10000, 10],
      [8, 100, 90],
    ]) {
      const peak = laws.peakOf(wasmBackend(), sizes, dtype, (a) => lowRank.decompose(a, { eps: 1e-3 }));
      assert.ok(peak <= 4, `${sizes} in ${dtype}: ${peak.toFixed(2)} times the input`);
    }
  }
});

test.run();
