/** Proximal maps of losses and activations against a grid, and against chance. */

import * as fc from 'fast-check';
import { exp } from '../../src/math.ts';
import { type Activation, activations } from '../../src/methods/tenbcd/chain.ts';
import { activationNamed } from '../../src/methods/tenbcd/activations.ts';
import { type FitName, fitNamed } from '../../src/methods/tenbcd/proximal.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import { plainActivations } from '../support/plainBcd.ts';
import { seeded } from '../support/random.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('tenbcd proximal maps');

const grid = Array.from({ length: 24_001 }, (_, k) => -12 + k / 1000);

const coarse = grid.filter((_, k) => k % 20 === 0);

const plainLosses: Readonly<Record<Exclude<FitName, 'softmax'>, (v: number, y: number) => number>> = {
  squared: (v, y) => (v - y) ** 2 / 2,
  logistic: (v, y) => Math.log1p(exp(-Math.abs(v))) + Math.max(v, 0) - y * v,
  hinge: (v, y) => Math.max(0, 1 - (2 * y - 1) * v),
};

for (const [name, loss] of Object.entries(plainLosses) as [
  Exclude<FitName, 'softmax'>,
  (v: number, y: number) => number,
][]) {
  test(`the ${name} loss: no point of a grid is better`, () => {
    const fit = fitNamed(name);
    const number = fc.double({ min: -8, max: 8, noNaN: true });
    const weight = fc.double({ min: 0.2, max: 20, noNaN: true });
    fc.assert(
      fc.property(number, fc.constantFrom(0, 1), weight, (c, y, kappa) => {
        const value = (v: number): number => loss(v, y) + (kappa / 2) * (v - c) ** 2;
        const found = Float64Array.of(c);
        fit.prox(found, [y], 1, kappa);
        const best = grid.reduce((least, v) => Math.min(least, value(v)), Number.POSITIVE_INFINITY);
        assert.ok(value(found[0]!) <= best + 1e-9, `${found[0]}`);
        assert.ok(Math.abs(fit.value(found, [y], 1) - loss(found[0]!, y)) < 1e-9);
      }),
      { numRuns: 60 },
    );
  });
}

test('the logistic loss has no slope at its minimiser, however far away and however weak the pull', () => {
  const fit = fitNamed('logistic');
  for (const c of [-1e4, -30, 0, 2, 1e4]) {
    for (const kappa of [1e-4, 1, 1e4]) {
      for (const y of [0, 0.3, 1]) {
        const found = Float64Array.of(c);
        fit.prox(found, [y], 1, kappa);
        const slope = 1 / (1 + exp(-found[0]!)) - y + kappa * (found[0]! - c);
        assert.ok(Math.abs(slope) < 1e-9 * (1 + kappa * (1 + Math.abs(c))), `${c} ${kappa} ${y}: ${slope}`);
      }
    }
  }
});

test('softmax: the slope vanishes at the minimiser, whatever the outputs and the pull', () => {
  const fit = fitNamed('softmax');
  const vector = fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 2, maxLength: 12 });
  const weight = fc.double({ min: 0.01, max: 20, noNaN: true });
  fc.assert(
    fc.property(vector, fc.nat(11), weight, (c, label, kappa) => {
      const y = c.map((_, k) => (k === label % c.length ? 1 : 0));
      // Two rows: the second is as good as the first.
      const found = Float64Array.from([...c, ...c]);
      fit.prox(found, [...y, ...y], c.length, kappa);
      const v = Array.from(found.subarray(c.length));
      assert.equal(v, Array.from(found.subarray(0, c.length)));
      const top = Math.max(...v);
      const sum = v.reduce((s, x) => s + exp(x - top), 0);
      v.forEach((x, k) => {
        const slope = exp(x - top) / sum - y[k]! + kappa * (x - c[k]!);
        assert.ok(Math.abs(slope) < 1e-8, `${slope}`);
      });
      const loss = top + Math.log(sum) - v[label % c.length]!;
      assert.ok(Math.abs(fit.value(v, y, c.length) - loss) < 1e-9 * (1 + Math.abs(loss)));
    }),
    { numRuns: 200 },
  );
});

const isSmooth = (name: Activation): boolean => ['tanh', 'sigmoid', 'gelu'].includes(name);

for (const name of activations) {
  test(`U before ${name}: ${isSmooth(name) ? 'never worse than before, often better' : 'no point of a grid is better'}`, () => {
    const random = seeded(7);
    const rule = activationNamed(name);
    const activation = plainActivations[name];
    let better = 0;
    for (const [gamma, rho, alpha] of [
      [1, 1, 0.01],
      [5, 0.3, 0],
      [0.2, 2, 1],
    ] as const) {
      const [a, p, old] = [0, 1, 2].map(() => Float32Array.from({ length: 500 }, () => 4 * random())) as [
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      const u = scope(() => {
        const pull = { a: tensor(a), p: tensor(p), old: tensor(old), gamma, rho, alpha };
        assert.ok(
          dataSync(rule.value(pull.old)).every((y: number, k: number) => Math.abs(y - activation(old[k]!)) < 1e-5),
        );
        return dataSync(rule.update(pull));
      });
      for (let k = 0; k < a.length; k++) {
        const value = (v: number): number =>
          gamma * (activation(v) - a[k]!) ** 2 + rho * (v - p[k]!) ** 2 + alpha * (v - old[k]!) ** 2;
        const found = value(u[k]!);
        const best = isSmooth(name) ? value(old[k]!) : coarse.reduce((least, v) => Math.min(least, value(v)), 1e9);
        assert.ok(found <= best + 1e-5 * (1 + best), `${name}: ${found} at ${u[k]}, ${best} is possible`);
        if (found < 0.9 * best) better++;
      }
    }
    if (isSmooth(name)) assert.ok(better > 1125, `${better} of 1500`);
  });
}

test.run();
