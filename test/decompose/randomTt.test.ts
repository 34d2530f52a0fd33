/** Randomized TT-SVD keeps what TT-SVD promises: errors told to the last digit, ranks nearly as small. */

import fc from 'fast-check';
import type { Real } from '../../src/dtype.ts';
import { withBackend } from '../../src/backend/current.ts';
import { decompose } from '../../src/decompose/tt/decompose.ts';
import { decompose as decomposeMatrix } from '../../src/decompose/ttMatrix/decompose.ts';
import { FormatError } from '../../src/errors.ts';
import { full } from '../../src/formats/algebra.ts';
import { type Factored, ranksOf } from '../../src/formats/network.ts';
import { add, mul } from '../../src/ops/binary.ts';
import { normal } from '../../src/ops/random.ts';
import { fold, key } from '../../src/random.ts';
import { sizeOf } from '../../src/shape.ts';
import { tensor, zeros } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { trains } from '../../src/tt/make.ts';
import { trainOf } from '../../src/tt/train.ts';
import { wasmBackend } from '../support/backends.ts';
import { leakFree } from '../support/leaks.ts';
import { holds } from '../support/runs.ts';
import { indexOf } from '../support/samples.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('random TT-SVD');

const ranks = (x: Factored): number[] => Object.values(ranksOf(x));

function errorOf(x: Factored, a: Tensor): number {
  const [found, values] = [dataSync(full(x)), dataSync(a)];
  let [lost, whole] = [0, 0];
  for (let k = 0; k < values.length; k++) {
    lost += (found[k]! - values[k]!) ** 2;
    whole += values[k]! ** 2;
  }
  return whole === 0 ? Math.sqrt(lost) : Math.sqrt(lost / whole);
}

function hilbert(shape: readonly number[]): Tensor {
  const values = Float64Array.from({ length: sizeOf(shape) }, (_, k) => {
    return 1 / indexOf(k, shape).reduce((sum, i) => sum + i + 1, 0);
  });
  return tensor(values, shape);
}

/** A train of given rank and noise of all ranks. */
function noisy(shape: readonly number[], rank: number, noise: number, seed: number, dtype: Real = 'f64'): Tensor {
  return scope(() => {
    const signal = full(trains.random(shape, { rank, seed, dtype }));
    return add(signal, mul(normal(fold(key(seed), 'noise'), shape, { dtype }), noise));
  });
}

const problem = fc.record({
  // Long enough modes for sketches to be narrower than the unfoldings, and short ones.
  shape: fc.oneof(
    fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 }),
    fc.constantFrom([30, 40], [25, 30, 4], [5, 5, 5, 5, 5], [70, 9, 8], [40, 3, 40]),
  ),
  rank: fc.integer({ min: 1, max: 3 }),
  seed: fc.integer({ min: 0, max: 999 }),
  dtype: fc.constantFrom<Real>('f32', 'f64'),
  oversample: fc.constantFrom(1, 4, 10),
});

test('keeps eps over the whole tensor and reports the error it made', () => {
  holds(
    40,
    fc.property(
      problem,
      fc.constantFrom(0, 1e-10, 1e-3, 0.03, 0.5),
      ({ shape, rank, seed, dtype, oversample }, eps) => {
        const a = noisy(shape, rank, 1e-2, seed, dtype);
        const unit = dtype === 'f32' ? 2 ** -24 : 2 ** -53;
        const slack = 50 * unit * shape.length;
        const x = decompose(a, { eps, method: 'random', oversample, seed });
        const error = errorOf(x, a);
        assert.ok(error <= eps + slack, `${error} of ${eps}`);
        assert.ok(Math.abs(x.report.error - error) <= slack, `reported ${x.report.error}, made ${error}`);
        assert.ok(!x.report.estimated && x.report.history.length === Math.max(0, shape.length - 1));
        // All cores but the last have orthonormal columns.
        const { cores } = trainOf('test', x);
        for (const core of cores.slice(0, -1)) {
          const [s, values] = [core.shape[2]!, dataSync(core)];
          for (let i = 0; i < s; i++) {
            for (let j = 0; j <= i; j++) {
              let dot = 0;
              for (let k = 0; k < values.length; k += s) dot += values[k + i]! * values[k + j]!;
              assert.ok(Math.abs(dot - (i === j ? 1 : 0)) < 200 * unit);
            }
          }
        }
      },
    ),
  );
});

test('errs nearly as little as TT-SVD at given ranks, and needs nearly its ranks for an error', () => {
  const cases = [
    hilbert([10, 10, 10, 10, 10]),
    hilbert([60, 70]),
    noisy([40, 40, 40], 5, 0.01, 1),
    noisy([60, 50, 6], 3, 0.1, 2),
  ];
  for (const a of cases) {
    for (const rank of [1, 3, 6]) {
      const best = decompose(a, { rank }).report.error;
      for (const seed of [0, 1]) {
        const { error } = decompose(a, { rank, method: 'random', seed }).report;
        assert.ok(error <= 1.02 * best + 1e-13, `rank ${rank}: ${error} for ${best}`);
        const plain = decompose(a, { rank, method: 'random', seed, iterations: 0 }).report.error;
        assert.ok(plain >= best * (1 - 1e-9) && plain <= 1.5 * best, `rank ${rank}: ${plain} for ${best}`);
      }
    }
    for (const eps of [0.3, 0.05, 1e-4]) {
      const best = ranks(decompose(a, { eps }));
      ranks(decompose(a, { eps, method: 'random' })).forEach((r, k) => {
        assert.ok(r <= best[k]! + 1, `eps ${eps}`);
      });
    }
    const both = decompose(a, { eps: 1e-4, rank: 4, method: 'random' });
    assert.ok(ranks(both).every((r) => r <= 4));
  }
});

test('finds planted ranks exactly', () => {
  for (const [shape, rank] of [
    [[50, 60], 7],
    [[30, 40, 20], 4],
    [[8, 9, 10, 11], 3],
  ] as const) {
    const a = full(trains.random(shape, { rank, seed: 3, dtype: 'f64' }));
    const x = decompose(a, { eps: 1e-10, method: 'random' });
    assert.equal(ranks(x), ranks(decompose(a, { eps: 1e-10 })));
    assert.ok(errorOf(x, a) < 1e-13);
    assert.ok(errorOf(decompose(a, { rank, method: 'random' }), a) < 1e-13);
  }
});

test('gives the same bits for the same seed, at any scale', () => {
  const a = noisy([60, 50, 4], 3, 0.01, 1);
  const bits = (x: Factored): number[][] => Object.values(x.parts).map((part) => [...dataSync(part)]);
  for (const options of [{ rank: 3 }, { eps: 0.1 }]) {
    const at = (b: Tensor, seed = 5): number[][] => bits(decompose(b, { ...options, method: 'random', seed }));
    const x = at(a);
    assert.equal(at(a), x);
    assert.not.equal(at(a, 6), x);
    for (const n of [-400, 400]) {
      const back = at(mul(a, 2 ** n)).map((part, k, all) =>
        k === all.length - 1 ? part.map((v) => v * 2 ** -n) : part,
      );
      assert.equal(back, x);
    }
  }
});

test('takes zeros, one mode, folds and TT-matrices', () => {
  for (const options of [{ eps: 1e-3 }, { rank: 2 }]) {
    const zero = decompose(zeros([40, 50, 30], 'f64'), { ...options, method: 'random' });
    assert.is(zero.report.error, 0);
    assert.ok(dataSync(full(zero)).every((v) => v === 0));
    const line = decompose(tensor([1, 2, 3], [3], 'f64'), { ...options, method: 'random' });
    assert.equal([...dataSync(full(line))], [1, 2, 3]);
  }
  const a = hilbert([64, 64]);
  const folded = decompose(a, {
    eps: 1e-6,
    method: 'random',
    fold: [
      [8, 8],
      [8, 8],
    ],
  });
  assert.is(ranks(folded).length, 3);
  assert.ok(errorOf(folded, a) <= 1e-6);
  const matrix = decomposeMatrix(a, {
    eps: 1e-6,
    method: 'random',
    fold: [
      [8, 8],
      [8, 8],
    ],
  });
  assert.is(matrix.format, 'ttMatrix');
  assert.ok(errorOf(matrix, a) <= 1e-6);
});

test('takes no square of a long mode, and gives all memory back', () => {
  for (const [shape, most] of [
    [[10, 20000], 4],
    [[20000, 10], 4],
    [[60, 60, 60], 6],
  ] as const) {
    for (const options of [{ rank: 4 }, { eps: 0.5 }]) {
      const on = wasmBackend();
      // Made elsewhere, so that the peak is that of the decomposition with its input.
      const a = noisy(shape, 3, 0.01, 1);
      leakFree(on, () => decompose(a, { ...options, method: 'random' }));
      const times = on.stats().peak / 8 / sizeOf(shape);
      assert.ok(times <= most, `${times} times [${shape}]`);
    }
  }
  assert.ok(
    withBackend(wasmBackend(), () => decompose(hilbert([5, 6]), { rank: 2, method: 'random' })).report.error < 0.1,
  );
});

test('what is not understood is refused', () => {
  const a = hilbert([4, 5]);
  throws(() => decompose(a, { rank: 1, method: 'sketch' as never }), FormatError, /'svd' or 'random'/);
  throws(() => decompose(a, { rank: 1, method: 'random', oversample: 0 }), FormatError);
  throws(() => decompose(a, { rank: 1, method: 'random', iterations: -1 }), FormatError);
  throws(() => decompose(a, { rank: 1, method: 'random', seed: 0.5 }), FormatError);
});

test.run();
