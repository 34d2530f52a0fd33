import fc from 'fast-check';
import * as ht from '../../src/decompose/ht/index.ts';
import type { Real } from '../../src/dtype.ts';
import { DtypeError, NonFiniteError, RankError, ShapeError } from '../../src/errors.ts';
import { ranksOf } from '../../src/formats/network.ts';
import { ones, tensor, zeros } from '../../src/tensor/create.ts';
import { dense } from '../../src/testing/dense.ts';
import * as laws from '../laws/treeDecompose.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { holds } from '../support/runs.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';
import { noiseOf } from '../support/trains.ts';

const test = suite('ht.decompose');
const backends = [wasmBackend(), referenceBackend()];
const dtypes: readonly Real[] = ['f64', 'f32'];

function each(check: (impl: laws.TreeDecomposition, dtype: Real, runs: number) => void): void {
  for (const on of backends) {
    for (const dtype of dtypes) {
      check(laws.decompositionOn(on, dtype, ht.decompose), dtype, on === backends[0] ? 12 : 3);
    }
  }
}

const shape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 });
const sample = fc.tuple(shape, fc.integer({ min: 1, max: 1e6 }));
/** Small ones, and large ones near which some tensor's error comes. */
const errors = fc.oneof(
  fc.constantFrom(0, 1e-12, 1e-6, 1e-3),
  fc.integer({ min: 10, max: 95 }).map((n) => n / 100),
);

test('keeps eps over the whole tensor, knows its error, and is quasi-optimal at given ranks', () => {
  each((impl, dtype, runs) => {
    holds(
      runs,
      fc.property(sample, errors, fc.integer({ min: 1, max: 4 }), ([sizes, seed], eps, rank) => {
        const a = noiseOf(sizes, seed, dtype);
        laws.errorIsGlobal(impl, a, eps);
        laws.ranksAreQuasiOptimal(impl, a, rank);
        laws.partsAreOrthonormal(impl, a, eps);
      }),
    );
  });
});

test('never spends more than eps where many small pieces could be left out', () => {
  const impl = laws.decompositionOn(backends[0]!, 'f64', ht.decompose);
  for (const a of [noiseOf([9, 8, 10], 1, 'f64'), noiseOf([6, 5, 6, 5], 2, 'f64')]) {
    for (let eps = 0.3; eps < 1; eps += 0.05) laws.errorIsGlobal(impl, a, eps);
  }
});

test('finds planted ranks, and passes powers of two through', () => {
  each((impl, dtype, runs) => {
    holds(
      runs,
      fc.property(sample, fc.constantFrom(-1, 1), ([sizes, seed], sign) => {
        const a = noiseOf(sizes, seed, dtype);
        laws.plantedRanksAreFound(impl, impl.decompose(a, { rank: 2 }), dtype === 'f64' ? 1e-10 : 1e-4);
        laws.powersPassThrough(impl, a, { rank: 3 }, sign * (dtype === 'f64' ? 400 : 60));
      }),
    );
  });
});

test('has small ranks on 1 / (i + j + ...), the same at every bond of a level', () => {
  const a = dense([10, 10, 10, 10, 10], (at) => {
    let sum = 5;
    for (let rest = at; rest > 0; rest = Math.floor(rest / 10)) sum += rest % 10;
    return 1 / sum;
  });
  const impl = laws.decompositionOn(backends[0]!, 'f64', ht.decompose);
  for (const [eps, most, error] of [
    [1e-2, 2, 4.999e-3],
    [1e-4, 4, 2.763e-5],
    [1e-6, 6, 6.365e-7],
    [1e-8, 8, 8.341e-10],
  ] as const) {
    const x = impl.decompose(a, { eps });
    assert.is(Math.max(...Object.values(ranksOf(x))), most);
    assert.ok(Math.abs(x.report.error / error - 1) < 1e-3, `${x.report.error} at ${eps}`);
    laws.errorIsGlobal(impl, a, eps);
  }
});

test('takes zeros, vectors and matrices, tells of every bond, and refuses the rest', () => {
  const zero = ht.decompose(zeros([3, 4, 2]), { eps: 1e-3 });
  for (const r of Object.values(ranksOf(zero))) assert.is(r, 1);
  assert.is(zero.report.error, 0);
  assert.equal(Object.keys(ht.decompose(ones([5]), { eps: 0.1 }).parts), ['factor0']);
  const steps: number[] = [];
  const x = ht.decompose(ones([2, 3, 4]), { eps: 0.1, onProgress: ({ step, of }) => steps.push(step, of) });
  assert.equal(steps, [1, 4, 2, 4, 3, 4, 4, 4]);
  assert.is(x.report.history.length, 4);
  throws(() => ht.decompose(ones([3, 4]), {}), RankError, /a rank or an eps/);
  throws(() => ht.decompose(zeros([0, 4]), { eps: 0.1 }), ShapeError, /each of size >= 1/);
  throws(() => ht.decompose(ones([2, 4], 'i32'), { eps: 0.1 }), DtypeError, /f32 and f64/);
  throws(() => ht.decompose(tensor([[1, Number.POSITIVE_INFINITY]]), { eps: 0.1 }), NonFiniteError, /ht.decompose/);
  assert.throws(
    () => ht.decompose(ones([2, 3]), { eps: 0.1, signal: AbortSignal.abort(new Error('enough')) }),
    /enough/,
  );
});

test('keeps to its memory', () => {
  for (const dtype of dtypes) {
    for (const sizes of [
      [10, 10000],
      [10000, 10],
    ]) {
      const peak = laws.peakOf(wasmBackend(), sizes, dtype, (a) => ht.decompose(a, { eps: 1e-3 }));
      assert.ok(peak <= 4, `${sizes} in ${dtype}: ${peak.toFixed(2)} times the input`);
    }
    for (const sizes of [
      [30, 30, 30],
      [4, 4, 4, 4, 4, 4, 4],
    ]) {
      const peak = laws.peakOf(wasmBackend(), sizes, dtype, (a) => ht.decompose(a, { rank: 8 }));
      assert.ok(peak <= 6, `${sizes} in ${dtype}: ${peak.toFixed(2)} times the input`);
    }
  }
});

test.run();
