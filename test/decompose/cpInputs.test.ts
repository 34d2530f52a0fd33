import { withBackend } from '../../src/backend/current.ts';
import { decompose } from '../../src/decompose/decompose.ts';
import * as cp from '../../src/decompose/cp/index.ts';
import type { Progress } from '../../src/decompose/options.ts';
import type { Real } from '../../src/dtype.ts';
import { DtypeError, FormatError, NonFiniteError, RankError, ShapeError } from '../../src/errors.ts';
import { ranksOf } from '../../src/formats/network.ts';
import * as tt from '../../src/decompose/tt/index.ts';
import { digits } from '../../src/io/digits.ts';
import { reshape } from '../../src/ops/reshape.ts';
import { ones, tensor, zeros } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { cpFullOf, type Dense, dense, distance, normOf, plainAls } from '../laws/cpDense.ts';
import { wasmBackend } from '../support/backends.ts';
import { leakFree } from '../support/leaks.ts';
import { factorsOf } from '../support/polyadic.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';
import { noiseOf } from '../support/trains.ts';

const test = suite('cp.decompose of all inputs');
const backend = wasmBackend();

const put = ({ shape, values }: Dense, dtype: Real = 'f64'): Tensor => tensor(values, shape, dtype);
const get = (x: Tensor): Dense => ({ shape: x.shape, values: Float64Array.from(dataSync(x)) });
const planted = (modes: readonly number[], rank: number, seed: number): Dense =>
  cpFullOf(factorsOf(modes, rank, seed, 'f64'));

/** |a - full(x)| / |a|, apart from what the report says. */
function errorOf(a: Dense, x: Parameters<typeof cp.full>[0]): number {
  return distance(get(cp.full(x)), a) / normOf(a);
}

test('takes tensors of zeros, of one mode, of one element and with modes of size 1', () => {
  leakFree(backend, () => {
    const nothing = cp.decompose(zeros([3, 4, 2], 'f64'), { rank: 3 });
    assert.is(nothing.report.error, 0);
    assert.equal(nothing.shape, [3, 4, 2]);
    assert.ok(get(cp.full(nothing)).values.every((x) => x === 0));
    for (const method of ['als', 'random'] as const) {
      for (const modes of [[5], [1], [1, 1, 1], [1, 6], [4, 1, 3], [7, 1]]) {
        const a = noiseOf(modes, 3, 'f64');
        const x = cp.decompose(put(a), { rank: 3, method, nonnegative: false });
        assert.equal(x.shape, modes);
        assert.ok(errorOf(a, x) < 1e-7, `${modes}: ${errorOf(a, x)}`);
        assert.ok(ranksOf(x).r! <= 3);
      }
    }
  });
});

test('gives a matrix its best approximation', () => {
  const a = noiseOf([7, 5], 1, 'f64');
  const best = tt.decompose(put(a), { rank: 2 }).report.error;
  assert.ok(Math.abs(cp.decompose(put(a), { rank: 2 }).report.error - best) < 1e-9);
});

test('takes numbers of any magnitude', () => {
  for (const scale of [1e150, 1e-150]) {
    const a = noiseOf([5, 4, 3], 2, 'f64');
    const big = dense(a.shape, (k) => a.values[k]! * scale);
    const [x, y] = [cp.decompose(put(a), { rank: 2, seed: 1 }), cp.decompose(put(big), { rank: 2, seed: 1 })];
    // The scale is no power of two, so the numbers are rounded otherwise, and ALS magnifies that.
    assert.ok(Math.abs(x.report.error - y.report.error) < 1e-8, `${x.report.error} and ${y.report.error}`);
    assert.ok(Math.abs(errorOf(big, y) - y.report.error) < 1e-12);
    const masked = cp.decompose(put(big), {
      rank: 2,
      seed: 1,
      mask: put(dense(a.shape, (k) => (k % 5 === 0 ? 0 : 1))),
    });
    assert.ok(masked.report.error < 1);
  }
});

test('works in single precision as in double', () => {
  const asks: Partial<cp.CpOptions>[] = [{}, { nonnegative: true }, { method: 'random', samples: 15 }];
  for (const [k, ask] of [...asks, {}].entries()) {
    const factors = factorsOf([6, 5, 4], 2, 2, 'f32').map((b) => dense(b.shape, (i) => Math.abs(b.values[i]!)));
    const a = cpFullOf(ask.nonnegative ? factors : factorsOf([6, 5, 4], 2, 2, 'f32'));
    for (const dtype of ['f64', 'f32'] as const) {
      const mask =
        k < asks.length
          ? {}
          : {
              mask: put(
                dense(a.shape, (i) => (i % 7 === 0 ? 0 : 1)),
                dtype,
              ),
            };
      const x = cp.decompose(put(a, dtype), { rank: 2, stop: 1e-9, ...ask, ...mask });
      assert.ok(errorOf(a, x) < 1e-5, `${JSON.stringify(ask)} ${dtype}: ${errorOf(a, x)}`);
      assert.is(Object.values(x.parts)[0]!.dtype, dtype);
    }
  }
});

test('ignores unknown entries, whatever they hold', () => {
  const a = planted([6, 5, 4], 2, 5);
  const mask = dense(a.shape, (k) => (k % 6 === 0 ? 0 : 2));
  const holes = dense(a.shape, (k) => (k % 6 === 0 ? Number.NaN : a.values[k]!));
  const x = cp.decompose(put(holes), { rank: 2, mask: put(mask), stop: 1e-12 });
  assert.ok(x.report.error < 1e-9);
  assert.ok(errorOf(a, x) < 1e-8, 'unknown entries are found');
  const none = cp.decompose(put(holes), { rank: 2, mask: zeros(a.shape, 'f64') });
  assert.is(none.report.error, 0);
  const all = cp.decompose(put(a), { rank: 2, mask: ones(a.shape, 'f64'), stop: 1e-12 });
  assert.ok(errorOf(a, all) < 1e-9);
});

test('grows the rank until eps is met, and never raises the error on the way', () => {
  const a = planted([6, 5, 4], 3, 11);
  const x = cp.decompose(put(a), { eps: 1e-6, sweeps: 1000 });
  assert.is(ranksOf(x).r, 3);
  assert.ok(x.report.error <= 1e-6 && x.report.converged);
  x.report.history.slice(1).forEach((e, k) => assert.ok(e <= x.report.history[k]! + 1e-12));
  const capped = cp.decompose(put(a), { eps: 1e-6, rank: 2 });
  assert.is(ranksOf(capped).r, 2);
  assert.is(capped.report.converged, false);
  assert.match(capped.report.warnings.join(), /rank 2 does not come within eps 0.000001/);
});

test('starts where it is told, and from several starts', () => {
  const a = planted([6, 5, 4], 2, 4);
  const once = cp.decompose(put(a), { rank: 2, sweeps: 3 });
  const again = cp.decompose(put(a), { init: once, sweeps: 3, rank: 2 });
  assert.ok(again.report.error < once.report.error);
  assert.is(ranksOf(cp.decompose(put(a), { init: once, sweeps: 1 } as cp.CpOptions)).r, 2);
  const noisy = put(noiseOf([6, 5, 4], 2, 'f64'));
  const { report } = cp.decompose(noisy, { rank: 3, restarts: 4, seed: 2, sweeps: 20 });
  assert.is(report.restarts!.length, 4);
  assert.ok(Math.abs(Math.min(...report.restarts!) - report.error) < 1e-12);
  assert.ok(new Set(report.restarts).size > 1);
  assert.is(once.report.restarts, undefined);
});

test('takes a start of the scale of the tensor', () => {
  const [a, start] = [noiseOf([5, 4, 3], 2, 'f64'), factorsOf([5, 4, 3], 2, 9, 'f64')];
  const found = [1, 2 ** 300].map((scale) => {
    const init = cp.fromFactors(start.map((b, k) => put(k > 0 ? b : dense(b.shape, (i) => b.values[i]! * scale))));
    const x = cp.decompose(put(dense(a.shape, (k) => a.values[k]! * scale)), { init, rank: 2, sweeps: 2, stop: 0 });
    return { report: x.report, first: [...dataSync(Object.values(x.parts)[0]!)] };
  });
  assert.equal(found[1], found[0]);
});

test('cuts axes into modes', () => {
  const a = planted([4, 3, 2, 5], 2, 6);
  const x = cp.decompose(put({ ...a, shape: [12, 10] }), {
    rank: 2,
    stop: 1e-13,
    fold: [
      [4, 3],
      [2, 5],
    ],
  });
  assert.equal(x.shape, [12, 10]);
  assert.is(Object.keys(x.parts).length, 4);
  assert.ok(errorOf({ ...a, shape: [12, 10] }, x) < 1e-9);
});

test('tells of each sweep, and ends when it is told to', () => {
  const told: Progress[] = [];
  const a = put(noiseOf([5, 4, 3], 1, 'f64'));
  const x = cp.decompose(a, { rank: 2, sweeps: 6, stop: 0, onProgress: (p) => told.push(p) });
  assert.equal(
    told.map(({ step, of, error }) => [step, of, error]),
    x.report.history.map((e, k) => [k + 1, 6, e]),
  );
  for (const method of ['als', 'random'] as const) {
    const stop = new AbortController();
    let steps = 0;
    const end = (): unknown =>
      cp.decompose(a, {
        rank: 2,
        method,
        signal: stop.signal,
        onProgress: ({ step }) => {
          steps = step;
          if (step === 2) stop.abort(new Error('enough'));
        },
      });
    leakFree(backend, () => assert.throws(end, /enough/));
    assert.is(steps, 2);
  }
});

test('refuses what it does not understand, by name', () => {
  const a = put(noiseOf([4, 3, 2], 1, 'f64'));
  const asked =
    (options: object, x: Tensor = a) =>
    (): unknown =>
      cp.decompose(x, options as cp.CpOptions);
  for (const rank of [0, -1, 1.5, Number.NaN]) throws(asked({ rank }), RankError, /rank/);
  throws(asked({}), RankError, /a rank or an eps/);
  throws(asked({ rank: 2, method: 'svd' }), FormatError, /'als' or 'random'/);
  throws(asked({ rank: 2, init: 'zeros' }), FormatError, /init/);
  throws(asked({ rank: 2, restarts: 0 }), FormatError, /restarts/);
  throws(asked({ rank: 2, ridge: -1 }), FormatError, /ridge/);
  throws(asked({ rank: 2, samples: 0.5 }), FormatError, /samples/);
  throws(asked({ rank: 2, sweeps: 0 }), FormatError, /sweeps/);
  throws(asked({ rank: 2, mask: ones([4, 3], 'f64') }), ShapeError, /mask/);
  throws(asked({ rank: 2, method: 'random', mask: a }), FormatError, /mask/);
  throws(asked({ rank: 2, method: 'random', lineSearch: true }), FormatError, /line search/);
  throws(asked({ rank: 2, init: tt.decompose(a, { rank: 1 }) }), ShapeError, /a cp tensor/);
  throws(asked({ rank: 2, init: cp.decompose(a, { rank: 1 }) }), RankError, /init has the rank/);
  throws(asked({ rank: 1 }, zeros([3, 0], 'f64')), ShapeError, /size >= 1/);
  throws(asked({ rank: 1 }, zeros([], 'f64')), ShapeError);
  throws(asked({ rank: 1 }, zeros([2, 2], 'i32')), DtypeError);
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    throws(asked({ rank: 1 }, put(dense([2, 2], (k) => (k === 2 ? bad : 1)))), NonFiniteError, /\[1, 0\]/);
  }
  const matrix = put(noiseOf([3, 2], 1, 'f64'));
  throws(() => cp.khatriRao(), ShapeError, /none/);
  throws(() => cp.khatriRao(matrix, put(noiseOf([3, 3], 1, 'f64'))), ShapeError);
  throws(() => cp.mttkrp(a, [matrix, matrix, matrix], 0), ShapeError);
  throws(() => cp.mttkrp(a, [put(noiseOf([4, 2], 1, 'f64')), matrix, put(noiseOf([2, 2], 1, 'f64'))], 3), ShapeError);
  throws(() => cp.normalize(tt.decompose(a, { rank: 1 })), ShapeError, /cp tensor/);
  throws(() => cp.fromFactors([matrix], ones([3], 'f64')), ShapeError, /weights/);
});

test('takes masks of any dtype, and names what is missing', () => {
  const a = put(noiseOf([3, 4, 2], 2, 'f64'));
  const want = dataSync(cp.full(cp.decompose(a, { rank: 2, mask: ones([3, 4, 2], 'f64') })));
  for (const dtype of ['f32', 'i32', 'u8'] as const) {
    assert.equal(dataSync(cp.full(cp.decompose(a, { rank: 2, mask: ones([3, 4, 2], dtype) }))), want, dtype);
  }
  const nothing = undefined as unknown as { rank: number };
  throws(() => cp.decompose(a, nothing), RankError, /cp\.decompose: .*; got neither/);
  const samples = { indices: Int32Array.of(0, 0, 1, 1), values: Float64Array.of(1, 2), shape: [2, 2] };
  throws(() => cp.complete(samples, nothing), RankError, /cp\.complete/);
  throws(() => tt.complete(samples, nothing), RankError, /tt\.complete/);
  throws(() => decompose(a, { rank: 2 } as unknown as { format: string }), RankError, /format is known/);
});

test('warns where entries do not determine what is asked for', () => {
  const samples = { indices: Int32Array.of(0, 0, 1, 1, 2, 2), values: Float64Array.of(1, 2, 3), shape: [4, 4] };
  for (const complete of [cp.complete, tt.complete]) {
    assert.match(complete(samples, { rank: 2 }).report.warnings.join(), /3 entries do not determine 1[24] numbers/);
    assert.equal(complete(samples, { rank: 2, ridge: 1 }).report.warnings, []);
  }
});

test('gives smooth tensors and handwritten digits the errors of the textbook', () => {
  const smooth = dense([7, 7, 7], (k) => 1 / (3 + (k % 7) + (Math.floor(k / 7) % 7) + Math.floor(k / 49)));
  // D. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998.
  const images: Dense = { shape: [20, 8, 8], values: Float64Array.from(digits().train.images.slice(0, 20 * 64)) };
  for (const a of [smooth, images]) {
    const start = factorsOf(a.shape, 2, 1, 'f64');
    const x = cp.decompose(put(a), { rank: 2, init: cp.fromFactors(start.map((b) => put(b))), sweeps: 12, stop: 0 });
    const want = distance(cpFullOf(plainAls(a, start, 12)), a) / normOf(a);
    assert.ok(Math.abs(x.report.error - want) < 1e-10, `${x.report.error} and ${want}`);
  }
});

test('comes near the best on handwritten digits, with and without negative parts', () => {
  withBackend(backend, () =>
    scope(() => {
      const a = reshape(tensor(Float64Array.from(digits().train.images.slice(0, 200 * 64))), [200, 8, 8]);
      const ask = { rank: 10, seed: 1, sweeps: 60, stop: 1e-5 };
      const [x, y] = [cp.decompose(a, ask), cp.decompose(a, { ...ask, nonnegative: true })];
      // No ten components are nearer than the ten leading singular vectors of the images.
      const best = tt.decompose(a, { rank: [10, 8] }).report.error;
      assert.ok(x.report.error > best && x.report.error < best + 0.04, `${x.report.error}, ${best}`);
      assert.ok(y.report.error > x.report.error && y.report.error < best + 0.1, `${y.report.error}, ${best}`);
    }),
  );
});

test.run();
