/** What the arbitraries of rankwise/testing promise of their values. */

import fc from 'fast-check';
import { valuesRatio } from '../../src/accuracy/factorRatios.ts';
import { formats } from '../../src/formats/all.ts';
import { bondsOf, ranksOf } from '../../src/formats/network.ts';
import { dataSync } from '../../src/tensor/read.ts';
import {
  dtypes,
  factoreds,
  matricesWithSpectrum,
  plantedTensors,
  refusedNames,
  seeds,
  shapes,
  tensors,
  zooMatrices,
  zooNames,
} from '../../src/testing.ts';
import { spectrumOf } from '../support/jacobi.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('arbitraries');
const RUNS = { numRuns: 60, seed: 7 };
const product = (shape: readonly number[]): number => shape.reduce((n, m) => n * m, 1);

/** What fast-check reports as the smallest failing value. */
function smallest<T>(values: fc.Arbitrary<T>, holds: (value: T) => boolean): T {
  const { counterexample } = fc.check(fc.property(values, holds), { seed: 3, numRuns: 1000 });
  return counterexample![0];
}

test('shapes keep to orders, sizes and elements, and shrink', () => {
  const drawn = fc.sample(shapes({ order: [2, 4], size: [2, 6], elements: 200 }), { numRuns: 200, seed: 1 });
  for (const shape of drawn) {
    assert.ok(shape.length >= 2 && shape.length <= 4 && product(shape) <= 200, String(shape));
    assert.ok(
      shape.every((n) => n >= 2 && n <= 6),
      String(shape),
    );
  }
  assert.ok(new Set(drawn.map((shape) => shape.length)).size === 3);
  assert.equal(smallest(shapes({ order: [1, 4], size: [1, 6] }), (shape) => product(shape) < 7).length, 2);
});

test('tensors have the elements of their shape, and singles in f32; values print as a line', () => {
  fc.assert(
    fc.property(tensors({ dtype: 'f32' }), ({ shape, values }) => {
      assert.is(values.length, product(shape));
      assert.ok(values.every((x) => x === Math.fround(x) && Math.abs(x) < 7));
    }),
    RUNS,
  );
  assert.match(
    fc.stringify(fc.sample(tensors(), { numRuns: 1, seed: 1 })[0]),
    /^a tensor \[[\d, ]+\] f64 of seed \d+$/,
  );
  const kinds = new Set(fc.sample(fc.tuple(dtypes(), seeds()), RUNS).map(([dtype]) => dtype));
  assert.equal(kinds, new Set(['f32', 'f64']));
});

for (const { name } of formats) {
  test(`${name}: ranks asked for, bounded by the shape; planted tensors are the full ones`, () => {
    const options = { rank: [2, 3], order: [1, 4], size: [1, 4] } as const;
    let rich = 0;
    fc.assert(
      fc.property(plantedTensors(name, options), ({ tensor, from, ranks }) => {
        assert.is(from.format, name);
        assert.equal(ranks, ranksOf(from));
        assert.ok(Object.values(ranks).every((r) => r >= 1 && r <= 3));
        if (Object.values(ranks).some((r) => r > 1)) rich++;
        assert.equal(tensor.shape, from.shape);
        const squares = tensor.values.reduce((sum, x) => sum + x * x, 0);
        // The draw is scaled so that elements have standard deviation 1.
        assert.ok(Math.abs(squares / tensor.values.length - 1) < 1e-10, String(squares));
      }),
      RUNS,
    );
    if (bondsOf(fc.sample(factoreds(name, { order: [2, 4], size: [2, 4] }), 1)[0]!.net).length > 0)
      assert.ok(rich > 20);
    const [x] = fc.sample(factoreds(name, { dtype: 'f32' }), 1);
    assert.ok(Object.values(x!.parts).every((part) => part.dtype === 'f32' && dataSync(part).length === part.size));
  });
}

test('matrices with spectra have them, tall, square and wide', () => {
  const sigma = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 });
  const seen = new Set<number>();
  fc.assert(
    fc.property(matricesWithSpectrum(sigma), (a) => {
      seen.add(Math.sign(a.m - a.n));
      const top = a.sigma[0]!;
      // Subnormal spectra lose digits in the product of the factors.
      fc.pre(top === 0 || top > 1e-290);
      assert.ok(valuesRatio(a, spectrumOf(a), a.sigma, 'f64') < 4);
    }),
    RUNS,
  );
  assert.equal(seen, new Set([-1, 0, 1]));
});

test('zoo matrices: every finite type comes, at sizes that suit it; refused ones only when asked for', () => {
  const drawn = fc.sample(zooMatrices({ size: [0, 6] }), { numRuns: 1500, seed: 1 });
  const names = new Set(drawn.map(({ name }) => name));
  assert.equal(names, new Set(zooNames.filter((name) => !refusedNames.includes(name))));
  assert.equal(refusedNames, ['nanOne', 'infOne']);
  for (const { name, m, n, values } of drawn) {
    assert.ok(m <= 6 && n <= 6 && values.every((x) => Number.isFinite(x)), name);
    if (name === 'oneByN') assert.is(m, 1);
    if (name === 'size0') assert.is(m * n, 0);
  }
  const bad = fc.sample(zooMatrices({ names: refusedNames, size: [1, 6], square: true, dtype: 'f32' }), 50);
  for (const { m, n, values, dtype } of bad) {
    assert.ok(m === n && dtype === 'f32' && values.some((x) => !Number.isFinite(x)));
  }
  assert.match(fc.stringify(drawn[0]), /^the zoo's \S+ \d+ x \d+ f64$/);
});

test.run();
