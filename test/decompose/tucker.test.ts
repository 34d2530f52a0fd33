import fc from 'fast-check';
import { withBackend } from '../../src/backend/current.ts';
import * as tucker from '../../src/decompose/tucker/index.ts';
import type { Real } from '../../src/dtype.ts';
import { DtypeError, FormatError, NonFiniteError, RankError, ShapeError } from '../../src/errors.ts';
import { full } from '../../src/formats/algebra.ts';
import { Factored, ranksOf } from '../../src/formats/network.ts';
import { transpose } from '../../src/ops/transpose.ts';
import { modeProduct, refold, unfold } from '../../src/ops/unfold.ts';
import { ones, tensor, zeros } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import { type Dense, dense, distance, normOf } from '../../src/testing/dense.ts';
import * as laws from '../laws/tucker.ts';
import { fullOfTucker, lossOf, modeValues } from '../laws/tuckerDense.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { holds } from '../support/runs.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';
import { noiseOf } from '../support/trains.ts';
import { get, put, tuckersOn } from '../support/tuckers.ts';

const test = suite('tucker.decompose');
const backends = [wasmBackend(), referenceBackend()];
const dtypes: readonly Real[] = ['f64', 'f32'];
const RUNS = 16;
const EPS = [0, 1e-14, 1e-10, 1e-6, 1e-3, 0.1, 0.5];

/** In f64, half as often in f32, and a few times on the reference kernels. */
function each(check: (impl: laws.Tuckers, dtype: Real, runs: number) => void): void {
  for (const on of backends) {
    for (const dtype of dtypes) {
      check(tuckersOn(on, dtype), dtype, (dtype === 'f64' ? RUNS : RUNS / 2) / (on === backends[0] ? 1 : 4));
    }
  }
}

const shape = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 });
const sample = fc.tuple(shape, fc.integer({ min: 1, max: 1e6 }));
const ranks = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 5, maxLength: 5 });
const rankOf = (sizes: readonly number[], wanted: readonly number[]): number[] =>
  sizes.map((n, k) => Math.min(n, sizes.reduce((p, m) => p * m, 1) / n, wanted[k]!));

test('is quasi-optimal at given ranks, and knows the error that it makes', () => {
  each((impl, dtype, runs) => {
    holds(
      runs,
      fc.property(sample, ranks, fc.constantFrom(...EPS), ([sizes, seed], wanted, eps) => {
        const a = noiseOf(sizes, seed, dtype);
        const rank = rankOf(sizes, wanted);
        laws.hosvdIsQuasiOptimal(impl, a, rank);
        laws.sthosvdKnowsItsError(impl, a, { rank });
        laws.sthosvdKnowsItsError(impl, a, { eps });
        for (const method of ['hosvd', 'sthosvd', 'hooi'] as const) {
          laws.errorIsWithinEps(impl, a, eps, method);
          laws.squaresAddUp(impl, a, { method, rank });
          laws.factorsAreOrthonormal(impl, a, { method, rank });
        }
      }),
    );
  });
});

test('has an all-orthogonal core where nothing is cut, and ranks that fall as eps grows', () => {
  each((impl, dtype, runs) => {
    holds(
      runs,
      fc.property(sample, ([sizes, seed]) => {
        const a = noiseOf(sizes, seed, dtype);
        laws.coreIsAllOrthogonal(impl, a);
        laws.ranksGrow(impl, a, [0.7, 0.5, 0.1, 1e-2, 1e-3]);
      }),
    );
  });
});

test('descends by HOOI from sweep to sweep', () => {
  each((impl, dtype, runs) => {
    holds(
      runs,
      fc.property(sample, ranks, ([sizes, seed], wanted) => {
        laws.hooiDescends(impl, noiseOf(sizes, seed, dtype), rankOf(sizes, wanted));
      }),
    );
  });
});

/** A random core and random factors whose ranks no other mode makes redundant. */
function planted(sizes: readonly number[], wanted: readonly number[], seed: number, dtype: Real) {
  const rank = rankOf(sizes, wanted);
  const round = (x: Dense): Dense =>
    dense(x.shape, (k) => (dtype === 'f32' ? Math.fround(x.values[k]!) : x.values[k]!));
  const factors = sizes.map((n, k) => noiseOf([n, rank[k]!], 31 * seed + k, dtype));
  return { core: round(noiseOf(rank, seed, dtype)), factors };
}

test('leaves no error at exact ranks, whatever the order of modes', () => {
  each((impl, dtype, runs) => {
    holds(
      runs,
      fc.property(sample, ranks, fc.nat(), ([sizes, seed], wanted, turn) => {
        if (dtype === 'f64') laws.exactRanksAreExact(impl, planted(sizes, wanted, seed, dtype));
        const order = sizes.map((_, k) => (k + turn) % sizes.length);
        laws.modesPermute(impl, noiseOf(sizes, seed, dtype), order, rankOf(sizes, wanted));
      }),
    );
  });
});

test('multiplies matrices into modes', () => {
  each((impl, dtype, runs) => {
    holds(
      runs,
      fc.property(sample, fc.nat(), fc.nat(), ([sizes, seed], i, j) => {
        const [k, l] = [i % sizes.length, j % sizes.length];
        const u = noiseOf([1 + (seed % 4), sizes[k]!], seed + 1, dtype);
        const v = noiseOf([3, k === l ? u.shape[0]! : sizes[l]!], seed + 2, dtype);
        laws.modeProductsCompose(impl, noiseOf(sizes, seed, dtype), [k, l], u, v);
      }),
    );
  });
});

test('gives the same bits whatever power of two the tensor is scaled by', () => {
  each((impl, dtype, runs) => {
    holds(
      runs / 2,
      fc.property(sample, ranks, fc.constantFrom(-1, 1), ([sizes, seed], wanted, sign) => {
        const exponent = sign * (dtype === 'f64' ? 400 : 60);
        for (const method of ['hosvd', 'sthosvd', 'hooi'] as const) {
          laws.powersPassThrough(impl, noiseOf(sizes, seed, dtype), { method, rank: rankOf(sizes, wanted) }, exponent);
        }
      }),
    );
  });
});

/** 1 / (i + j + k), i, j, k = 1 ... 30. */
const hilbert = tensor(
  Float64Array.from(
    { length: 27000 },
    (_, at) => 1 / (3 + (at % 30) + (Math.floor(at / 30) % 30) + Math.floor(at / 900)),
  ),
  [30, 30, 30],
);

test('has the ranks and errors of the reference algorithms on 1 / (i + j + k)', () => {
  const golden = [
    [1e-2, 3, 4.02e-3],
    [1e-4, 5, 6.15e-5],
    [1e-6, 7, 6.32e-7],
    [1e-8, 9, 4.63e-9],
  ] as const;
  for (const [eps, r, error] of golden) {
    for (const method of ['hosvd', 'sthosvd', 'hooi'] as const) {
      const x = tucker.decompose(hilbert, { eps, method });
      assert.equal(ranksOf(x), { r0: r, r1: r, r2: r });
      assert.ok(Math.abs(x.report.error / error - 1) < 2e-3, `${method} at ${eps}: ${x.report.error}`);
      const truth = distance(get(full(x)), get(hilbert)) / normOf(get(hilbert));
      assert.ok(Math.abs(x.report.error - truth) < 50 * 2 ** -53 * 3);
    }
  }
});

test('leaves windows and other modes in the core', () => {
  const kernel = put(noiseOf([12, 9, 3, 3], 5, 'f64'), 'f64');
  const roles = ['out', 'in', 'window', 'window'] as const;
  for (const method of ['hosvd', 'sthosvd', 'hooi'] as const) {
    const x = tucker.decompose(kernel, { roles, rank: [4, 3], method });
    assert.equal(x.net.parts, { core: ['r0', 'r1', 'w0', 'w1'], factor0: ['o0', 'r0'], factor1: ['i0', 'r1'] });
    assert.equal(x.parts.core!.shape, [4, 3, 3, 3]);
    for (const k of [0, 1]) assert.ok(lossOf(get(x.parts[`factor${k}`]!)) < 1e-13);
    const truth = distance(get(full(x)), get(kernel)) / normOf(get(kernel));
    assert.ok(Math.abs(x.report.error - truth) < 1e-13);
    const same = tucker.decompose(kernel, { modes: [0, 1], rank: [4, 3], method });
    assert.equal(dataSync(same.parts.core!), dataSync(x.parts.core!));
  }
  const one = tucker.decompose(kernel, { modes: [2], eps: 0.1 });
  assert.equal(Object.keys(one.parts), ['core', 'factor2']);
  const none = tucker.decompose(kernel, { modes: [], eps: 0.1 });
  assert.equal(dataSync(full(none)), dataSync(kernel));
  const folded = tucker.decompose(kernel, { fold: [[3, 4], [9], [3], [3]], eps: 1e-12 });
  assert.equal(folded.shape, [12, 9, 3, 3]);
  assert.ok(distance(get(full(folded)), get(kernel)) < 1e-12 * normOf(get(kernel)));
});

test('starts HOOI where it is told, and never ends worse', () => {
  const a = put(noiseOf([7, 8, 6], 9, 'f64'), 'f64');
  const rank = [3, 2, 3];
  const best = tucker.decompose(a, { rank, method: 'hooi', stop: 1e-12, sweeps: 500 });
  assert.ok(best.report.converged);
  assert.is(best.report.history.length > 3, true);
  const random = tucker.decompose(a, { rank, method: 'hooi', init: 'random', seed: 3 });
  assert.ok(random.report.history[0]! > random.report.error + 0.01);
  assert.equal(
    dataSync(random.parts.core!),
    dataSync(tucker.decompose(a, { rank, method: 'hooi', init: 'random', seed: 3 }).parts.core!),
  );
  const again = tucker.decompose(a, { rank, method: 'hooi', init: best });
  assert.ok(again.report.error <= best.report.error + 1e-14);
  assert.ok(Math.abs(again.report.history[0]! - best.report.error) < 1e-14);
  const limited = tucker.decompose(a, { rank, method: 'hooi', init: 'random', seed: 3, sweeps: 1 });
  assert.is(limited.report.converged, false);
  throws(() => tucker.decompose(a, { rank: 4, method: 'hooi', init: best }), RankError, /the rank asked for/);
  throws(() => tucker.decompose(a, { rank: 4, method: 'hooi', init: 'best' as 'svd' }), FormatError, /init is/);
  throws(() => tucker.decompose(a, { eps: 0.1, method: 'hooi', init: 'random' }), FormatError, /init is/);
  const small = put(noiseOf([7, 8, 5], 9, 'f64'), 'f64');
  throws(() => tucker.decompose(small, { rank, method: 'hooi', init: best }), FormatError, /5 rows for mode 2/);
});

test('has a normal form: orthonormal factors, an all-orthogonal core of descending slices', () => {
  const a = put(noiseOf([4, 5, 3], 2, 'f64'), 'f64');
  const x = tucker.decompose(a, { rank: [3, 3, 2] });
  const skewed = new Factored(x.format, x.net, x.axes, {
    ...x.parts,
    core: modeProduct(
      x.parts.core!,
      tensor(
        [
          [2, 0, 0],
          [1, 3, 0],
          [0, 0, 1],
        ],
        undefined,
        'f64',
      ),
      0,
    ),
    factor0: transpose(
      modeProduct(
        transpose(x.parts.factor0!),
        tensor(
          [
            [0.5, -1 / 6, 0],
            [0, 1 / 3, 0],
            [0, 0, 1],
          ],
          undefined,
          'f64',
        ),
        0,
      ),
    ),
  });
  const whole = get(full(x));
  assert.ok(distance(get(full(skewed)), whole) < 1e-14 * normOf(whole), 'the test has another tensor');
  const y = tucker.canonical(skewed);
  assert.ok(distance(get(full(y)), whole) < 1e-14 * normOf(whole));
  const core = get(y.parts.core!);
  core.shape.forEach((_, mode) => {
    assert.ok(lossOf(get(y.parts[`factor${mode}`]!)) < 1e-13);
    const rows = get(unfold(y.parts.core!, mode));
    const [r, n] = rows.shape as [number, number];
    const values = modeValues(whole, mode);
    for (let i = 0; i < r; i++) {
      for (let j = 0; j <= i; j++) {
        let dot = 0;
        for (let k = 0; k < n; k++) dot += rows.values[i * n + k]! * rows.values[j * n + k]!;
        assert.ok(Math.abs(dot - (i === j ? values[i]! * values[i]! : 0)) < 1e-13, `${mode} ${i} ${j}: ${dot}`);
      }
    }
  });
  const other = new Factored(
    'cp',
    { open: ['a', 'b'], parts: { factor0: ['a', 'r'], factor1: ['b', 'r'] } },
    [[0], [1]],
    {
      factor0: ones([2, 2], 'f64'),
      factor1: ones([3, 2], 'f64'),
    },
  );
  throws(() => tucker.canonical(other), ShapeError, /tucker.canonical|a core with factors/);
});

test('keeps every entry of a nonnegative decomposition at or above zero, and descends', () => {
  const from = (sizes: number[], seed: number): Dense => {
    const { shape: s, values } = noiseOf(sizes, seed, 'f64');
    return dense(s, (k) => Math.abs(values[k]!));
  };
  const exact = fullOfTucker({
    core: from([2, 3, 2], 1),
    factors: [from([9, 2], 2), from([8, 3], 3), from([7, 2], 4)],
  });
  for (const dtype of dtypes) {
    for (const init of ['svd', 'random'] as const) {
      const x = tucker.decompose(put(exact, dtype), { rank: [2, 3, 2], nonnegative: true, init, stop: 0, sweeps: 60 });
      for (const part of Object.values(x.parts)) assert.ok(dataSync(part).every((v) => v >= 0));
      x.report.history.forEach((e, k) => assert.ok(k === 0 || e <= x.report.history[k - 1]!));
      assert.ok(x.report.error < 0.03, `${dtype} from ${init}: ${x.report.error}`);
      const truth = distance(get(full(x)), exact) / normOf(exact);
      assert.ok(Math.abs(truth - x.report.error) < 1e-5);
    }
  }
  const mixed = tucker.decompose(put(noiseOf([5, 6, 4], 3, 'f64'), 'f64'), {
    rank: 2,
    nonnegative: true,
    modes: [0, 2],
  });
  assert.equal(Object.keys(mixed.parts), ['core', 'factor0', 'factor2']);
  for (const part of Object.values(mixed.parts)) assert.ok(dataSync(part).every((v) => v >= 0));
  throws(() => tucker.decompose(put(exact, 'f64'), { eps: 0.1, nonnegative: true }), RankError, /has a rank/);
});

test('unfolds row by row, and folds back', () => {
  const a = put(
    dense([2, 3, 4], (k) => k),
    'f64',
  );
  assert.equal(dataSync(unfold(a, 0)), dataSync(a));
  assert.equal([...dataSync(unfold(a, 1))].slice(0, 8), [0, 1, 2, 3, 12, 13, 14, 15]);
  assert.equal(unfold(a, -1).shape, [4, 6]);
  for (const mode of [0, 1, 2, -1]) assert.equal(dataSync(refold(unfold(a, mode), mode, [2, 3, 4])), dataSync(a));
  throws(() => unfold(a, 3), ShapeError, /unfold/);
  throws(() => refold(a, 0, [2, 3, 4]), ShapeError, /\[2, 12\]/);
  throws(() => modeProduct(a, ones([3, 3], 'f64'), 0), ShapeError, /a column for each index/);
});

test('takes zeros, vectors and modes of size 1, and refuses what it cannot take', () => {
  for (const method of ['hosvd', 'sthosvd', 'hooi'] as const) {
    const zero = tucker.decompose(zeros([3, 4, 2]), { eps: 1e-3, method });
    assert.equal(ranksOf(zero), { r0: 1, r1: 1, r2: 1 });
    assert.is(zero.report.error, 0);
    const vector = tucker.decompose(ones([5], 'f64'), { eps: 1e-3, method });
    assert.ok(
      distance(
        get(full(vector)),
        dense([5], () => 1),
      ) <
        1e-15 * 10,
    );
    const thin = tucker.decompose(ones([1, 4, 1]), { rank: 3, method });
    assert.ok(thin.report.error < 1e-6);
  }
  const a = put(noiseOf([3, 4, 2], 1, 'f64'), 'f64');
  throws(() => tucker.decompose(a, {}), RankError, /a rank or an eps/);
  throws(() => tucker.decompose(a, { eps: -1 }), RankError, /eps/);
  throws(() => tucker.decompose(a, { rank: [1, 2] }), RankError, /one for each bond/);
  throws(() => tucker.decompose(a, { eps: 0.1, method: 'qr' as 'hooi' }), FormatError, /hosvd, sthosvd, hooi/);
  throws(() => tucker.decompose(a, { eps: 0.1, modes: [3] }), ShapeError, /axes 0..2; got 3/);
  throws(() => tucker.decompose(a, { eps: 0.1, roles: ['out'] }), ShapeError, /'out', 'in' or 'window'/);
  throws(() => tucker.decompose(tensor(Int32Array.of(1, 2)), { eps: 0.1 }), DtypeError, /f32 and f64/);
  throws(() => tucker.decompose(zeros([3, 0]), { eps: 0.1 }), ShapeError, /each of size >= 1/);
  throws(() => tucker.decompose(tensor([1, Number.NaN]), { eps: 0.1 }), NonFiniteError, /NaN at \[1\]/);
});

test('tells its progress, and stops when it is told', () => {
  const a = put(noiseOf([4, 5, 6], 1, 'f64'), 'f64');
  const heard: number[] = [];
  const x = tucker.decompose(a, { rank: 2, onProgress: ({ step, of, error }) => heard.push(step, of, error) });
  assert.equal(
    heard.filter((_, k) => k % 3 === 0),
    [1, 2, 3],
  );
  assert.is(heard.at(-1), x.report.error);
  const stop = new AbortController();
  const abort = (): void => stop.abort(new Error('enough'));
  assert.throws(
    () => tucker.decompose(a, { rank: 2, method: 'hooi', signal: stop.signal, onProgress: abort }),
    /enough/,
  );
});

test('keeps to its memory: no square of a long mode', () => {
  for (const dtype of dtypes) {
    const peakOf = (sizes: number[], options: tucker.TuckerOptions): number => {
      const on = wasmBackend();
      return withBackend(on, () =>
        scope(() => {
          const a = put(noiseOf(sizes, 1, dtype), dtype);
          // Makes it resident.
          modeProduct(a, ones([1, sizes[0]!], dtype), 0).dispose();
          const base = on.stats().bytes - a.size * (dtype === 'f64' ? 8 : 4);
          tucker.decompose(a, options);
          return (on.stats().peak - base) / (a.size * (dtype === 'f64' ? 8 : 4));
        }),
      );
    };
    for (const sizes of [
      [10, 10000],
      [10000, 10],
      [16, 4, 1000],
    ]) {
      for (const options of [{ eps: 1e-3 }, { rank: 5 }, { eps: 1e-3, method: 'hosvd' }] as const) {
        const peak = peakOf(sizes, options);
        assert.ok(
          peak <= 4,
          `${sizes} in ${dtype} with ${JSON.stringify(options)}: ${peak.toFixed(2)} times the input`,
        );
      }
    }
    const peak = peakOf([30, 30, 30], { eps: 1e-3 });
    assert.ok(peak <= 6, `a cube in ${dtype}: ${peak.toFixed(2)} times the input`);
  }
});

test.run();
