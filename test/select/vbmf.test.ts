/** Golden values of the exact threshold, and ranks of planted signals in noise (Nakajima et al. 2013, section 7). */

import fc from 'fast-check';
import { FormatError, RankError, ShapeError } from '../../src/errors.ts';
import { add } from '../../src/ops/binary.ts';
import { svd } from '../../src/ops/linalg/svd.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { normal } from '../../src/ops/random.ts';
import { fold, key } from '../../src/random.ts';
import { vbmf, vbmfThreshold } from '../../src/select/index.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import { holds, runs } from '../support/runs.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('vbmf');

/** alpha, tau and x to six decimals. */
const THRESHOLDS = [
  [0.05, 0.594103, 1.728263],
  [0.1, 0.822211, 2.043834],
  [0.25, 1.272608, 2.719055],
  [0.5, 1.78264, 3.563123],
  [0.75, 2.177425, 4.271869],
  [1, 2.512862, 4.910815],
] as const;

test('thresholds are those of the exact equation', () => {
  for (const [alpha, tau, x] of THRESHOLDS) {
    const found = vbmfThreshold(alpha);
    assert.ok(Math.abs(found.tau - tau) <= 5e-7, `tau of ${alpha}: ${found.tau}`);
    assert.ok(Math.abs(found.x - x) <= 5e-7, `x of ${alpha}: ${found.x}`);
  }
  const phi = (z: number): number => Math.log1p(z) / z - 0.5;
  for (const alpha of [1e-12, 1e-6, 0.01, 0.3, 0.999]) {
    const { tau, x } = vbmfThreshold(alpha);
    assert.ok(Math.abs(phi(tau) + phi(tau / alpha)) < 1e-9, `root at ${alpha}`);
    // Above the edge of the spectrum of pure noise, (1 + sqrt(alpha))^2.
    assert.ok(x > (1 + Math.sqrt(alpha)) ** 2, `edge at ${alpha}`);
  }
});

/** Singular values of A B + noise E, all of them normal. */
function planted(rows: number, columns: number, rank: number, noise: number, seed: number): Float64Array {
  return scope(() => {
    const draw = (name: string, shape: number[], std: number) =>
      normal(fold(key(seed), name), shape, { dtype: 'f64', std });
    const e = draw('e', [rows, columns], noise);
    const y = rank === 0 ? e : add(e, matmul(draw('a', [rows, rank], 1), draw('b', [rank, columns], 1)));
    return dataSync(svd(y).S) as Float64Array;
  });
}

/** Rows, columns, rank, noise, trials in npm test; 20 trials with RANKWISE_RUNS=20. */
const PLANTED = [
  [50, 100, 5, 1, 3],
  [64, 576, 16, 0.5, 2],
  [100, 100, 10, 1, 2],
  [200, 400, 20, 2, 1],
  [64, 576, 0, 1, 2],
] as const;

for (const [rows, columns, rank, noise, few] of PLANTED) {
  test(`finds rank ${rank} of ${rows} x ${columns} in noise ${noise}`, () => {
    const trials = Math.min(20, runs(few));
    let mean = 0;
    for (let seed = 1; seed <= trials; seed++) {
      const s = planted(rows, columns, rank, noise, seed);
      const found = vbmf(s, { rows, columns });
      assert.is(found.rank, rank, `seed ${seed}`);
      mean += found.noise / noise / trials;
      // Sampling alone gives 1 / sqrt(2 rows columns).
      assert.ok(Math.abs(found.noise / noise - 1) < 4 / Math.sqrt(2 * rows * columns), `noise ${found.noise}`);
      assert.is(vbmf(s, { rows: columns, columns: rows }).rank, rank);
      assert.is(vbmf(s, { rows, columns, noise }).rank, rank);
      for (let k = 0; k < rank; k++) assert.ok(found.shrunk[k]! < s[k]! && found.shrunk[k]! > 0.3 * s[k]!);
    }
    if (trials === 20) assert.ok(Math.abs(mean - 1) < 0.005, `mean noise ${mean}`);
  });
}

test('shrinks to the mean of the posterior', () => {
  // By hand: (s / 2)(b + sqrt(b^2 - 4 L M sigma^4 / s^4)), b = 1 - (L + M) sigma^2 / s^2.
  const { shrunk, rank } = vbmf([10, 1], { rows: 2, columns: 3, noise: 1 });
  assert.is(rank, 1);
  assert.ok(Math.abs(shrunk[0]! - 5 * (0.95 + Math.sqrt(0.95 ** 2 - 0.0024))) < 1e-13);
});

test('knows spectra without noise', () => {
  const exact = vbmf([5, 4, 3, 0, 0, 0, 0, 0], { rows: 8, columns: 20 });
  assert.is(exact.rank, 3);
  assert.ok(exact.noise < 1e-15);
  assert.equal(vbmf([0, 0], { rows: 2, columns: 2 }), { rank: 0, noise: 0, shrunk: new Float64Array(0) });
  assert.is(vbmf([2], { rows: 1, columns: 5 }).rank, 0);
  assert.is(vbmf([2, 1], { rows: 2, columns: 5, noise: 0 }).rank, 2);
});

test('takes the leading values and the residual of the rest', () => {
  const s = planted(40, 80, 4, 0.5, 3);
  const whole = vbmf(s, { rows: 40, columns: 80 });
  const residual = s.slice(32).reduce((sum, x) => sum + x * x, 0);
  const part = vbmf(s.slice(0, 32), { rows: 40, columns: 80, residual });
  assert.is(part.rank, whole.rank);
  assert.ok(Math.abs(part.noise / whole.noise - 1) < 0.02);
});

test('does not depend on the scale', () => {
  const s = planted(20, 30, 3, 0.5, 1);
  const { rank, noise } = vbmf(s, { rows: 20, columns: 30 });
  holds(
    20,
    fc.property(fc.integer({ min: -300, max: 300 }), (n) => {
      const scaled = vbmf(
        s.map((x) => x * 2 ** n),
        { rows: 20, columns: 30 },
      );
      assert.is(scaled.rank, rank);
      assert.is(scaled.noise, noise * 2 ** n);
    }),
  );
});

test('what does not fit is refused', () => {
  throws(() => vbmf([2, 1], { rows: 3, columns: 5 }), ShapeError, /or the residual/);
  throws(() => vbmf([2, 1], { rows: 1, columns: 5 }), ShapeError);
  throws(() => vbmf([2, 1], { rows: 2.5, columns: 5 }), ShapeError);
  throws(() => vbmf([1, 2], { rows: 2, columns: 5 }), RankError);
  throws(() => vbmf([2, 1], { rows: 2, columns: 5, noise: -1 }), FormatError);
  throws(() => vbmf([0], { rows: 2, columns: 5, residual: 1 }), RankError);
  throws(() => vbmfThreshold(2), FormatError);
});

test.run();
