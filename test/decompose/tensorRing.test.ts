import fc from 'fast-check';
import { withBackend } from '../../src/backend/current.ts';
import * as tensorRing from '../../src/decompose/tensorRing/index.ts';
import { balanced } from '../../src/decompose/tensorRing/split.ts';
import type { Real } from '../../src/dtype.ts';
import { FormatError, NonFiniteError, RankError } from '../../src/errors.ts';
import { full } from '../../src/formats/algebra.ts';
import { formatNamed } from '../../src/formats/all.ts';
import { randomFactored } from '../../src/formats/init.ts';
import { type Factored, ranksOf } from '../../src/formats/network.ts';
import { key } from '../../src/random.ts';
import { ones, tensor, zeros } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { type Dense, dense, distance, normOf } from '../../src/testing/dense.ts';
import { unfoldedValues } from '../../src/testing/tt/cores.ts';
import { atMost } from '../../src/testing/tt/laws.ts';
import * as laws from '../laws/treeDecompose.ts';
import { permutedOf } from '../laws/tuckerDense.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { holds } from '../support/runs.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';
import { noiseOf } from '../support/trains.ts';

const test = suite('tensorRing.decompose');
const backends = [wasmBackend(), referenceBackend()];
const dtypes: readonly Real[] = ['f64', 'f32'];

function each(check: (impl: laws.TreeDecomposition, dtype: Real, runs: number) => void): void {
  for (const on of backends) {
    for (const dtype of dtypes) {
      check(laws.decompositionOn(on, dtype, tensorRing.decompose), dtype, on === backends[0] ? 12 : 3);
    }
  }
}

const shape = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 });
/** Small ones, and large ones near which some tensor's error comes. */
const errors = fc.oneof(
  fc.constantFrom(0, 1e-10, 1e-4),
  fc.integer({ min: 10, max: 95 }).map((n) => n / 100),
);
const sample = fc.tuple(shape, fc.integer({ min: 1, max: 1e6 }));

test('keeps eps over the whole tensor at every shift, and knows its error', () => {
  each((impl, dtype, runs) => {
    holds(
      runs,
      fc.property(sample, errors, fc.nat(), ([sizes, seed], eps, turn) => {
        const a = noiseOf(sizes, seed, dtype);
        laws.errorIsGlobal(impl, a, eps);
        const x = impl.decompose(a, { eps, shift: turn % sizes.length });
        const n = normOf(a);
        atMost(distance(impl.full(x), a), eps * n + 200 * sizes.length * impl.unit * n, `error at shift ${turn}`);
        assert.ok(impl.decompose(a, { eps }).count <= x.count, 'all shifts together are worse than one');
        laws.powersPassThrough(impl, a, { eps: 0.1 }, dtype === 'f64' ? -400 : 60);
      }),
    );
  });
});

test('never spends more than eps where many small pieces could be left out', () => {
  const impl = laws.decompositionOn(backends[0]!, 'f64', tensorRing.decompose);
  for (const a of [noiseOf([9, 8, 10], 1, 'f64'), noiseOf([6, 5, 6, 5], 2, 'f64')]) {
    for (let eps = 0.3; eps < 1; eps += 0.05) laws.errorIsGlobal(impl, a, eps);
  }
});

test('loses at the first bond what the first unfolding allows', () => {
  const impl = laws.decompositionOn(backends[0]!, 'f64', tensorRing.decompose);
  const a = noiseOf([6, 5, 4, 5], 3, 'f64');
  for (const shift of [0, 1, 2, 3]) {
    const eps = 0.5;
    const x = impl.decompose(a, { eps, shift });
    const order = [0, 1, 2, 3].map((k) => (shift + k) % 4);
    const values = unfoldedValues(permutedOf(a, order), 1);
    const product = ranksOf(x)[`r${shift}`]! * ranksOf(x)[`r${(shift + 1) % 4}`]!;
    const tail = (r: number): number => normOf(dense([values.length - r], (k) => values[r + k]!));
    assert.ok(tail(product) <= Math.sqrt(2 / 4) * eps * normOf(a));
    assert.ok(product <= values.length);
  }
});

test('shares the first rank as evenly as the spectrum and the caps allow', () => {
  const free = { before: 100, behind: 100 };
  assert.equal(balanced(4, 10, free), { before: 2, behind: 2 });
  assert.equal(balanced(6, 10, free), { before: 2, behind: 3 });
  // A prime is rounded up.
  assert.equal(balanced(7, 10, free), { before: 2, behind: 4 });
  assert.equal(balanced(7, 7, free), { before: 1, behind: 7 });
  assert.equal(balanced(1, 5, free), { before: 1, behind: 1 });
  assert.equal(balanced(9, 10, { before: 2, behind: 100 }), { before: 2, behind: 5 });
  // What the caps forbid is not reached.
  assert.equal(balanced(9, 10, { before: 2, behind: 3 }), { before: 2, behind: 3 });
  assert.equal(balanced(9, 10, { before: 100, behind: 1 }), { before: 9, behind: 1 });
  for (let wanted = 1; wanted <= 40; wanted++) {
    for (const count of [wanted, wanted + 3]) {
      const { before, behind } = balanced(wanted, count, free);
      assert.ok(before * behind >= wanted && before * behind <= count);
      for (let p = 1; p <= count; p++) {
        for (let q = 1; p * q <= count; q++) if (p * q >= wanted) assert.ok(before + behind <= p + q);
      }
    }
  }
});

function ring(sizes: readonly number[], r: number, seed: number, dtype: Real = 'f64'): Factored {
  const layout = formatNamed('tensorRing').layout(
    sizes.map((size) => ({ size, role: 'out' as const })),
    { fold: sizes.map((n) => [n]) },
  );
  const ranks = Object.fromEntries(sizes.map((_, k) => [`r${k}`, r]));
  return randomFactored('tensorRing', layout, ranks, { std: 1, key: key(seed), dtype });
}

const denseOf = (x: Factored): Dense => {
  const whole = full(x);
  return { shape: whole.shape, values: Float64Array.from(dataSync(whole)) };
};

test('recovers rings of given ranks by least squares, and never rises', () => {
  for (const dtype of dtypes) {
    const impl = laws.decompositionOn(backends[0]!, dtype, tensorRing.decompose);
    const a = withBackend(backends[0]!, () => denseOf(ring([6, 5, 7, 6], 2, 4, dtype)));
    const options = { rank: 2, method: 'als', init: 'random', sweeps: 300, stop: 0 } as const;
    const x = [1, 2, 3]
      .map((seed) => impl.decompose(a, { ...options, seed }))
      .sort((p, q) => p.report.error - q.report.error)[0]!;
    assert.ok(x.report.error < (dtype === 'f64' ? 1e-12 : 1e-5), `${dtype}: ${x.report.error}`);
    assert.equal(Object.values(ranksOf(x)), [2, 2, 2, 2]);
    for (const [k, error] of x.report.history.entries()) if (k > 0) assert.ok(error <= x.report.history[k - 1]!);
    assert.ok(Math.abs(distance(impl.full(x), a) - x.report.error * normOf(a)) <= 100 * impl.unit * normOf(a));
  }
});

test('refines what SVDs give, from the same error or a better one', () => {
  each((impl, dtype, runs) => {
    holds(
      runs / 2,
      fc.property(sample, fc.integer({ min: 1, max: 3 }), ([sizes, seed], rank) => {
        const a = noiseOf(sizes, seed, dtype);
        const start = impl.decompose(a, { rank });
        const x = impl.decompose(a, { rank, method: 'als', sweeps: 5 });
        const slack = 200 * impl.unit * Math.max(1, sizes.length);
        assert.ok(Math.abs((x.report.history[0] ?? 0) - start.report.error) <= slack, 'another start');
        assert.ok(x.report.error <= start.report.error + slack);
        assert.ok(Math.abs(distance(impl.full(x), a) / Math.max(normOf(a), 1e-300) - x.report.error) <= slack);
        const ridged = impl.decompose(a, { rank, method: 'als', ridge: 1e-3, sweeps: 3 });
        assert.ok(Number.isFinite(ridged.report.error));
      }),
    );
  });
});

test('has equal bonds on a tensor that cyclic shifts leave as it is', () => {
  const a = dense([8, 8, 8, 8], (at) => {
    const [i, j, k, l] = [Math.floor(at / 512), Math.floor(at / 64) % 8, Math.floor(at / 8) % 8, at % 8];
    return 1 / (1 + Math.abs(i - j) + Math.abs(j - k) + Math.abs(k - l) + Math.abs(l - i));
  });
  const impl = laws.decompositionOn(backends[0]!, 'f64', tensorRing.decompose);
  const x = impl.decompose(a, { rank: 2, method: 'als', sweeps: 50 });
  assert.equal(Object.values(ranksOf(x)), [2, 2, 2, 2]);
  const errors = [0, 1, 2, 3].map((shift) => impl.decompose(a, { rank: 2, shift }).report.error);
  for (const error of errors) assert.ok(Math.abs(error - errors[0]!) < 1e-12);
});

test('starts where it is told, and refuses what it cannot take', () => {
  const x = ring([4, 5, 3], 2, 1);
  const a = full(x);
  const again = tensorRing.decompose(a, { rank: 2, method: 'als', init: x });
  assert.ok(again.report.history[0]! < 1e-14 && again.report.error < 1e-14);
  assert.is(tensorRing.decompose(zeros([3, 4]), { eps: 0.1, method: 'als' }).report.error, 0);
  const vector = tensorRing.decompose(ones([5], 'f64'), { rank: 2 });
  assert.equal(dataSync(full(vector)), new Float64Array(5).fill(1));
  throws(() => tensorRing.decompose(a, {}), RankError, /a rank or an eps/);
  throws(() => tensorRing.decompose(a, { eps: 0.1, shift: 3 }), FormatError, /a mode 0..2; got 3/);
  throws(() => tensorRing.decompose(a, { eps: 0.1, ridge: -1 }), FormatError, /ridge/);
  throws(() => tensorRing.decompose(a, { eps: 0.1, method: 'qr' as 'als' }), FormatError, /svd, als/);
  throws(
    () => tensorRing.decompose(a, { rank: 2, method: 'als', init: ring([4, 5, 4], 2, 1) }),
    FormatError,
    /tensor ring of f64/,
  );
  throws(() => tensorRing.decompose(a, { eps: 0.1, method: 'als', init: 'random' }), FormatError, /init is/);
  throws(() => tensorRing.decompose(tensor([[Number.NaN]]), { eps: 0.1 }), NonFiniteError, /tensorRing.decompose/);
});

test('keeps to its memory', () => {
  for (const dtype of dtypes) {
    for (const [most, ...lists] of [
      [4, [10, 10000], [10000, 10]],
      [6, [25, 25, 25], [4, 4, 4, 4, 4, 4, 4]],
    ] as const) {
      for (const sizes of lists) {
        const peak = laws.peakOf(wasmBackend(), sizes, dtype, (a) => tensorRing.decompose(a, { rank: 4 }));
        assert.ok(peak <= most, `${sizes} in ${dtype}: ${peak.toFixed(2)} times the input`);
      }
    }
  }
});

test.run();
