import fc from 'fast-check';
import * as tt from '../../src/decompose/tt/index.ts';
import type { Backend } from '../../src/backend/backend.ts';
import type { Real } from '../../src/dtype.ts';
import { NonFiniteError, RankError, ShapeError } from '../../src/errors.ts';
import { formatNamed } from '../../src/formats/all.ts';
import { randomFactored } from '../../src/formats/init.ts';
import { mul } from '../../src/ops/binary.ts';
import { resolveRanks } from '../../src/formats/rank.ts';
import { rounded as roundedTree } from '../../src/formats/round.ts';
import { key } from '../../src/random.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import { byOperations } from '../../src/tt/round.ts';
import { isSwept, swept } from '../../src/tt/sweep.ts';
import { trainOf, withCores } from '../../src/tt/train.ts';
import * as laws from '../laws/tt.ts';
import { type Dense, dense, distance, fullOf, normOf, ranksOfCores, unfoldedValues } from '../laws/ttDense.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { leakFree } from '../support/leaks.ts';
import { holds } from '../support/runs.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';
import { coresOf, noiseOf, trainsOn } from '../support/trains.ts';

const test = suite('tt.round');
const backends: readonly Backend[] = [wasmBackend(), referenceBackend()];
const put = ({ shape, values }: Dense, dtype: Real) => tensor(values, shape, dtype);
const RUNS = 10;

type Implementation = ReturnType<typeof trainsOn>;

/** Rounding of small trains by operations, too, as that of large ones. */
function operationsOf(impl: Implementation, on: Backend): Implementation {
  return {
    ...impl,
    round: (x, { eps = 0, atol = 0 }) =>
      leakFree(on, () => {
        const train = trainOf('x', x);
        const caps = new Array<number>(train.cores.length).fill(Infinity);
        return withCores(x, byOperations(train, eps, atol, caps).cores);
      }),
  };
}

/** In f64 and f32, on compiled kernels and, less often, on their references, in one call and by operations. */
function each(check: (impl: Implementation, dtype: Real, runs: number) => void): void {
  for (const on of backends) {
    for (const dtype of ['f64', 'f32'] as const) {
      const runs = (dtype === 'f64' ? RUNS : RUNS / 2) / (on === backends[0] ? 1 : 5);
      const impl = trainsOn(on, dtype);
      check(impl, dtype, runs);
      check(operationsOf(impl, on), dtype, runs / 2);
    }
  }
}

const train = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 6 }).chain((modes) =>
  fc.record({
    modes: fc.constant(modes),
    ranks: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: modes.length - 1, maxLength: modes.length - 1 }),
    seed: fc.integer({ min: 1, max: 1e6 }),
  }),
);

test('keeps eps, absolute errors and ranks once reached', () => {
  each((impl, dtype, runs) => {
    holds(
      runs,
      fc.property(train, fc.constantFrom(1e-12, 1e-6, 1e-2, 0.3), ({ modes, ranks, seed }, eps) => {
        const sample = { cores: coresOf(modes, ranks, seed, dtype), eps };
        laws.roundingKeepsEps(impl, sample);
        laws.roundingIsIdempotent(impl, sample);
        const x = impl.round(impl.fromCores(sample.cores), { eps });
        laws.coresAreOrthogonal(impl, x);
      }),
    );
  });
});

test('takes back sums', () => {
  each((impl, dtype, runs) => {
    holds(
      runs,
      fc.property(train, fc.constantFrom(0, 1), ({ modes, ranks, seed }, level) => {
        const eps = (dtype === 'f64' ? [1e-10, 1e-8] : [1e-4, 1e-3])[level]!;
        laws.roundingUndoesSums(impl, { cores: coresOf(modes, ranks, seed, dtype), eps });
      }),
    );
  });
});

test('is quasi-optimal at given ranks, and tells its error', () => {
  for (const on of backends) {
    const impl = trainsOn(on, 'f64');
    const cores = coresOf([4, 5, 3, 4], [4, 6, 4], 3, 'f64');
    const whole = fullOf(cores);
    for (const rank of [
      [1, 1, 1],
      [2, 3, 2],
      [4, 2, 3],
    ]) {
      const x = impl.round(impl.fromCores(cores), { rank });
      assert.equal(ranksOfCores(impl.cores(x)), rank);
      const tails = rank.map((r, k) => Math.hypot(...unfoldedValues(whole, k + 1).slice(r)));
      const error = distance(impl.full(x), whole);
      assert.ok(error >= Math.max(...tails) * (1 - 1e-12) && error <= Math.hypot(...tails) * (1 + 1e-12));
      const told = tt.rounded(impl.fromCores(cores), { maxRank: rank });
      assert.ok(Math.abs(told.error - error) < 1e-13 * normOf(whole));
      assert.ok(Math.abs(told.norm / normOf(whole) - 1) < 1e-14);
    }
  }
});

test('gives the same in one call and by operations', () => {
  for (const on of backends) {
    for (const dtype of ['f64', 'f32'] as const) {
      const u = dtype === 'f64' ? 2 ** -53 : 2 ** -23;
      for (const [modes, ranks, eps] of [
        [[4, 5, 3, 4], [4, 6, 4], 1e-1],
        [[2, 1, 6], [1, 4], 0],
        [new Array<number>(12).fill(3), new Array<number>(11).fill(5), 0.2],
      ] as const) {
        leakFree(on, () => {
          const x = trainOf('x', tt.fromCores(coresOf(modes, ranks, 7, dtype).map((core) => put(core, dtype))));
          const caps = new Array<number>(modes.length - 1).fill(4);
          assert.ok(isSwept(x));
          const [one, many] = [swept(x, eps, 0, caps), byOperations(x, eps, 0, caps)];
          assert.equal(
            one.cores.map(({ shape }) => shape),
            many.cores.map(({ shape }) => shape),
          );
          assert.ok(Math.abs(one.norm / many.norm - 1) < 100 * u);
          assert.ok(Math.abs(one.error - many.error) < 200 * u * one.norm);
          const [p, q] = [one, many].map(({ cores }) => tt.fromCores(cores));
          assert.ok(tt.norm(tt.sub(p!, q!)) < 200 * modes.length * u * one.norm);
          // What a scope holds goes in and out of it alike.
          const inside = scope(() => swept({ ...x, cores: x.cores.map((core) => mul(core, 1)) }, eps, 0, caps).cores);
          inside.forEach((core, k) => assert.equal(dataSync(core), dataSync(one.cores[k]!)));
        });
      }
    }
  }
  assert.not.ok(isSwept(trainOf('x', tt.ones([1200, 3]))));
});

test('agrees with the rounding of trees', () => {
  const x = tt.fromCores(coresOf([4, 5, 3, 4], [4, 6, 4], 5, 'f64').map(({ shape, values }) => tensor(values, shape)));
  for (const eps of [1e-1, 1e-2]) {
    const [chain, tree] = [tt.rounded(x, { eps }), roundedTree(x, { eps })];
    assert.equal(tt.ranksOf(chain.x), tt.ranksOf(tree.x));
    assert.ok(Math.abs(chain.error - tree.error) < 1e-12 * chain.norm);
    const [p, q] = [chain.x, tree.x].map((y) => dataSync(tt.full(y)));
    assert.ok(p!.every((v, k) => Math.abs(v - q![k]!) < 1e-12 * chain.norm));
  }
});

test('takes absolute errors, zero and trains of one core', () => {
  for (const on of backends) {
    const impl = trainsOn(on, 'f64');
    const cores = coresOf([4, 4, 4], [3, 3], 2, 'f64');
    const whole = fullOf(cores);
    for (const atol of [1e-6, 0.1, 1]) {
      assert.ok(distance(impl.full(impl.round(impl.fromCores(cores), { atol })), whole) <= atol);
    }
    assert.equal(ranksOfCores(impl.cores(impl.round(impl.fromCores(cores), { atol: 1e9 }))), [1, 1]);
    const zero = impl.round(impl.scale(impl.fromCores(cores), 0), { eps: 1e-8 });
    assert.equal(ranksOfCores(impl.cores(zero)), [1, 1]);
    assert.is(normOf(impl.full(zero)), 0);
    const one = noiseOf([1, 6, 1], 1, 'f64');
    assert.equal(impl.full(impl.round(impl.fromCores([one]), { eps: 0.9 })).values, one.values);
    const ones = [1, 1, 1].map(() => dense([1, 1, 1], () => 3));
    assert.ok(Math.abs(impl.full(impl.round(impl.fromCores(ones), { eps: 0 })).values[0]! - 27) < 1e-13);
  }
});

test('rounds differently scaled cores alike', () => {
  const impl = trainsOn(backends[0]!, 'f64');
  const cores = coresOf([4, 3, 4, 3], [5, 6, 5], 9, 'f64');
  const scaled = cores.map((core, k) => dense(core.shape, (j) => core.values[j]! * 2 ** (k % 2 === 0 ? 900 : -900)));
  const [plain, wide] = [cores, scaled].map((list) => impl.cores(impl.round(impl.fromCores(list), { eps: 1e-2 })));
  plain!.forEach((core, k) => assert.equal(wide![k]!.values, core.values));
});

test('refuses what it does not understand', () => {
  const x = tt.random([3, 4, 5], { rank: 2 });
  throws(() => tt.round(x, {}), RankError);
  throws(() => tt.round(x, { eps: -1 }), RankError);
  throws(() => tt.round(x, { eps: Number.NaN }), RankError);
  throws(() => tt.round(x, { atol: Infinity }), RankError);
  throws(() => tt.round(x, { maxRank: 0 }), RankError);
  throws(() => tt.round(x, { maxRank: 1.5 }), RankError);
  throws(() => tt.round(x, { maxRank: [2] }), RankError);
  throws(() => tt.round(tt.random([3], { rank: 1 }), { maxRank: 0 }), RankError);
  const bad = tt.fromCores([tensor(Float64Array.of(1, Number.NaN), [1, 2, 1])]);
  throws(() => tt.round(bad, { eps: 1e-3 }), NonFiniteError);
  throws(() => tt.round(tt.outer(bad, bad), { eps: 1e-3 }), NonFiniteError);
  throws(() => tt.round(tt.random([3, 3], { rank: 2 }), { maxRank: Number.NaN }), RankError);
  const ring = formatNamed('tensorRing');
  const layout = ring.layout([3, 4, 5].map((size) => ({ size, role: 'out' })));
  const cyclic = randomFactored('tensorRing', layout, resolveRanks(ring, layout, 2), { std: 1, key: key(1) });
  throws(() => tt.round(cyclic, { eps: 1e-3 }), ShapeError);
});

test.run();
