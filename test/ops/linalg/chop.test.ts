/** chop: the smallest rank whose rest is small enough. */

import fc from 'fast-check';
import { chop } from '../../../src/ops/linalg/chop.ts';
import { cutOf } from '../../../src/ops/linalg/cut.ts';
import { assert, suite } from '../../support/test.ts';

const test = suite('chop');

const spectra = fc
  .array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 })
  .map((s) => s.sort((a, b) => b - a));
const tail = (s: readonly number[], r: number): number => Math.sqrt(s.slice(r).reduce((sum, x) => sum + x * x, 0));

test('the rest weighs at most delta, and with one value less kept it would weigh more', () => {
  fc.assert(
    fc.property(spectra, fc.double({ min: 1e-3, max: 3e6, noNaN: true }), (s, delta) => {
      const r = chop(s, delta);
      assert.ok(r >= 1 && r <= s.length);
      assert.ok(tail(s, r) <= delta * (1 + 1e-14));
      assert.ok(r === 1 || tail(s, r - 1) > delta * (1 - 1e-14));
    }),
    { numRuns: 300, seed: 1 },
  );
});

test('is the same at every scale', () => {
  fc.assert(
    fc.property(spectra, fc.double({ min: 1e-3, max: 3e6, noNaN: true }), (s, delta) => {
      for (const scale of [2 ** -900, 2 ** 900]) {
        const moved = s.map((x) => x * scale);
        if (moved.some((x, k) => x / scale !== s[k])) continue;
        assert.is(chop(moved, delta * scale), chop(s, delta));
      }
    }),
    { numRuns: 200, seed: 2 },
  );
  assert.is(chop([1e-323, 5e-324], 5e-324), 1);
  assert.is(chop([1.5e308, 1.2e308, 1.2e308], 1.75e308), 1);
  assert.is(chop([1.5e308, 1.2e308, 1.2e308], 1.3e308), 2);
});

test('knows where the weight of many equal values ends', () => {
  // 4096 values of 1 after a large one: k of them weigh sqrt(k).
  const s = [1e3, ...new Array<number>(4096).fill(1)];
  for (const k of [1, 9, 1024, 4096]) assert.is(chop(s, Math.sqrt(k)), 4097 - k);
  // Squares that are no whole numbers: a plain sum of so many would be off by more than one part in 1e14.
  const inexact = [1e3, ...new Array<number>(40000).fill(0.1)];
  for (const k of [10000, 40000]) {
    assert.is(chop(inexact, 0.1 * Math.sqrt(k) * (1 + 1e-15)), 40001 - k);
    assert.is(chop(inexact, 0.1 * Math.sqrt(k) * (1 - 1e-15)), 40002 - k);
  }
});

test('keeps one value of zeros, all for delta 0, none of none', () => {
  assert.equal([chop([0, 0, 0], 0), chop([0, 0, 0], 1), chop([0], -1)], [1, 1, 1]);
  assert.equal([chop([2, 1, 0], 0), chop([2, 1, 0], -1), chop([2, 1, 0], Number.NaN)], [3, 3, 3]);
  assert.equal([chop([2, 1, 0], 1e-300), chop([2, 1, 0], Infinity)], [2, 1]);
  assert.is(chop([], 1), 0);
});

test('a cut takes the smaller one of rank and eps, relative to the norm of all', () => {
  const s = [12, 4, 3, 0];
  assert.equal([cutOf(s, {}), cutOf(s, { rank: 2 }), cutOf(s, { rank: 9 })], [4, 2, 4]);
  assert.equal([cutOf(s, { eps: 5.01 / 13 }), cutOf(s, { eps: 4.99 / 13 }), cutOf(s, { eps: 0.01 })], [1, 2, 3]);
  assert.equal([cutOf(s, { eps: 0.01, rank: 2 }), cutOf(s, { eps: 0.5, rank: 2 }), cutOf(s, { eps: 0 })], [2, 1, 4]);
  assert.equal([cutOf([0, 0], { eps: 0 }), cutOf([], { eps: 0.1 })], [1, 0]);
  for (const scale of [1e-310, 1e300]) {
    assert.is(
      cutOf(
        s.map((x) => x * scale),
        { eps: 5.01 / 13 },
      ),
      1,
    );
  }
});

test.run();
