import fc from 'fast-check';
import { withBackend } from '../../src/backend/current.ts';
import * as tt from '../../src/decompose/tt/index.ts';
import type { Real } from '../../src/dtype.ts';
import { DtypeError, FormatError, NonFiniteError, RankError, ShapeError } from '../../src/errors.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { reshape } from '../../src/ops/reshape.ts';
import { singularValues } from '../../src/ops/linalg/svd.ts';
import { ones, tensor, zeros } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import { trainOf } from '../../src/tt/train.ts';
import * as laws from '../laws/tt.ts';
import { resultsRepeat } from '../laws/ttArithmetic.ts';
import { type Dense, dense, distance, fullOf, normOf } from '../laws/ttDense.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { holds } from '../support/runs.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';
import { coresOf, noiseOf, trainsOn } from '../support/trains.ts';

const test = suite('tt.decompose');
const backends = [wasmBackend(), referenceBackend()];
const dtypes: readonly Real[] = ['f64', 'f32'];
/** Runs of a law in f64; half as many in f32. */
const RUNS = 10;

/** One in f64 and f32, on compiled kernels and their references. */
function each(check: (impl: ReturnType<typeof trainsOn>, dtype: Real, runs: number) => void): void {
  for (const on of backends) {
    for (const dtype of dtypes)
      check(trainsOn(on, dtype), dtype, (dtype === 'f64' ? RUNS : RUNS / 2) / (on === backends[0] ? 1 : 5));
  }
}

const shape = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 6 });
const drawn = fc.tuple(shape, fc.integer({ min: 1, max: 1e6 }));
const EPS = [0, 1e-14, 1e-12, 1e-8, 1e-6, 1e-3, 0.1, 0.5];

test('keeps eps over the whole tensor, and reports the error', () => {
  each((impl, dtype, runs) => {
    holds(
      runs,
      fc.property(drawn, fc.constantFrom(...EPS), ([sizes, seed], eps) => {
        const sample = { a: noiseOf(sizes, seed, dtype), eps };
        laws.errorIsGlobal(impl, sample);
        laws.errorIsReported(impl, sample);
        laws.ranksAreMonotone(impl, sample.a, [0.5, 0.1, 1e-2, 1e-3]);
        laws.coresAreOrthogonal(impl, impl.decompose(sample.a, { eps }).x);
        resultsRepeat(impl, sample.a, eps);
      }),
    );
  });
});

test('is within sqrt(d - 1) of the best at given ranks', () => {
  each((impl, dtype, runs) => {
    holds(
      runs,
      fc.property(drawn, fc.integer({ min: 1, max: 4 }), ([sizes, seed], most) => {
        const rank = laws.rankBounds(sizes).map((bound, k) => Math.min(bound, 1 + ((most + k) % 4)));
        laws.fixedRankIsQuasiOptimal(impl, noiseOf(sizes, seed, dtype), rank);
      }),
    );
  });
});

test('finds planted ranks', () => {
  each((impl, dtype, runs) => {
    const levels = dtype === 'f64' ? [1e-12, 1e-10, 1e-8, 1e-6] : [1e-4, 1e-3];
    holds(
      runs,
      fc.property(drawn, fc.integer({ min: 1, max: 3 }), fc.constantFrom(...levels), ([sizes, seed], r, eps) => {
        const ranks = laws.rankBounds(sizes).map((bound) => Math.min(bound, r));
        laws.ranksAreRecovered(impl, { cores: coresOf(sizes, ranks, seed, dtype), eps });
      }),
    );
  });
});

test('gives the same bits at another power of two', () => {
  each((impl, dtype, runs) => {
    const power = dtype === 'f64' ? 400 : 60;
    holds(
      runs,
      fc.property(drawn, fc.constantFrom(1e-3, 0.1), fc.constantFrom(-1, 1), ([sizes, seed], eps, sign) => {
        laws.scaleIsExact(impl, { a: noiseOf(sizes, seed, dtype), eps }, sign * power);
      }),
    );
  });
});

/** f(i_1 + ... + i_d) for i = 1..n. */
function ofSums(d: number, n: number, f: (s: number) => number): Dense {
  return dense(new Array<number>(d).fill(n), (k) => {
    let [sum, rest] = [d, k];
    for (let j = 0; j < d; j++) {
      sum += rest % n;
      rest = Math.floor(rest / n);
    }
    return f(sum);
  });
}

const put = ({ values, shape: sizes }: Dense, dtype: Real = 'f64') => tensor(values, sizes, dtype);
const ranks = (x: Parameters<typeof tt.ranksOf>[0]): number[] => Object.values(tt.ranksOf(x));

test('has the ranks and errors known for 1 / (i + j + k + l + m)', () => {
  const a = ofSums(5, 10, (s) => 1 / s);
  const golden: [number, number[], string, number][] = [
    [1e-1, [1, 1, 1, 1], '5.693e-2', 50],
    [1e-2, [2, 2, 2, 2], '4.515e-3', 160],
    [1e-4, [4, 4, 4, 4], '2.623e-5', 560],
    [1e-6, [5, 6, 6, 5], '4.115e-7', 1060],
    [1e-8, [7, 7, 7, 7], '5.953e-9', 1610],
    [1e-10, [8, 9, 9, 8], '1.737e-11', 2410],
  ];
  for (const [eps, want, error, count] of golden) {
    const x = tt.decompose(put(a), { eps });
    assert.equal(ranks(x), want, `ranks at ${eps}`);
    assert.is(x.report.error.toExponential(3), error);
    const got: Dense = { shape: a.shape, values: dataSync(tt.full(x)) as Float64Array };
    assert.is((distance(got, a) / normOf(a)).toExponential(3), error);
    assert.is(x.count, count);
  }
});

test('finds rank 2 in sums and their sines', () => {
  for (const f of [Math.sin, (s: number) => s]) {
    assert.equal(ranks(tt.decompose(put(ofSums(5, 10, f)), { eps: 1e-12 })), [2, 2, 2, 2]);
    assert.equal(ranks(tt.decompose(put(ofSums(5, 6, f), 'f32'), { eps: 1e-5 })), [2, 2, 2, 2]);
  }
});

test('takes zero tensors, one mode, modes of size 1 and long modes', () => {
  for (const on of backends) {
    const impl = trainsOn(on, 'f64');
    const zero = impl.decompose(
      dense([3, 4, 2], () => 0),
      { eps: 1e-6 },
    );
    assert.equal(
      impl.cores(zero.x).map(({ shape: s }) => [...s]),
      [
        [1, 3, 1],
        [1, 4, 1],
        [1, 2, 1],
      ],
    );
    assert.is(normOf(impl.full(zero.x)), 0);
    assert.is(zero.error, 0);
    const one = noiseOf([7], 1, 'f64');
    assert.equal(impl.full(impl.decompose(one, { eps: 0.5 }).x), one);
    for (const sizes of [
      [1, 1, 1],
      [1, 5, 1, 3],
      [40, 2, 3],
      [2, 3, 40],
      [30, 4],
      [4, 30],
      [1, 9],
      [9, 1],
    ]) {
      const a = noiseOf(sizes, 3, 'f64');
      laws.errorIsGlobal(impl, { a, eps: 1e-12 });
      laws.coresAreOrthogonal(impl, impl.decompose(a, { eps: 1e-12 }).x);
      laws.scaleIsExact(impl, { a, eps: 1e-2 }, -400);
    }
  }
});

test('is the SVD for two modes', () => {
  const a = put(noiseOf([6, 9], 5, 'f64'));
  const x = tt.decompose(a, { rank: 3 });
  const [U, V] = trainOf('cores', x).cores;
  const S = [...dataSync(singularValues(reshape(matmul(reshape(U!, [6, 3]), reshape(V!, [3, 9])), [6, 9])))];
  const want = [...dataSync(singularValues(a))];
  S.slice(0, 3).forEach((s, k) => assert.ok(Math.abs(s - want[k]!) < 1e-13, `${s} is not ${want[k]}`));
  const tail = Math.hypot(...want.slice(3)) / Math.hypot(...want);
  assert.ok(Math.abs(x.report.error - tail) < 1e-14);
});

test('works at both ends of the range of numbers', () => {
  const a = noiseOf([4, 3, 5], 2, 'f64');
  for (const exponent of [-1070, -1022, 1020]) {
    const scaled = dense(a.shape, (k) => Math.fround(a.values[k]!) * 2 ** exponent);
    const x = tt.decompose(put(scaled), { eps: 1e-3 });
    const got = dataSync(tt.full(x));
    const floor = 2 ** -1074 * 60;
    scaled.values.forEach((v, k) => assert.ok(Math.abs(got[k]! - v) <= 3 * 1e-3 * 2 ** exponent * 8 + floor));
  }
  // The norm is out of range, the entries are not.
  const huge = tt.decompose(put(dense([4, 4, 4], () => Number.MAX_VALUE)), { eps: 1e-10 });
  assert.equal(ranks(huge), [1, 1]);
  assert.ok(dataSync(tt.full(huge)).every((v) => Math.abs(v / Number.MAX_VALUE - 1) < 1e-14));
});

test('caps ranks, tells of progress and folds axes', () => {
  const a = put(ofSums(4, 6, (s) => 1 / s));
  assert.equal(ranks(tt.decompose(a, { rank: 2 })), [2, 2, 2]);
  assert.equal(ranks(tt.decompose(a, { rank: [1, 2, 3] })), [1, 2, 3]);
  assert.equal(ranks(tt.decompose(a, { rank: 2, eps: 0.1 })), [1, 1, 1]);
  assert.ok(tt.decompose(a, { rank: { maxParams: 100 } }).count <= 100);
  const steps: string[] = [];
  tt.decompose(a, { eps: 1e-2, onProgress: ({ step, of, error }) => steps.push(`${step}/${of} ${error < 1e-2}`) });
  assert.equal(steps, ['1/3 true', '2/3 true', '3/3 true']);
  const folded = tt.decompose(reshape(a, [36, 36]), {
    eps: 1e-8,
    fold: [
      [6, 6],
      [6, 6],
    ],
  });
  assert.equal(folded.shape, [36, 36]);
  assert.equal(ranks(folded), ranks(tt.decompose(a, { eps: 1e-8 })));
});

test('ends where the signal is aborted, and leaves no memory behind', () => {
  const stop = new AbortController();
  const a = noiseOf([4, 4, 4, 4], 1, 'f64');
  const on = wasmBackend();
  const before = on.stats().live;
  withBackend(on, () => {
    const options = { eps: 0.1, signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) };
    assert.throws(() => tt.decompose(put(a), options), /enough/);
    assert.throws(() => scope(() => tt.decompose(put(a), options)), /enough/);
  });
  assert.is(on.stats().live, before);
});

test('refuses what it does not understand', () => {
  const a = put(noiseOf([3, 4], 1, 'f64'));
  throws(() => tt.decompose(a, {}), RankError);
  throws(() => tt.decompose(a, { eps: -1 }), RankError);
  throws(() => tt.decompose(a, { eps: Number.NaN }), RankError);
  throws(() => tt.decompose(a, { rank: 1.5 }), RankError);
  throws(() => tt.decompose(a, { rank: [1, 2] }), RankError);
  throws(() => tt.decompose(a, { eps: 1e-3, seed: 0.5 }), FormatError);
  throws(() => tt.decompose(a, { eps: 1e-3, fold: [[3], [2, 3]] }), ShapeError);
  throws(() => tt.decompose(zeros([3, 0]), { eps: 1e-3 }), ShapeError);
  throws(() => tt.decompose(zeros([]), { eps: 1e-3 }), ShapeError);
  throws(() => tt.decompose(ones([3], 'i32'), { eps: 1e-3 }), DtypeError);
  for (const bad of [Number.NaN, Infinity]) {
    throws(() => tt.decompose(tensor([[1, bad]]), { eps: 1e-3 }), NonFiniteError, /\[0, 1\]/);
  }
});

test('keeps to its memory: no square of a long mode', () => {
  const peakOf = (sizes: number[], dtype: Real, cores: Dense[] | null): number => {
    const on = wasmBackend();
    return withBackend(on, () =>
      scope(() => {
        const a = put(cores === null ? noiseOf(sizes, 1, dtype) : fullOf(cores), dtype);
        const base = on.stats();
        tt.decompose(a, { eps: 1e-3 });
        return (on.stats().peak - base.bytes) / (a.size * (dtype === 'f64' ? 8 : 4)) + 1;
      }),
    );
  };
  for (const dtype of dtypes) {
    for (const sizes of [
      [10, 10000],
      [10000, 10],
      [16, 4, 500],
    ]) {
      const peak = peakOf(sizes, dtype, null);
      assert.ok(peak <= 4, `${sizes} in ${dtype} takes ${peak.toFixed(2)} times the input`);
    }
    const peak = peakOf([30, 30, 30], dtype, coresOf([30, 30, 30], [3, 3], 1, dtype));
    assert.ok(peak <= 6, `a cube in ${dtype} takes ${peak.toFixed(2)} times the input`);
  }
});

test.run();
