import fc from 'fast-check';
import type { Real } from '../../src/dtype.ts';
import { sumSquares } from '../../src/ops/reduce.ts';
import { sub } from '../../src/ops/binary.ts';
import * as cp from '../../src/decompose/cp/index.ts';
import { tensor } from '../../src/tensor/create.ts';
import * as laws from '../laws/cp.ts';
import { type Dense, dense } from '../laws/cpDense.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { gradcheck } from '../support/gradcheck.ts';
import { factorsOf, polyadicOn } from '../support/polyadic.ts';
import { holds } from '../support/runs.ts';
import { suite } from '../support/test.ts';
import { noiseOf } from '../support/trains.ts';

const test = suite('cp.decompose');
const backends = [wasmBackend(), referenceBackend()];
const dtypes: readonly Real[] = ['f64', 'f32'];
const RUNS = 4;

/** One in f64 and f32, on compiled kernels and their references; fewer runs in f32, and of the references. */
function each(check: (impl: ReturnType<typeof polyadicOn>, dtype: Real, runs: number) => void): void {
  for (const on of backends) {
    for (const dtype of dtypes)
      check(polyadicOn(on, dtype), dtype, (dtype === 'f64' ? RUNS : RUNS / 2) / (on === backends[0] ? 1 : 4));
  }
}

const shape = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 5 });
const seed = fc.integer({ min: 1, max: 1e6 });
const drawn = fc.record({ modes: shape, rank: fc.integer({ min: 1, max: 4 }), seed });

/** A mask that hides about a third of the entries, and not all. */
function maskOf(modes: readonly number[], from: number): Dense {
  const noise = noiseOf(modes, from, 'f64').values;
  return dense(modes, (k) => (noise[k]! > -0.3 || k === 0 ? 1 : 0));
}

test('never raises the error in a sweep, and reports the one that was made', () => {
  each((impl, dtype, count) => {
    holds(
      count,
      fc.property(drawn, ({ modes, rank, seed }) => {
        const sample = { a: noiseOf(modes, seed, dtype), rank, seed };
        const asks = [{}, { lineSearch: true }, { init: 'random' as const }, { mask: maskOf(modes, seed) }];
        for (const ask of asks) {
          laws.errorNeverRises(impl, sample, { ...ask, sweeps: 20 });
          laws.errorIsHonest(impl, sample, { ...ask, sweeps: 10 });
        }
      }),
    );
  });
});

test('sees an exact fit', () => {
  each((impl, dtype, count) => {
    holds(
      count,
      fc.property(drawn, ({ modes, rank, seed }) => {
        laws.exactFitIsSeen(impl, { factors: factorsOf(modes, rank, seed, dtype), seed });
      }),
    );
  });
});

test('has one canonical form for all orders and scales of components', () => {
  each((impl, dtype, count) => {
    holds(
      2 * count,
      fc.property(drawn, ({ modes, rank, seed }) => {
        const order = Array.from({ length: rank }, (_, q) => (q + seed) % rank);
        const scales = modes.map((_, k) =>
          Array.from({ length: rank }, (_, q) => ((q + k) % 2 === 0 ? -1 : 1) * (q + 0.7)),
        );
        const factors = factorsOf(modes, rank, seed, dtype);
        laws.canonicalFormIsUnique(impl, { factors, seed }, { order, scales: scales.slice(0, -1) });
      }),
    );
  });
});

test('is the power method at rank 1, and the textbook at any', () => {
  each((impl, dtype, count) => {
    holds(
      count / 2,
      fc.property(drawn, ({ modes, rank, seed }) => {
        const a = noiseOf(modes, seed, dtype);
        laws.rankOneIsPowerMethod(impl, a, factorsOf(modes, 1, seed + 1, dtype), 20);
        const most = Math.min(rank, ...modes);
        laws.sweepsAreTextbook(impl, a, factorsOf(modes, most, seed + 1, dtype), 3);
      }),
    );
  });
});

test('keeps nonnegative factors so', () => {
  each((impl, dtype, count) => {
    holds(
      count / 2,
      fc.property(drawn, ({ modes, rank, seed }) => {
        const noise = noiseOf(modes, seed, dtype);
        const a = dense(modes, (k) => Math.abs(noise.values[k]!));
        for (const init of ['svd', 'random'] as const) laws.nonnegativeStays(impl, { a, rank, seed }, { init });
        laws.nonnegativeStays(impl, { a: noise, rank, seed });
        laws.nonnegativeStays(impl, { a, rank, seed }, { mask: maskOf(modes, seed), sweeps: 10 });
      }),
    );
  });
});

test('does not depend on the scale of the tensor, nor on anything but the seed', () => {
  each((impl, dtype, count) => {
    holds(
      count / 2,
      fc.property(drawn, ({ modes, rank, seed }) => {
        const sample = { a: noiseOf(modes, seed, dtype), rank, seed };
        const e = dtype === 'f64' ? 400 : 60;
        for (const sign of [e, -e]) laws.scaleIsFree(impl, sample, sign, { sweeps: 5 });
        laws.scaleIsFree(impl, sample, -e, { sweeps: 3, nonnegative: true });
        laws.seedsRepeat(impl, sample, { init: 'random', sweeps: 3 });
      }),
    );
  });
});

test('multiplies by Khatri-Rao products', () => {
  each((impl, dtype, count) => {
    holds(
      4 * count,
      fc.property(drawn, ({ modes, rank, seed }) => {
        laws.productsAgree(impl, noiseOf(modes, seed, dtype), factorsOf(modes, rank, seed, dtype));
      }),
    );
  });
});

test('has the gradient of a fit in its factors', () => {
  const factors = factorsOf([4, 3, 2], 2, 1, 'f64');
  const a = tensor(noiseOf([4, 3, 2], 2, 'f64').values, [4, 3, 2]);
  const inputs = factors.map(({ shape, values }) => ({ shape, values: [...values] }));
  gradcheck((...parts) => sumSquares(sub(cp.full(cp.fromFactors(parts)), a)), inputs);
  gradcheck(
    (x, ...parts) => sumSquares(cp.mttkrp(x!, parts, 1)),
    [{ shape: [4, 3, 2], values: [...noiseOf([4, 3, 2], 2, 'f64').values] }, ...inputs],
  );
});

test.run();
