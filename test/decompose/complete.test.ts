import * as cp from '../../src/decompose/cp/index.ts';
import type { Samples } from '../../src/decompose/samples.ts';
import * as tt from '../../src/decompose/tt/index.ts';
import { DtypeError, FormatError, NonFiniteError, RankError, ShapeError } from '../../src/errors.ts';
import type { Factored } from '../../src/formats/network.ts';
import { ranksOf } from '../../src/formats/network.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { reshape } from '../../src/ops/reshape.ts';
import { transpose } from '../../src/ops/transpose.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { scale as scaleParts } from '../../src/formats/algebra.ts';
import { trainOf } from '../../src/tt/train.ts';
import { cpFullOf, type Dense, distance, normOf } from '../laws/cpDense.ts';
import { fullOf } from '../laws/ttDense.ts';
import { wasmBackend } from '../support/backends.ts';
import { leakFree } from '../support/leaks.ts';
import { sampled } from '../support/known.ts';
import { factorsOf } from '../support/polyadic.ts';
import { runs } from '../support/runs.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';
import { coresOf, noiseOf } from '../support/trains.ts';

const test = suite('completion from samples');
const backend = wasmBackend();

const put = ({ shape, values }: Dense): Tensor => tensor(values, shape);
const get = (x: Tensor): Dense => ({ shape: x.shape, values: Float64Array.from(dataSync(x)) });
const errorOf = (a: Dense, x: Factored): number => distance(get(tt.full(x)), a) / normOf(a);

test('finds planted tensors from a quarter of their entries', () => {
  leakFree(backend, () => {
    let missed = 0;
    const count = runs(2);
    for (let k = 0; k < count; k++) {
      const a = cpFullOf(factorsOf([14, 13, 12], 3, k + 1, 'f64'));
      const { train, test } = cp.holdOut(sampled(a, 0.25, k), 0.05, k);
      const x = cp.complete(train, { rank: 3, restarts: 3, heldOut: test, seed: k });
      if (!(errorOf(a, x) < 1e-6)) missed++;
      else assert.ok(x.report.heldOut! < 1e-6);
      const b = fullOf(coresOf([8, 7, 6, 5], [2, 3, 2], k + 1, 'f64'));
      const halves = cp.holdOut(sampled(b, 0.3, k), 0.05, k);
      const y = tt.complete(halves.train, { rank: [2, 3, 2], restarts: 2, heldOut: halves.test, seed: k });
      if (!(errorOf(b, y) < 1e-6)) missed++;
      else assert.ok(y.report.heldOut! < 1e-6);
    }
    assert.ok(missed <= 0.1 * count, `${missed} of ${2 * count} are missed`);
  });
});

test('needs but one start where few entries are known: the first sweeps see to that', () => {
  const found = [1, 2, 3, 4, 5, 6, 7, 8].filter((seed) => {
    const a = fullOf(coresOf([10, 10, 10], [3, 3], seed, 'f64'));
    return errorOf(a, tt.complete(sampled(a, 0.2, seed), { rank: 3, sweeps: 100 })) < 1e-3;
  });
  assert.ok(found.length >= 6, `${found}`);
});

test('gives a train whose cores but the first have orthonormal rows', () => {
  const x = tt.complete(sampled(noiseOf([5, 4, 3, 4], 1, 'f64'), 0.8, 1), { rank: 3, sweeps: 3 });
  trainOf('test', x)
    .cores.slice(1)
    .forEach((core) => {
      const rows = reshape(core, [core.shape[0]!, -1]);
      const gram = get(matmul(rows, transpose(rows)));
      gram.values.forEach((value, k) => {
        const want = k % (gram.shape[0]! + 1) === 0 ? 1 : 0;
        assert.ok(Math.abs(value - want) < 1e-13, `${value} at ${k}`);
      });
    });
});

test('takes a start of the scale of the tensor', () => {
  const a = noiseOf([5, 4, 3], 2, 'f64');
  for (const { complete, start, first } of [
    { complete: cp.complete, start: cp.fromFactors(factorsOf([5, 4, 3], 2, 9, 'f64').map(put)), first: 'factor0' },
    { complete: tt.complete, start: tt.fromCores(coresOf([5, 4, 3], [2, 2], 9, 'f64').map(put)), first: 'core1' },
  ]) {
    const found = [1, 2 ** 300].map((scale) => {
      const samples = sampled({ ...a, values: a.values.map((x) => x * scale) }, 0.9, 1);
      const x = complete(samples, { init: scaleParts(start, scale), rank: 2, sweeps: 2, stop: 0 });
      return { report: x.report, part: [...dataSync(x.parts[first]!)] };
    });
    assert.equal(found[1], found[0]);
  }
});

test('agrees with a mask over the dense tensor', () => {
  const a = cpFullOf(factorsOf([6, 5, 4], 2, 3, 'f64'));
  const samples = sampled(a, 0.7, 2);
  const mask = new Float64Array(a.values.length);
  for (let s = 0; s < samples.values.length; s++) {
    const [i, j, k] = samples.indices.subarray(3 * s, 3 * s + 3) as unknown as [number, number, number];
    mask[(i * 5 + j) * 4 + k] = 1;
  }
  const noisy = { ...a, values: a.values.map((x, k) => x + 0.1 * Math.sign((k % 7) - 3)) };
  const list = sampled(noisy, 0.7, 2);
  const ask = { rank: 2, init: 'svd', sweeps: 300, stop: 1e-13, ridge: 1e-3 } as const;
  const [x, y] = [
    cp.decompose(tensor(noisy.values, a.shape), { ...ask, mask: tensor(mask, a.shape) }),
    cp.complete(list, ask),
  ];
  assert.ok(distance(get(cp.full(x)), get(cp.full(y))) < 1e-8 * normOf(a));
  // With few samples a ridge keeps what they do not speak of small.
  const free = cp.complete(sampled(noisy, 0.15, 4), { rank: 3 });
  const tight = cp.complete(sampled(noisy, 0.15, 4), { rank: 3, ridge: 0.1 });
  assert.ok(normOf(get(cp.full(tight))) < normOf(get(cp.full(free))));
  const freeTrain = tt.complete(sampled(noisy, 0.15, 4), { rank: 3 });
  const tightTrain = tt.complete(sampled(noisy, 0.15, 4), { rank: 3, ridge: 0.1 });
  assert.ok(tt.norm(tightTrain) < tt.norm(freeTrain));
});

test('chooses a rank by the error on held-out samples', () => {
  const a = cpFullOf(factorsOf([12, 11, 10], 2, 5, 'f64'));
  const noise = noiseOf([12, 11, 10], 6, 'f64');
  const noisy = { ...a, values: a.values.map((x, k) => x + 0.1 * noise.values[k]!) };
  const { train, test } = cp.holdOut(sampled(noisy, 0.5, 1), 0.2, 3);
  const ranks = [1, 2, 4];
  for (const complete of [cp.complete, tt.complete]) {
    const errors = ranks.map(
      (rank) => complete(train, { rank, heldOut: test, restarts: 2, sweeps: 60 }).report.heldOut!,
    );
    assert.is(ranks[errors.indexOf(Math.min(...errors))], 2);
  }
  const grown = tt.complete(sampled(fullOf(coresOf([6, 5, 4, 3], [2, 2, 2], 1, 'f64')), 0.6, 1), { eps: 1e-6 });
  assert.equal(ranksOf(grown), { r1: 2, r2: 2, r3: 2 });
  assert.ok(grown.report.converged && grown.report.error < 1e-6);
});

test('holds out samples at random, each once, the same for the same seed', () => {
  const samples = sampled(noiseOf([9, 8, 7], 1, 'f64'), 0.5, 1);
  const { train, test } = cp.holdOut(samples, 0.25, 4);
  const rows = ({ indices, values }: Samples): string[] =>
    Array.from(values as Float64Array, (v, s) => `${(indices as Int32Array).subarray(3 * s, 3 * s + 3)}:${v}`);
  assert.is(rows(test).length, Math.round(0.25 * samples.values.length));
  assert.equal([...rows(train), ...rows(test)].sort(), rows(samples).sort());
  assert.equal(rows(cp.holdOut(samples, 0.25, 4).test), rows(test));
  assert.not.equal(rows(cp.holdOut(samples, 0.25, 5).test), rows(test));
  const tensors = {
    indices: tensor(samples.indices, [samples.values.length, 3]),
    values: tensor(samples.values),
    shape: [9, 8, 7],
  };
  assert.equal([...dataSync(cp.holdOut(tensors, 0.25, 4).test.values as Tensor)], [...(test.values as Float64Array)]);
  assert.equal(cp.complete(tensors, { rank: 1 }).report.error, cp.complete(samples, { rank: 1 }).report.error);
});

test('works in single precision, from given starts, without negative parts, of zeros, and with progress', () => {
  const planted = factorsOf([9, 8, 7], 2, 4, 'f64').map((b) => ({ ...b, values: b.values.map(Math.abs) }));
  const a = cpFullOf(planted);
  const single = cp.complete(sampled(a, 0.4, 1, 'f32'), { rank: 2, nonnegative: true, restarts: 2, stop: 1e-8 });
  assert.is(Object.values(single.parts)[0]!.dtype, 'f32');
  assert.ok(Object.values(single.parts).every((part) => dataSync(part).every((x: number) => x >= 0)));
  assert.ok(errorOf(a, single) < 1e-3, `${errorOf(a, single)}`);
  const train = tt.complete(sampled(a, 0.4, 1, 'f32'), { rank: 2 });
  assert.ok(errorOf(a, train) < 1e-5);
  for (const complete of [cp.complete, tt.complete]) {
    const samples = sampled(a, 0.5, 2);
    const once = complete(samples, { rank: 2, sweeps: 2, init: 'random', stop: 0 });
    const more = complete(samples, { rank: 2, sweeps: 1, init: once });
    assert.ok(more.report.error <= once.report.error);
    const none = complete({ ...samples, values: samples.values.map(() => 0) as Float64Array }, { rank: 2 });
    assert.is(none.report.error, 0);
    assert.ok(get(tt.full(none)).values.every((x) => x === 0));
    const steps: number[] = [];
    const stop = new AbortController();
    const end = (): unknown =>
      complete(samples, {
        rank: 2,
        stop: 0,
        signal: stop.signal,
        onProgress: ({ step }) => {
          steps.push(step);
          if (step === 3) stop.abort(new Error('enough'));
        },
      });
    leakFree(backend, () => assert.throws(end, /enough/));
    assert.equal(steps, [1, 2, 3]);
  }
});

test('refuses samples that make no sense, by name', () => {
  const good = sampled(noiseOf([4, 3, 2], 1, 'f64'), 1, 1);
  const bad = (changes: object): Samples => ({ ...good, ...changes }) as Samples;
  for (const complete of [cp.complete, tt.complete]) {
    const asked =
      (samples: Samples, options: object = { rank: 1 }) =>
      (): unknown =>
        complete(samples, options as cp.CpCompleteOptions);
    throws(asked(bad({ indices: good.indices.map((i) => i + 1) })), ShapeError, /lie in 0\.\./);
    throws(asked(bad({ indices: good.indices.map((i) => -i) })), ShapeError);
    throws(asked(bad({ indices: good.indices.subarray(3) })), ShapeError, /each value has 3 indices/);
    throws(asked(bad({ indices: Float64Array.from(good.indices) })), DtypeError, /i32/);
    throws(asked(bad({ values: Int32Array.from(good.values) })), DtypeError, /f32 or f64/);
    throws(asked(bad({ values: good.values.map(() => Number.NaN) })), NonFiniteError);
    throws(
      asked({ indices: new Int32Array(0), values: new Float64Array(0), shape: [2, 2] }),
      ShapeError,
      /at least one/,
    );
    throws(asked({ indices: Int32Array.of(0), values: Float64Array.of(1), shape: [2] }), ShapeError, /two modes/);
    throws(asked(bad({ shape: [4, 3, 0] })), ShapeError);
    throws(asked(good, {}), RankError);
    throws(asked(good, { rank: 0 }), RankError);
    throws(asked(good, { rank: 1, restarts: 0 }), FormatError, /restarts/);
    throws(asked(good, { rank: 1, ridge: Number.NaN }), FormatError, /ridge/);
    throws(asked(good, { rank: 1, init: 'zeros' }), FormatError, /init/);
    throws(asked(good, { rank: 1, heldOut: sampled(noiseOf([4, 3, 3], 1, 'f64'), 1, 1) }), ShapeError, /same tensor/);
    const huge = {
      indices: Int32Array.of(0, 0, 0, 5000, 4000, 3000),
      values: Float64Array.of(1, 2),
      shape: [6000, 6000, 6000],
    };
    throws(asked(huge, { rank: 1, init: 'svd' }), FormatError, /dense tensor/);
    assert.ok(complete(huge, { rank: 1, sweeps: 2 }).report.error < 1);
  }
  for (const fraction of [0, 1, -0.5, Number.NaN]) throws(() => cp.holdOut(good, fraction), FormatError, /fraction/);
  throws(() => cp.holdOut(good, 1e-9), FormatError, /some samples/);
});

test.run();
