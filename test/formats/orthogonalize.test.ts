import fc from 'fast-check';
import { NonFiniteError, ShapeError } from '../../src/errors.ts';
import { add, full, norm, scale } from '../../src/formats/algebra.ts';
import { formatNamed } from '../../src/formats/all.ts';
import { randomFactored } from '../../src/formats/init.ts';
import { sideOf } from '../../src/formats/layout.ts';
import { bondsOf, Factored, modesOf, ranksOf } from '../../src/formats/network.ts';
import { orthogonalize, spectra, treeNorm } from '../../src/formats/orthogonalize.ts';
import { resolveRanks } from '../../src/formats/rank.ts';
import { treeOf, upwards } from '../../src/formats/treeNetwork.ts';
import { singularValues } from '../../src/ops/linalg/svd.ts';
import { reshape } from '../../src/ops/reshape.ts';
import { transpose } from '../../src/ops/transpose.ts';
import { key } from '../../src/random.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync, item } from '../../src/tensor/read.ts';
import {
  distance,
  modesTensor,
  orthogonalityOf,
  size,
  type TreeSample,
  treeNames,
  treeOfSample,
  unitOf,
} from '../laws/tree.ts';
import { wasmBackend } from '../support/backends.ts';
import { leakFree } from '../support/leaks.ts';
import { holds } from '../support/runs.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('orthogonalize');

const samples: fc.Arbitrary<TreeSample> = fc.record({
  name: fc.constantFrom(...treeNames),
  seed: fc.integer({ min: 0, max: 1e6 }),
  most: fc.integer({ min: 1, max: 5 }),
  dtype: fc.constantFrom('f32' as const, 'f64' as const),
});

test('keeps the tensor, makes all parts but the center orthonormal, and leaves the norm there', () => {
  holds(
    60,
    fc.property(samples, fc.nat(), (sample, pick) => {
      const x = treeOfSample(sample);
      const names = Object.keys(x.parts);
      const center = names[pick % names.length]!;
      const y = orthogonalize(x, center);
      const unit = unitOf(sample.dtype) * names.length;
      const n = size(full(x));
      assert.ok(distance(full(x), full(y)) <= 15 * unit * n, 'the tensor changed');
      for (const { part, up } of upwards(treeOf('test', y), center)) {
        const off = orthogonalityOf(y, part, up.bond);
        assert.ok(off <= 30 * unit, `${part} is orthonormal to ${off}`);
      }
      assert.ok(Math.abs(size(y.parts[center]!) - n) <= 15 * unit * n, 'the center has another norm');
      assert.ok(Math.abs(treeNorm(x) - n) <= 30 * unit * n);
      for (const [bond, r] of Object.entries(ranksOf(y))) assert.ok(r <= ranksOf(x)[bond]!);
    }),
  );
});

test('finds the norm of a difference to rounding, where the inner product loses half of the digits', () => {
  for (const name of treeNames) {
    const x = treeOfSample({ name, seed: 5, most: 3, dtype: 'f64' });
    const y = orthogonalize(x);
    if (JSON.stringify(ranksOf(x)) === '{}') continue;
    const difference = add(x, scale(y, -1));
    assert.ok(treeNorm(difference) <= 1e-14 * treeNorm(x), `${name}: ${treeNorm(difference)}`);
  }
  const x = treeOfSample({ name: 'tt', seed: 5, most: 3, dtype: 'f64' });
  const noisy = add(x, scale(orthogonalize(x), -1 + 1e-12));
  assert.ok(Math.abs(treeNorm(noisy) / treeNorm(x) / 1e-12 - 1) < 1e-2);
  const byInner = item(norm(noisy)) / treeNorm(x);
  assert.not.ok(Math.abs(byInner / 1e-12 - 1) < 1e-2, 'the inner product should not be good enough for this test');
});

test('gives the singular values of the unfolding at every bond', () => {
  holds(
    40,
    fc.property(samples, (sample) => {
      const x = treeOfSample(sample);
      const dense = modesTensor(x);
      const found = spectra(x);
      assert.equal(Object.keys(found), bondsOf(x.net));
      for (const [bond, S] of Object.entries(found)) {
        const side = sideOf(x.net, bond).map((label) => x.net.open.indexOf(label));
        const other = modesOf(x).flatMap((_, k) => (side.includes(k) ? [] : [k]));
        const rows = side.reduce((n, k) => n * modesOf(x)[k]!, 1);
        const truth = dataSync(singularValues(reshape(transpose(dense, [...side, ...other]), [rows, -1])));
        const values = dataSync(S);
        const slack = 30 * unitOf(sample.dtype) * Object.keys(x.parts).length * truth[0]!;
        assert.ok(values.length <= Math.max(ranksOf(x)[bond]!, 1));
        truth.forEach((s, k) => assert.ok(Math.abs(s - (values[k] ?? 0)) <= slack, `${bond} ${k}: ${s} ${values[k]}`));
      }
    }),
  );
});

test('neither overflows nor vanishes on long trains, and gives the center what it can hold', () => {
  const format = formatNamed('tt');
  const layout = format.layout([{ size: 2 ** 30, role: 'out' }], { fold: [new Array(30).fill(2)] });
  for (const [dtype, power] of [
    ['f32', 2 ** 20],
    ['f32', 2 ** -20],
    ['f64', 2 ** 150],
    ['f64', 2 ** -150],
  ] as const) {
    const x = randomFactored('tt', layout, resolveRanks(format, layout, 3), { std: 2 ** -15, key: key(2), dtype });
    const far = new Factored('tt', x.net, x.axes, scale(x, 1).parts);
    const parts = Object.fromEntries(
      Object.entries(far.parts).map(([name, part]) => [
        name,
        tensor(
          dataSync(part).map((v) => v * power),
          part.shape,
        ),
      ]),
    );
    const big = new Factored('tt', x.net, x.axes, parts);
    const y = orthogonalize(big);
    for (const part of Object.values(y.parts)) for (const v of dataSync(part)) assert.ok(Number.isFinite(v));
    // The same but for powers of two in every part.
    const near = orthogonalize(x);
    Object.entries(near.parts).forEach(([name, part]) => {
      const [a, b] = [dataSync(part), dataSync(y.parts[name]!)];
      const k = a.findIndex((v) => v !== 0);
      const ratio = b[k]! / a[k]!;
      a.forEach((v, j) => assert.is(b[j], v * ratio));
    });
  }
});

test('takes zeros, single parts and modes of size 1', () => {
  const zero = treeOfSample({ name: 'ht', seed: 1, most: 3, dtype: 'f64' });
  const y = orthogonalize(scale(zero, 0));
  assert.is(treeNorm(y), 0);
  for (const { part, up } of upwards(treeOf('test', y), 'node0_3'))
    assert.ok(orthogonalityOf(y, part, up.bond) < 1e-14);
  for (const S of Object.values(spectra(scale(zero, 0)))) assert.ok(dataSync(S).every((s) => s === 0));
  assert.equal(spectra(treeOfSample({ name: 'dense', seed: 1, most: 1, dtype: 'f64' })), {});
});

test('refuses by name what is no tree, has no such center, or is not finite', () => {
  const of = (parts: Record<string, string[]>, open: string[]): Factored => {
    const made = Object.entries(parts).map(([name, labels]) => [
      name,
      tensor(
        new Float64Array(2 ** labels.length),
        labels.map(() => 2),
      ),
    ]);
    return new Factored(
      'mine',
      { open, parts },
      open.map((_, k) => [k]),
      Object.fromEntries(made),
    );
  };
  const make = (name: string): Factored => {
    const format = formatNamed(name);
    const layout = format.layout([4, 5, 6].map((n) => ({ size: n, role: 'out' as const })));
    return randomFactored(name, layout, resolveRanks(format, layout, 2), { std: 1, key: key(1) });
  };
  for (const use of [orthogonalize, treeNorm, spectra]) {
    throws(() => use(make('cp')), ShapeError, /cp, whose bond r joins 3 parts/);
    throws(() => use(make('tensorRing')), ShapeError, /tensorRing, which has a circle/);
    throws(() => use(of({ a: ['x', 'p'], b: ['p', 'x'] }, ['x'])), ShapeError, /mine, whose mode x is in 2 parts/);
    throws(() => use(of({ a: ['x'], b: ['y'] }, ['x', 'y'])), ShapeError, /mine, which falls into pieces/);
    throws(() => use(of({ a: ['x', 'p'] }, ['x'])), ShapeError, /bond p joins 1 part/);
    throws(() => use(of({ a: ['x', 'p', 'q'], b: ['p', 'q', 'y'] }, ['x', 'y'])), ShapeError, /circle/);
  }
  const x = treeOfSample({ name: 'tucker', seed: 1, most: 2, dtype: 'f64' });
  throws(() => orthogonalize(x, 'core7'), ShapeError, /'core7'; choose one of core, factor0/);
  throws(() => orthogonalize(scale(x, Number.NaN)), NonFiniteError, /orthogonalize/);
});

test('frees everything else', () => {
  const x = treeOfSample({ name: 'comb', seed: 3, most: 4, dtype: 'f64' });
  leakFree(wasmBackend(), () => {
    orthogonalize(x, 'b');
    treeNorm(x);
    spectra(x);
  });
});

test.run();
