import fc from 'fast-check';
import * as tt from '../../src/decompose/tt/index.ts';
import type { Real } from '../../src/dtype.ts';
import { DtypeError, NonFiniteError, RankError, ShapeError } from '../../src/errors.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import * as laws from '../laws/tt.ts';
import * as more from '../laws/ttArithmetic.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { holds } from '../support/runs.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';
import { coresOf, gaugeOf, trainsOn } from '../support/trains.ts';

const test = suite('tt arithmetic');
const backends = [wasmBackend(), referenceBackend()];
const RUNS = 10;

/** In f64 and f32, on compiled kernels and, less often, on their references. */
function each(check: (impl: ReturnType<typeof trainsOn>, dtype: Real, runs: number) => void): void {
  for (const on of backends) {
    for (const dtype of ['f64', 'f32'] as const) {
      check(trainsOn(on, dtype), dtype, (dtype === 'f64' ? RUNS : RUNS / 2) / (on === backends[0] ? 1 : 5));
    }
  }
}

/** Modes, ranks and a seed; ranks may exceed what the modes can fill. */
const train = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }).chain((modes) =>
  fc.record({
    modes: fc.constant(modes),
    ranks: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: modes.length - 1, maxLength: modes.length - 1 }),
    seed: fc.integer({ min: 1, max: 1e6 }),
  }),
);

test('adds, subtracts and multiplies as the tensors do', () => {
  each((impl, dtype, runs) => {
    holds(
      runs,
      fc.property(train, fc.integer({ min: 1, max: 3 }), ({ modes, ranks, seed }, r) => {
        const a = coresOf(modes, ranks, seed, dtype);
        const b = coresOf(
          modes,
          ranks.map(() => r),
          seed + 1,
          dtype,
        );
        more.sumsAreSums(impl, a, b);
        more.dotIsDot(impl, a, b);
        more.normIsNorm(impl, a);
        laws.contractionsAgree(impl, a);
        laws.ranksAreBounded(impl, a, b);
        more.bytesComeBack(impl, a);
      }),
    );
  });
});

test('multiplies entries, and joins trains', () => {
  each((impl, dtype, runs) => {
    const short = train.filter(({ modes }) => modes.length <= 3);
    holds(
      runs,
      fc.property(short, fc.constantFrom(-1.5, 1 / 3), ({ modes, ranks, seed }, factor) => {
        const [a, b] = [coresOf(modes, ranks, seed, dtype), coresOf(modes, ranks, seed + 1, dtype)];
        more.productsAreProducts(impl, a, b, Math.fround(factor));
      }),
    );
  });
});

test('keeps the tensor under a change of gauge, and the digits of small norms', () => {
  each((impl, dtype, runs) => {
    holds(
      runs,
      fc.property(train, fc.constantFrom(1, 1e3), ({ modes, ranks, seed }, condition) => {
        const a = coresOf(modes, ranks, seed, dtype);
        laws.gaugeIsFree(impl, a, gaugeOf(ranks, seed, condition));
        laws.normsSurviveCancellation(impl, a, gaugeOf(ranks, seed, 1));
        laws.orthogonalizationIsGauge(impl, a, seed % modes.length);
      }),
    );
  });
});

test('does not measure a difference by inner products', () => {
  const impl = trainsOn(backends[0]!, 'f64');
  const a = coresOf([4, 5, 3, 4], [3, 4, 3], 7, 'f64');
  const b = laws.regauged(a, gaugeOf([3, 4, 3], 8));
  const difference = impl.sub(impl.fromCores(a), impl.fromCores(b));
  const n = impl.norm(impl.fromCores(a));
  assert.ok(impl.norm(difference) <= 1e-13 * n);
  assert.ok(
    Math.sqrt(Math.abs(impl.dot(difference, difference))) > 1e-10 * n,
    'the inner product loses half the digits',
  );
});

test('finds entries, slices and sums without the tensor', () => {
  each((impl, dtype, runs) => {
    holds(
      runs,
      fc.property(train, ({ modes, ranks, seed }) => {
        const index = modes.map((n, k) => (seed + 3 * k) % n);
        more.partsAreParts(impl, coresOf(modes, ranks, seed, dtype), index);
      }),
    );
  });
});

test('gets back modes that were cut, merged or exchanged', () => {
  each((impl, dtype, runs) => {
    holds(
      runs,
      fc.property(
        fc.array(fc.constantFrom(1, 2, 4, 6), { minLength: 2, maxLength: 4 }),
        fc.integer({ min: 1, max: 1e6 }),
        (modes, seed) => {
          const fold = modes.map((n) => (n === 4 ? [2, 2] : n === 6 ? [3, 1, 2] : [n]));
          const order = modes.map((_, k) => (k * 3 + seed) % modes.length);
          const valid = new Set(order).size === modes.length ? order : modes.map((_, k) => modes.length - 1 - k);
          more.modesComeBack(
            impl,
            coresOf(
              modes,
              modes.slice(1).map(() => 3),
              seed,
              dtype,
            ),
            fold,
            valid,
          );
        },
      ),
    );
  });
});

test('needs no number as large as what it measures', () => {
  for (const [dtype, high] of [
    ['f64', 1e250],
    ['f32', 1e2],
  ] as const) {
    const d = 200;
    const x = tt.scale(tt.random(new Array<number>(d).fill(10), { rank: 3, dtype, std: high }), 1);
    if (dtype === 'f64') assert.is(tt.norm(x), Infinity);
    // |x| = std sqrt(10^200).
    const want = Math.log(high) + (d / 2) * Math.log(10);
    assert.ok(Math.abs(tt.logNorm(x) - want) < (dtype === 'f64' ? 1e-10 : 1e-2), `${tt.logNorm(x)} is not ${want}`);
    const y = tt.round(tt.add(x, x), { eps: 1e-3 });
    assert.equal(Object.values(tt.ranksOf(y)), new Array<number>(d - 1).fill(3));
    assert.ok(Math.abs(tt.logNorm(y) - want - Math.LN2) < 1e-2);
    const z = tt.orthogonalize(x, 100);
    assert.ok(Math.abs(tt.logNorm(z) - want) < 1e-2);
    const index = new Array<number>(d).fill(1);
    const entry = tt.element(x, index);
    assert.ok(Math.abs(tt.element(y, index) - 2 * entry) < 1e-2 * Math.abs(entry) + 1e-3 * high);
    const small = tt.scale(tt.ones(new Array<number>(d).fill(10), { dtype }), 1);
    assert.is(tt.dot(small, tt.scale(small, 0)), 0);
    assert.is(tt.logNorm(tt.zeros([3, 4], { dtype })), -Infinity);
    assert.is(tt.norm(tt.zeros([3, 4], { dtype })), 0);
  }
  const tiny = tt.fromCores(new Array<Tensor>(300).fill(tensor(Float64Array.of(1e-300, 0), [1, 2, 1])));
  const huge = tt.fromCores(new Array<Tensor>(300).fill(tensor(Float64Array.of(1e300, 0), [1, 2, 1])));
  assert.ok(Math.abs(tt.dot(tiny, huge) - 1) < 1e-10);
});

test('refuses what does not fit', () => {
  const x = tt.random([3, 4], { rank: 2 });
  for (const f of [tt.add, tt.sub, tt.hadamard, tt.dot]) {
    throws(() => f(x, tt.random([4, 3], { rank: 2 })), ShapeError);
    throws(() => f(x, tt.random([12], { rank: 2, fold: [[3, 4]] })), ShapeError);
    throws(() => f(x, tt.random([3, 4], { rank: 2, dtype: 'f64' })), DtypeError);
  }
  throws(() => tt.kron(x, tt.ones([2])), ShapeError);
  throws(() => tt.orthogonalize(x, 2), ShapeError);
  throws(() => tt.element(x, [0]), ShapeError);
  throws(() => tt.element(x, [0, 4]), ShapeError);
  throws(() => tt.element(x, [0, 0.5]), ShapeError);
  throws(() => tt.gather(x, tensor(Int32Array.of(0, 4), [1, 2])), ShapeError);
  throws(() => tt.gather(x, tensor(Float64Array.of(0, 1), [1, 2])), DtypeError);
  throws(() => tt.slice(x, [0, 0]), ShapeError);
  throws(() => tt.slice(x, [[2, 2]]), ShapeError);
  throws(() => tt.slice(x, [null, 9]), ShapeError);
  throws(() => tt.sum(x, [0, 1]), ShapeError);
  throws(() => tt.sum(x, [2]), ShapeError);
  throws(() => tt.permute(x, [0, 0]), ShapeError);
  throws(() => tt.split(x, [[3], [3]]), ShapeError);
  throws(() => tt.merge(x, [[3], [2]]), ShapeError);
  throws(() => tt.reshape(x, [2, 6]), ShapeError);
  throws(() => tt.fromCores([]), ShapeError);
  throws(() => tt.fromCores([tensor(new Float64Array(6), [1, 3, 2])]), ShapeError);
  throws(() => tt.random([3, 0], { rank: 1 }), ShapeError);
  throws(() => tt.random([3, 3], { rank: 0 }), RankError);
  throws(() => tt.random([3, 3], { rank: 1, std: -1 }), RankError);
  const bad = tt.fromCores([tensor(Float64Array.of(1, Number.NaN), [1, 2, 1])]);
  for (const f of [tt.norm, tt.logNorm, tt.sum, tt.orthogonalize]) throws(() => f(bad), NonFiniteError);
  throws(() => tt.dot(bad, bad), NonFiniteError);
});

test('regroups axes for nothing', () => {
  const x = tt.random([4, 6], {
    rank: 3,
    fold: [
      [2, 2],
      [2, 3],
    ],
    dtype: 'f64',
  });
  const y = tt.reshape(x, [2, 4, 3]);
  assert.equal(y.shape, [2, 4, 3]);
  assert.equal([...dataSync(tt.full(y))], [...dataSync(tt.full(x))]);
  const z = tt.merge(x, [[4], [6]]);
  assert.equal(Object.values(tt.ranksOf(z)), [3]);
  // Cut with an error to spend, ranks are those of the tensor.
  const long = tt.fromCores([
    tensor(
      Float64Array.from({ length: 64 }, (_, k) => Math.sin(k)),
      [1, 64, 1],
    ),
  ]);
  const cut = tt.split(long, [[2, 2, 2, 2, 2, 2]], { eps: 1e-12 });
  assert.equal(Object.values(tt.ranksOf(cut)), [2, 2, 2, 2, 2]);
  assert.equal(cut.shape, [64]);
});

test('draws trains of the spread asked for, the same from one seed', () => {
  const x = tt.random([5, 6, 7], { rank: 3, std: 0.25, seed: 4, dtype: 'f64' });
  assert.ok(Math.abs(tt.norm(x) / (0.25 * Math.sqrt(210)) - 1) < 1e-12);
  assert.equal(
    [...dataSync(tt.full(tt.random([5, 6, 7], { rank: 3, std: 0.25, seed: 4, dtype: 'f64' })))],
    [...dataSync(tt.full(x))],
  );
  assert.is.not(
    tt.element(tt.random([5], { rank: 1, seed: 1 }), [0]),
    tt.element(tt.random([5], { rank: 1, seed: 2 }), [0]),
  );
  assert.ok(dataSync(tt.full(tt.ones([2, 3]))).every((v) => v === 1));
});

test.run();
