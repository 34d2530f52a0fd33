import fc from 'fast-check';
import { FormatError, NonFiniteError, RankError, ShapeError } from '../../src/errors.ts';
import { elbow, energy, gap, relative } from '../../src/select/index.ts';
import { tensor, zeros } from '../../src/tensor/create.ts';
import { holds } from '../support/runs.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('rank rules');

/** Spectra of 1 to 12 values, some of them 0, some repeated, over many decades. */
const spectrum = fc
  .array(
    fc.oneof(
      fc.constant(0),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: -30, max: 30 }).map((n) => 2 ** n),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((values) => values.sort((a, b) => b - a));

const square = (values: readonly number[]): number => values.reduce((sum, x) => sum + x * x, 0);

test('energy keeps the smallest rank that holds the share', () => {
  assert.is(energy([3, 2, 1], 0.64), 1);
  assert.is(energy([3, 2, 1], 0.65), 2);
  assert.is(energy([3, 2, 1], 1), 3);
  assert.is(energy([3, 2, 0], 1), 2);
  assert.is(energy([3, 2, 1], 0), 1);
  assert.is(energy([0, 0], 0.5), 1);
  assert.is(energy([], 0.5), 0);
  assert.is(energy(tensor([3, 2, 1], undefined, 'f64'), 0.95), 3);
  holds(
    200,
    fc.property(spectrum, fc.double({ min: 0, max: 1, noNaN: true }), (s, fraction) => {
      const r = energy(s, fraction);
      const whole = square(s);
      assert.ok(square(s.slice(0, r)) >= fraction * whole * (1 - 1e-14));
      assert.ok(r === 1 || square(s.slice(0, r - 1)) <= fraction * whole * (1 + 1e-14));
    }),
  );
});

test('relative keeps the smallest rank within an error, as chop does', () => {
  assert.is(relative([4, 3, 0], 0.6), 1);
  assert.is(relative([4, 3, 0], 0.59), 2);
  assert.is(relative([4, 3, 0], 1e-300), 2);
  assert.is(relative([4, 3, 0], 0), 3);
  assert.is(relative([0, 0], 1e-3), 1);
  assert.is(relative([], 1e-3), 0);
  assert.is(relative([4e-200, 3e-200], 0.6), 1);
  holds(
    200,
    fc.property(spectrum, fc.double({ min: 1e-9, max: 0.9, noNaN: true }), (s, eps) => {
      const r = relative(s, eps);
      const delta = eps * Math.sqrt(square(s));
      assert.ok(Math.sqrt(square(s.slice(r))) <= delta * (1 + 1e-14));
      assert.ok(r === 1 || Math.sqrt(square(s.slice(r - 1))) >= delta * (1 - 1e-14));
    }),
  );
});

test('gap finds the widest ratio above the floor', () => {
  assert.is(gap([100, 90, 80, 3, 2, 1]), 3);
  assert.is(gap([8, 4, 2, 1]), 1);
  assert.is(gap([5, 5, 5, 5]), 4);
  assert.is(gap([1, 0.5, 0.3, 1e-17, 1e-30]), 3);
  // The widest gap of all lies among rounding errors.
  assert.is(gap([1, 0.9, 1e-6, 9e-7, 1e-17, 1e-40], { floor: 1e-8 }), 2);
  assert.is(gap([10, 6, 5, 1e-3], { floor: 0.01 }), 3);
  assert.is(gap([8, 4, 2, 1], { least: 3 }), 4);
  assert.is(gap([0, 0, 0]), 1);
  assert.is(gap([7]), 1);
  assert.is(gap([]), 0);
});

test('gap finds a planted drop, wherever the rest lies', () => {
  const planted = fc.tuple(
    fc.integer({ min: 1, max: 8 }),
    fc.integer({ min: 1, max: 8 }),
    fc.integer({ min: 0, max: 99 }),
  );
  holds(
    100,
    fc.property(planted, ([above, below, seed]) => {
      const jitter = (k: number): number => 1 + (((k + 1) * 37 * (seed + 1)) % 100) / 200;
      const signal = Array.from({ length: above }, (_, k) => 10 * jitter(k));
      const noise = Array.from({ length: below }, (_, k) => 0.1 * jitter(k));
      assert.is(gap([...signal, ...noise].sort((a, b) => b - a)), above);
    }),
  );
});

test('elbow finds the bend of the error curve', () => {
  const plateau = (r: number, n: number, noise: number): number[] =>
    Array.from({ length: n }, (_, k) => (k < r ? 10 : noise));
  for (const r of [1, 3, 7]) {
    assert.is(elbow(plateau(r, 40, 0.1)), r);
    assert.is(elbow(plateau(r, 40, 0)), r);
    assert.is(elbow(plateau(r, 40, 0.1), { scale: 'log' }), r);
    assert.is(elbow(plateau(r, 40, 0), { scale: 'log' }), r);
  }
  // Five decades, then noise: only the logarithm sees the corner.
  const falling = Array.from({ length: 40 }, (_, k) => Math.max(10 ** -k, 1e-6));
  assert.is(elbow(falling, { scale: 'log' }), 6);
  assert.is(elbow(falling), 2);
  // A flat spectrum has no bend: its curve lies above the chord.
  assert.is(elbow([1, 1, 1, 1]), 4);
  assert.is(elbow([0, 0]), 1);
  assert.is(elbow([3]), 1);
  assert.is(elbow([3], { scale: 'log' }), 1);
  assert.is(elbow([]), 0);
});

test('ranks of rules do not depend on the scale of the spectrum', () => {
  holds(
    100,
    fc.property(spectrum, fc.integer({ min: -300, max: 300 }), (s, n) => {
      const scaled = s.map((x) => x * 2 ** n);
      for (const rule of [
        (x: number[]) => energy(x, 0.9),
        (x: number[]) => relative(x, 0.1),
        (x: number[]) => gap(x),
        (x: number[]) => elbow(x),
        (x: number[]) => elbow(x, { scale: 'log' }),
      ]) {
        assert.is(rule(scaled), rule(s));
      }
    }),
  );
});

test('what is no spectrum or option is refused', () => {
  throws(() => energy([1, 2], 0.5), RankError, /descend; got 1, 2 at 0, 1/);
  throws(() => gap([-1]), RankError);
  throws(() => elbow([1, Number.NaN]), NonFiniteError, /NaN at 1/);
  throws(() => energy(zeros([2, 2]), 0.5), ShapeError);
  throws(() => energy([1], 1.5), FormatError);
  throws(() => energy([1], Number.NaN), FormatError);
  throws(() => relative([1], -1), FormatError);
  throws(() => gap([1], { floor: -1 }), FormatError);
  throws(() => gap([1], { least: 0 }), FormatError);
  throws(() => elbow([1], { scale: 'cubic' as never }), FormatError);
});

test.run();
