import { valuesRatio } from '../../src/accuracy/factorRatios.ts';
import { leastOf, type Matrix, maxAbs, normalOf } from '../../src/accuracy/matrix.ts';
import { named } from '../../src/accuracy/named.ts';
import { zooSizes } from '../../src/accuracy/sizes.ts';
import { sizesOf, zoo, zooMatrix, zooNames } from '../../src/accuracy/zoo.ts';
import { realDtypes } from '../../src/dtype.ts';
import { FormatError, ShapeError } from '../../src/errors.ts';
import { spectrumOf } from '../support/jacobi.ts';
import { assert, test } from '../support/test.ts';

test('the zoo has 39 types, at the 26 sizes where they make sense', () => {
  assert.is(zooNames.length, 39);
  assert.is(new Set(zooNames).size, 39);
  assert.is(zooSizes.length, 26);
  for (const name of zooNames) assert.ok(sizesOf(name).length >= 5, name);
});

test('every matrix is finite, or refused for one entry that is not', () => {
  for (const dtype of realDtypes) {
    for (const { name, m, n, values, refused } of zoo(dtype)) {
      assert.is(values.length, m * n);
      const bad = values.filter((x) => !Number.isFinite(x)).length;
      assert.is(bad, refused ? 1 : 0, `${name} ${m} x ${n} ${dtype}`);
    }
  }
});

test('a matrix depends on its name, size and dtype alone', () => {
  const text = (name: string): string => zooMatrix(name, 7, 5, 'f64').values.join();
  for (const name of zooNames) assert.is(text(name), text(name));
  assert.is(new Set(zooNames.map(text)).size, zooNames.length - 1, 'all differ but zero and -0');
});

test('planted singular values are those of the matrix', () => {
  let worst = 0;
  let count = 0;
  for (const dtype of realDtypes) {
    for (const name of zooNames) {
      for (const [m, n] of [
        [3, 1],
        [3, 3],
        [10, 16],
        [17, 9],
        [2, 1],
      ] as const) {
        const a = zooMatrix(name, m, n, dtype);
        if (a.sigma === undefined) continue;
        const ratio = valuesRatio(a, spectrumOf(a), a.sigma, dtype);
        assert.ok(ratio <= 1.5, `${name} ${m} x ${n} ${dtype}: ${ratio}`);
        worst = Math.max(worst, ratio);
        count++;
      }
    }
  }
  assert.ok(count > 100 && worst > 0, 'there were some, and roundings are seen');
});

test('types at the ends of the range lie there', () => {
  for (const dtype of realDtypes) {
    const top = (name: string): number => maxAbs(zooMatrix(name, 10, 10, dtype).values);
    assert.ok(top('denorm') < normalOf[dtype] && top('denorm') > 500 * leastOf[dtype]);
    const square = (x: number): number => (dtype === 'f64' ? x * x : Math.fround(x * x));
    assert.is(square(top('tiny')), 0);
    assert.is(square(top('huge')), Infinity);
    assert.ok(zooMatrix('negZero', 3, 3, dtype).values.every((x) => Object.is(x, -0)));
  }
});

test('the oracle finds spectra known in closed form', () => {
  const n = 12;
  // Second differences with fixed ends: 2 - 2 cos(k pi / (n + 1)).
  const second = (i: number, j: number): number => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0);
  const a: Matrix = {
    m: n,
    n,
    values: Float64Array.from({ length: n * n }, (_, p) => second(Math.floor(p / n), p % n)),
  };
  const want = Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos(((n - k) * Math.PI) / (n + 1)));
  assert.ok(valuesRatio(a, spectrumOf(a), want, 'f64') < 0.2);
  // The smallest singular value of the 6 x 6 Hilbert matrix is its smallest eigenvalue, 1.0827994845655498e-7; the entries are rounded.
  const h = named.hilbert!({ m: 6, n: 6, ulp: 0, key: { lo: 0, hi: 0 } });
  const hilbert = Float64Array.from({ length: 36 }, (_, p) => h(Math.floor(p / 6), p % 6));
  assert.ok(Math.abs(spectrumOf({ m: 6, n: 6, values: hilbert })[5]! / 1.0827994845655498e-7 - 1) < 1e-8);
});

test('unknown names and sizes that are none are refused', () => {
  assert.throws(
    () => zooMatrix('dodo', 3, 3, 'f64'),
    (e: unknown) => e instanceof FormatError && /dodo/.test(e.message),
  );
  assert.throws(
    () => sizesOf('dodo'),
    (e: unknown) => e instanceof FormatError,
  );
  for (const m of [-1, 1.5, NaN])
    assert.throws(
      () => zooMatrix('eye', m, 3, 'f64'),
      (e: unknown) => e instanceof ShapeError,
    );
});

test.run();
