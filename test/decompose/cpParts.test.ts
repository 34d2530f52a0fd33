import fc from 'fast-check';
import { withBackend } from '../../src/backend/current.ts';
import { assign } from '../../src/decompose/cp/assign.ts';
import * as cp from '../../src/decompose/cp/index.ts';
import { componentsOf, gramsOf } from '../../src/decompose/cp/components.ts';
import { denseProblem } from '../../src/decompose/cp/dense.ts';
import { drawRows, probabilities } from '../../src/decompose/cp/leverage.ts';
import { sampledProblem } from '../../src/decompose/cp/sampled.ts';
import { balanced, eachLeaf } from '../../src/decompose/cp/tree.ts';
import { RankError, ShapeError } from '../../src/errors.ts';
import { key } from '../../src/random.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { cpFullOf, type Dense, dense, distance, mttkrpOf, normOf, zipped } from '../laws/cpDense.ts';
import { recovery } from '../laws/cp.ts';
import { shuffled } from '../laws/cp.ts';
import { wasmBackend } from '../support/backends.ts';
import { factorsOf, polyadicOn } from '../support/polyadic.ts';
import { holds, runs } from '../support/runs.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';
import { noiseOf } from '../support/trains.ts';

const test = suite('parts of cp.decompose');
const put = ({ shape, values }: Dense): Tensor => tensor(values, shape);
const get = (x: Tensor): Dense => ({ shape: x.shape, values: Float64Array.from(dataSync(x)) });

test('assigns rows to columns at the least cost', () => {
  const table = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 2 })).chain(([n, more]) =>
    fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: n + more, maxLength: n + more }), {
      minLength: n,
      maxLength: n,
    }),
  );
  holds(
    60,
    fc.property(table, (costs) => {
      const found = assign(costs);
      assert.is(new Set(found).size, costs.length);
      const cost = (list: readonly number[]): number => list.reduce((sum, j, i) => sum + costs[i]![j]!, 0);
      assert.is(cost(found), Math.min(...lists(costs.length, costs[0]!.length).map(cost)));
    }),
  );
});

/** All ways to give each of n rows a column of its own. */
function lists(n: number, columns: number, taken: readonly number[] = []): number[][] {
  if (taken.length === n) return [[...taken]];
  return Array.from({ length: columns }, (_, j) => j)
    .filter((j) => !taken.includes(j))
    .flatMap((j) => lists(n, columns, [...taken, j]));
}

test('matches components in any order, and tells others apart', () => {
  const factors = factorsOf([5, 4, 3], 3, 1, 'f64');
  const x = cp.fromFactors(factors.map(put));
  const order = [2, 0, 1];
  const scales = [
    [-2, 3, 0.5],
    [-1, -1, 7],
  ];
  const same = cp.fromFactors(shuffled(factors, { order, scales }).map(put));
  assert.ok(Math.abs(cp.factorMatch(x, same) - 1) < 1e-13);
  const twice = cp.fromFactors(factors.map((a, k) => put(k > 0 ? a : dense(a.shape, (i) => 2 * a.values[i]!))));
  assert.ok(Math.abs(cp.factorMatch(x, twice) - 0.5) < 1e-13);
  assert.ok(Math.abs(cp.factorMatch(x, twice, { weights: false }) - 1) < 1e-13);
  const negative = cp.fromFactors(factors.map((a, k) => put(k > 0 ? a : dense(a.shape, (i) => -a.values[i]!))));
  assert.ok(cp.factorMatch(x, negative) < 0.9);
  assert.ok(cp.factorMatch(x, cp.fromFactors(factorsOf([5, 4, 3], 3, 9, 'f64').map(put))) < 0.9);
  const more = factors.map((a, k) =>
    dense([a.shape[0]!, 4], (i) => (i % 4 < 3 ? a.values[Math.floor(i / 4) * 3 + (i % 4)]! : k + 1)),
  );
  assert.ok(Math.abs(cp.factorMatch(x, cp.fromFactors(more.map(put))) - 1) < 1e-13);
  throws(() => cp.factorMatch(cp.fromFactors(more.map(put)), x), RankError);
  throws(() => cp.factorMatch(x, cp.fromFactors(factorsOf([5, 4, 2], 3, 9, 'f64').map(put))), ShapeError);
});

test('normalizes components of zeros, and takes weights back', () => {
  const a = tensor(Float64Array.of(1, 0, 2, 0), [2, 2]);
  const b = tensor(Float64Array.of(-3, 5, 0, 5, 4, 5), [3, 2]);
  const { weights, factors } = cp.normalize(cp.fromFactors([a, b]));
  assert.ok(Math.abs(dataSync(weights)[0]! - Math.sqrt(5) * 5) < 1e-14);
  assert.is(dataSync(weights)[1], 0);
  assert.equal(
    [...dataSync(factors[1]!)].filter((_, k) => k % 2 === 1),
    [1, 0, 0],
  );
  const back = get(cp.full(cp.fromFactors(factors, weights)));
  assert.ok(distance(back, cpFullOf([a, b].map(get))) < 1e-14);
  const signed = cp.fromFactors(factors, tensor(Float64Array.of(-8, 0)));
  assert.ok(Math.abs(normOf(get(cp.full(signed))) - 8) < 1e-14);
  assert.ok(Math.abs(dataSync(cp.normalize(signed).weights)[0]! - 8) < 1e-14);
});

test('visits the leaves of the dimension tree in order, each with the present factors', () => {
  for (const modes of [[3], [3, 2], [4, 3, 2], [2, 5, 3, 2], [2, 1, 3, 2, 2, 3]]) {
    const a = noiseOf(modes, 1, 'f64');
    const factors = factorsOf(modes, 2, 2, 'f64');
    const seen: number[] = [];
    scope(() => {
      eachLeaf(modes, [{ root: put(a), factor: (mode) => put(factors[mode]!) }], (mode, [leaf]) => {
        const want = mttkrpOf(a, factors, mode);
        // The tree of a single mode has nothing to multiply by: its column stands for all.
        const found = modes.length === 1 ? dense(want.shape, (k) => a.values[k >> 1]!) : get(leaf!);
        assert.ok(distance(found, want) < 1e-13 * normOf(want), `mode ${mode} of [${modes}]`);
        seen.push(mode);
        factors[mode] = noiseOf(factors[mode]!.shape, 50 + mode, 'f64');
      });
    });
    assert.equal(
      seen,
      modes.map((_, k) => k),
    );
  }
  assert.is(balanced([100, 2, 3, 20], 0, 4), 1);
  assert.is(balanced([4, 4, 4, 4], 0, 4), 2);
});

test('draws rows by leverage: the likely ones surely, the others without a bias', () => {
  // One row of each factor has nearly all leverage of a column.
  const factors = [7, 6].map((n, k) => {
    const noise = noiseOf([n, 2], k + 1, 'f64');
    return dense([n, 2], (i) => (i === 5 ? 30 : noise.values[i]!));
  });
  const p = factors.map((a) => scope(() => probabilities(put(a), gramsOf([put(a)])[0]!)));
  for (const each of p) assert.ok(Math.abs(each.reduce((sum, x) => sum + x, 0) - 1) < 1e-14);
  const count = 12;
  const sums = new Float64Array(42);
  const trials = 400 * runs(1);
  for (let trial = 0; trial < trials; trial++) {
    const { indices, squaredWeights } = drawRows(p, count, key(trial));
    const places = [...indices[0]!].map((i, s) => i * 6 + indices[1]![s]!);
    assert.equal(
      places,
      [...new Set(places)].sort((a, b) => a - b),
    );
    places.forEach((place, s) => {
      sums[place]! += squaredWeights[s]!;
      const likely = p[0]![Math.floor(place / 6)]! * p[1]![place % 6]! > 1 / count;
      if (likely) assert.is(squaredWeights[s], 1);
    });
  }
  // Each row counts once on average: 1 for sure where it is likely, else within 5 standard errors.
  let chances = 0;
  sums.forEach((sum, place) => {
    const q = p[0]![Math.floor(place / 6)]! * p[1]![place % 6]!;
    if (q > 1 / count) assert.is(sum, trials);
    else if (q > 1e-4) {
      chances++;
      assert.ok(Math.abs(sum / trials - 1) < 5 / Math.sqrt(trials * count * q), `row ${place}: ${sum / trials}`);
    }
  });
  assert.ok(chances > 20);
  const all = drawRows([Float64Array.of(0.5, 0.5)], 4, key(1));
  assert.equal([...all.indices[0]!], [0, 1]);
  assert.equal([...all.squaredWeights], [1, 1]);
});

test('estimates the error of a large tensor on some of its entries', () => {
  const factors = factorsOf([40, 35, 30], 2, 1, 'f64');
  const [clean, noise] = [cpFullOf(factors), noiseOf([40, 35, 30], 2, 'f64')];
  const a = zipped(clean, noise, (x, y) => x + 0.3 * y);
  scope(() => {
    const estimated = sampledProblem(put(a), 100, key(1));
    const exact = denseProblem(put(a));
    const x = componentsOf(factors.map(put), 'f64');
    const [guess, truth] = [estimated.residual(x), exact.residual(x)];
    assert.ok(guess !== truth && Math.abs(guess / truth - 1) < 0.02, `${guess} for ${truth}`);
    assert.ok(Math.abs(truth - distance(a, clean)) < 1e-12 * truth);
  });
});

test('takes no more memory than a few copies of the tensor, and forms no square of a long mode', () => {
  for (const { modes, most } of [
    { modes: [10, 50000], most: 4 },
    { modes: [50000, 10], most: 4 },
    { modes: [60, 60, 60], most: 6 },
    { modes: Array<number>(9).fill(4), most: 6 },
  ]) {
    for (const ask of [{}, { nonnegative: true }, { method: 'random', samples: 500 }] as Partial<cp.CpOptions>[]) {
      const on = wasmBackend();
      const a = put(noiseOf(modes, 1, 'f64'));
      withBackend(on, () => cp.decompose(a, { rank: 4, sweeps: 2, stop: 0, ...ask }));
      const copies = on.stats().peak / (8 * a.size);
      assert.ok(copies <= most, `${copies} copies of [${modes}] ${JSON.stringify(ask)}`);
    }
  }
});

test('finds planted components from samples of their equations', () => {
  const backend = wasmBackend();
  const impl = polyadicOn(backend, 'f64');
  const scores: number[] = [];
  for (let k = 0; k < runs(4); k++) {
    const factors = factorsOf([14, 12, 10], 3, k + 1, 'f64');
    const a = cpFullOf(factors);
    const options = { rank: 3, method: 'random', samples: 40, seed: k, stop: 1e-6, restarts: 2 } as const;
    const x = cp.decompose(put(a), options);
    assert.ok(Math.abs(distance(get(cp.full(x)), a) / normOf(a) - x.report.error) < 1e-12);
    scores.push(impl.match(impl.fromFactors(factors), x));
    const again = cp.decompose(put(a), options);
    assert.equal(Object.values(again.parts).map(dataSync), Object.values(x.parts).map(dataSync));
    assert.ok(recovery(impl, { factors, seed: k }, { restarts: 2 }) > 0.999);
  }
  assert.ok(scores.filter((score) => score > 0.999).length >= 0.75 * scores.length, `${scores}`);
  const [clean, noise] = [cpFullOf(factorsOf([14, 12, 10], 3, 1, 'f64')), noiseOf([14, 12, 10], 7, 'f64')];
  const noisy = put(zipped(clean, noise, (x, y) => x + 0.1 * y));
  const exact = cp.decompose(noisy, { rank: 3, restarts: 2 }).report.error;
  const drawn = cp.decompose(noisy, { rank: 3, method: 'random', samples: 80, restarts: 2 }).report.error;
  assert.ok(exact > 0.05 && drawn < 1.1 * exact, `${drawn} and ${exact}`);
});

test.run();
