import fc from 'fast-check';
import type { Backend } from '../../src/backend/backend.ts';
import { withBackend } from '../../src/backend/current.ts';
import { convert } from '../../src/decompose/convert.ts';
import type { Real } from '../../src/dtype.ts';
import { RankError, ShapeError } from '../../src/errors.ts';
import { add, full, hadamard, scale } from '../../src/formats/algebra.ts';
import { formatNamed, formats } from '../../src/formats/all.ts';
import type { Axis } from '../../src/formats/format.ts';
import { randomFactored } from '../../src/formats/init.ts';
import { type Factored, ranksOf } from '../../src/formats/network.ts';
import { treeNorm } from '../../src/formats/orthogonalize.ts';
import { resolveRanks } from '../../src/formats/rank.ts';
import { key } from '../../src/random.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import { distance, size, type TreeSample, treeNames, treeOfSample } from '../laws/tree.ts';
import { type Conversions, conversionsKeepFull } from '../laws/tucker.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { leakFree } from '../support/leaks.ts';
import { holds } from '../support/runs.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('convert');
const backends = [wasmBackend(), referenceBackend()];
const names = formats.map(({ name }) => name);
/** What needs no dense tensor. */
const trees = names.filter((name) => name !== 'dense' && name !== 'cp');

const on = (backend: Backend, dtype: Real): Conversions<Factored> => ({
  unit: dtype === 'f32' ? 2 ** -24 : 2 ** -53,
  full: (x) =>
    leakFree(backend, () => {
      const whole = full(x);
      return { shape: whole.shape, values: Float64Array.from(dataSync(whole)) };
    }),
  convert: (x, format) => leakFree(backend, () => convert(x, format)),
});

/** A random tensor of a format, over whole axes or folded ones. */
function random(
  name: string,
  axes: readonly Axis[],
  rank: number,
  seed: number,
  dtype: Real,
  fold?: readonly (readonly number[])[],
): Factored {
  const format = formatNamed(name);
  const layout = format.layout(axes, fold === undefined ? {} : { fold });
  return randomFactored(name, layout, resolveRanks(format, layout, rank), { std: 1, key: key(seed), dtype });
}

const matrixAxes = ([m, n]: readonly [number, number]): Axis[] => [
  { size: m, role: 'out' },
  { size: n, role: 'in' },
];

test('keeps the full tensor between all formats, of folded matrices', () => {
  for (const backend of backends) {
    for (const dtype of ['f64', 'f32'] as const) {
      holds(
        backend === backends[0] ? 12 : 2,
        fc.property(fc.constantFrom(...names), fc.nat(), fc.integer({ min: 1, max: 4 }), (from, seed, rank) => {
          const x = random(from, matrixAxes([12, 10]), rank, seed, dtype, [
            [3, 4],
            [2, 5],
          ]);
          for (const to of trees) conversionsKeepFull(on(backend, dtype), x, to);
        }),
      );
    }
  }
});

test('keeps the full tensor of convolutions, whose windows have places of their own', () => {
  const axes: Axis[] = [...matrixAxes([6, 4]), { size: 3, role: 'window' }, { size: 2, role: 'window' }];
  for (const from of names) {
    const x = random(from, axes, 3, 7, 'f64');
    for (const to of trees) {
      const y = convert(x, to);
      assert.is(y.format, to);
      assert.equal(y.shape, [6, 4, 3, 2]);
      assert.ok(distance(full(y), full(x)) <= 50 * 2 ** -53 * 4 * size(full(x)), `${from} to ${to}`);
    }
    // A TT-matrix pairs modes, and so cuts its axes.
    assert.equal(convert(x, 'tucker').parts.core!.order, from === 'ttMatrix' ? 6 : 4);
    assert.equal(convert(x, 'lowRank').net.parts.left, ['o0', 'r']);
  }
});

test('keeps the full tensor of networks of no format', () => {
  const samples: fc.Arbitrary<TreeSample> = fc.record({
    name: fc.constantFrom(...treeNames),
    seed: fc.nat(1e6),
    most: fc.integer({ min: 1, max: 4 }),
    dtype: fc.constantFrom('f32' as const, 'f64' as const),
  });
  holds(
    12,
    fc.property(samples, fc.constantFrom('tt', 'tucker', 'ht', 'tensorRing', 'lowRank'), (sample, to) => {
      conversionsKeepFull(on(backends[0]!, sample.dtype), treeOfSample(sample), to);
    }),
  );
});

test('finds the ranks that the tensor has', () => {
  const axes = [5, 6, 7, 5].map((size): Axis => ({ size, role: 'out' }));
  const cp = random('cp', axes, 3, 1, 'f64');
  for (const to of ['tt', 'tucker', 'ht']) for (const r of Object.values(ranksOf(convert(cp, to)))) assert.is(r, 3);
  assert.equal(Object.values(ranksOf(convert(cp, 'tensorRing'))), [1, 3, 3, 3]);
  assert.equal(ranksOf(convert(cp, 'lowRank')), { r: 3 });
  const tt = random(
    'tt',
    axes,
    2,
    2,
    'f64',
    axes.map(({ size: n }) => [n]),
  );
  assert.equal(ranksOf(convert(tt, 'tucker')), { r0: 2, r1: 4, r2: 4, r3: 2 });
  assert.equal(ranksOf(convert(convert(tt, 'ht'), 'tt')), ranksOf(tt));
  assert.equal(ranksOf(convert(convert(tt, 'tensorRing'), 'tt')), ranksOf(tt));
  assert.equal(ranksOf(convert(add(tt, tt), 'ht')), ranksOf(convert(tt, 'ht')));
});

test('rounds on the way, within the error that it tells', () => {
  const axes = [5, 6, 7].map((size): Axis => ({ size, role: 'out' }));
  for (const from of ['cp', 'tucker', 'tt', 'tensorRing', 'ht']) {
    const x = random(
      from,
      axes,
      4,
      3,
      'f64',
      axes.map(({ size: n }) => [n]),
    );
    const n = size(full(x));
    for (const to of ['tt', 'tucker', 'ht', 'tensorRing', 'lowRank']) {
      for (const eps of [0.05, 0.5]) {
        const y = convert(x, to, { eps });
        const off = distance(full(y), full(x)) / n;
        assert.ok(off <= eps + 1e-13, `${from} to ${to}: ${off} above ${eps}`);
        assert.ok(Math.abs(off - y.report.error) < 1e-12, `${from} to ${to}: ${off} told as ${y.report.error}`);
      }
      for (const r of Object.values(ranksOf(convert(x, to, { maxRank: 2 })))) assert.ok(r <= 2);
      assert.ok(distance(full(convert(x, to, { atol: 0.1 * n })), full(x)) <= 0.1 * n);
    }
  }
});

test('converts what no memory could hold in full', () => {
  const sizes = new Array<number>(12).fill(20);
  const axes = sizes.map((n): Axis => ({ size: n, role: 'out' }));
  const fold = sizes.map((n) => [n]);
  const x = random('cp', axes, 3, 5, 'f64');
  const backend = wasmBackend();
  withBackend(backend, () =>
    scope(() => {
      const tt = convert(x, 'tt');
      const ht = convert(tt, 'ht');
      const back = convert(ht, 'tt');
      const n = treeNorm(tt);
      assert.ok(Math.abs(treeNorm(ht) / n - 1) < 1e-13);
      assert.ok(treeNorm(add(tt, scale(back, -1))) <= 1e-13 * n);
      for (const r of Object.values(ranksOf(ht))) assert.is(r, 3);
      const wide = hadamard(tt, tt);
      assert.ok(Math.abs(treeNorm(convert(wide, 'ht')) / treeNorm(wide) - 1) < 1e-12);
    }),
  );
  assert.ok(backend.stats().peak < 2 ** 25, `${backend.stats().peak} bytes`);
  throws(
    () => convert(random('tt', axes, 3, 5, 'f64', fold), 'tucker'),
    RankError,
    /over the full tensor.*dense: true/,
  );
});

test('goes over the full tensor only where it is told to', () => {
  const axes: Axis[] = [...matrixAxes([6, 5]), { size: 2, role: 'window' }];
  const x = random('tucker', axes, 2, 3, 'f64');
  throws(
    () => convert(x, 'cp', { eps: 0.1 }),
    RankError,
    /to cp the way is over the full tensor; got tucker of 60 entries/,
  );
  throws(() => convert(x, 'dense'), RankError, /dense: true/);
  const cp = convert(x, 'cp', { dense: true, rank: 5 });
  assert.is(cp.format, 'cp');
  assert.ok(distance(full(cp), full(x)) < 1e-6 * size(full(x)));
  assert.ok(distance(full(convert(x, 'dense', { dense: true })), full(x)) < 1e-14 * size(full(x)));
  throws(() => convert(x, 'star'), RankError, /'star'; choose one of/);
  throws(() => convert(x, 'tt', { eps: -1 }), RankError, /eps/);
  throws(() => convert(x, 'lowRank', { roles: ['out'] }), ShapeError, /role/);
  assert.is(convert(x, 'tucker').parts.core, x.parts.core);
});

test.run();
