import { bestVariance, LEAST_VARIANCE, type Prior, priorCost } from '../../src/methods/bayesPrior.ts';
import fc from 'fast-check';
import { assert, suite } from '../support/test.ts';

const test = suite('priors of variances');

const priors: readonly Prior[] = [
  { kind: 'logUniform' },
  { kind: 'halfCauchy', eta: 0.01 },
  { kind: 'halfCauchy', eta: 3 },
  { kind: 'inverseGamma', alpha: 1, beta: 1e-3 },
  { kind: 'inverseGamma', alpha: 0, beta: 2 },
];

const cost = (prior: Prior, m: number, d: number, x: number): number =>
  (m / x + d * Math.log(x)) / 2 + priorCost(prior, x);

for (const prior of priors) {
  test(`${JSON.stringify(prior)}: the update is the least of its objective`, () => {
    fc.assert(
      fc.property(fc.double({ min: -9, max: 3, noNaN: true }), fc.integer({ min: 1, max: 5000 }), (exponent, d) => {
        const m = 10 ** exponent;
        const best = bestVariance(prior, m, d);
        const least = cost(prior, m, d, best);
        // The objective falls and then rises, so a least value nearby is the least of all.
        for (const factor of [0.5, 0.9, 0.999, 1.001, 1.1, 2]) {
          const other = cost(prior, m, d, best * factor);
          assert.ok(other > least, `${m} ${d}: ${least} at ${best}, ${other} at ${factor} times that`);
        }
      }),
      { numRuns: 100 },
    );
  });
}

test('the updates are those published', () => {
  const [m, d] = [0.7, 40];
  assert.is(bestVariance({ kind: 'logUniform' }, m, d), m / (d + 1));
  assert.is(bestVariance({ kind: 'inverseGamma', alpha: 2, beta: 0.3 }, m, d), (0.6 + m) / (d + 6));
  for (const eta of [0.01, 0.2, 5]) {
    const e = eta * eta;
    const root = Math.sqrt(m * m + e * m * (2 * d + 8) + e * e * d * d);
    const published = (m - e * d + root) / (2 * d + 4);
    assert.ok(Math.abs(bestVariance({ kind: 'halfCauchy', eta }, m, d) - published) < 1e-12);
  }
});

test('half-Cauchy variances keep their digits where those of the published form cancel', () => {
  // For M far below eta^2 D the variance is M / D to first order.
  const [m, d] = [1e-10, 100];
  assert.ok(Math.abs((bestVariance({ kind: 'halfCauchy', eta: 10 }, m, d) * d) / m - 1) < 1e-9);
});

test('nothing gives a variance of zero', () => {
  assert.is(bestVariance({ kind: 'logUniform' }, 0, 10), LEAST_VARIANCE);
  assert.is(bestVariance({ kind: 'halfCauchy', eta: 1 }, 0, 10), LEAST_VARIANCE);
});

test.run();
