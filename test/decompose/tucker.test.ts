import fc from 'fast-check';
import { withBackend } from '../../src/backend/current.ts';
import * as tucker from '../../src/decompose/tucker/index.ts';
import type { Real } from '../../src/dtype.ts';
import { full } from '../../src/formats/algebra.ts';
import { ranksOf } from '../../src/formats/network.ts';
import { modeProduct } from '../../src/ops/unfold.ts';
import { ones, tensor } from '../../src/tensor/create.ts';
import { scope } from '../../src/tensor/scope.ts';
import { type Dense, dense, distance, normOf } from '../../src/testing/dense.ts';
import * as laws from '../laws/tucker.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { holds } from '../support/runs.ts';
import { assert, suite } from '../support/test.ts';
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
/** Small ones, and large ones near which some tensor's error comes. */
const errors = fc.oneof(
  fc.constantFrom(...EPS),
  fc.integer({ min: 10, max: 95 }).map((n) => n / 100),
);
const sample = fc.tuple(shape, fc.integer({ min: 1, max: 1e6 }));
const ranks = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 5, maxLength: 5 });
const rankOf = (sizes: readonly number[], wanted: readonly number[]): number[] =>
  sizes.map((n, k) => Math.min(n, sizes.reduce((p, m) => p * m, 1) / n, wanted[k]!));

test('is quasi-optimal at given ranks, and knows the error that it makes', () => {
  each((impl, dtype, runs) => {
    holds(
      runs,
      fc.property(sample, ranks, errors, ([sizes, seed], wanted, eps) => {
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

test('never spends more than eps where many small pieces could be left out', () => {
  const impl = tuckersOn(backends[0]!, 'f64');
  for (const a of [noiseOf([9, 8, 10], 1, 'f64'), noiseOf([5, 4, 5, 4], 2, 'f64')]) {
    for (let eps = 0.3; eps < 1; eps += 0.1) {
      for (const method of ['hosvd', 'sthosvd', 'hooi'] as const) laws.errorIsWithinEps(impl, a, eps, method);
    }
  }
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
