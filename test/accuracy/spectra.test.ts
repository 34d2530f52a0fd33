/** Singular values against 50 digits: max |s - sigma| / (sigma_1 max(m, n) ulp) is at most 5, and told above 2. */

import { valuesRatio } from '../../src/accuracy/factorRatios.ts';
import { scope, tensor } from '../../src/index.ts';
import { singularValues, svd } from '../../src/ops/linalg/svd.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { spectrumOf } from '../support/jacobi.ts';
import { goldenSpectra } from '../support/goldenSpectra.ts';
import { assert, suite } from '../support/test.ts';

const LIMIT = 5;
const REPORT = 2;
const golden = goldenSpectra();

/** The ways to singular values. */
const ways: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  'golubKahan with vectors': (x) => svd(x).S,
  'golubKahan without vectors': (x) => singularValues(x),
  'jacobi with vectors': (x) => svd(x, { method: 'jacobi' }).S,
  'jacobi without vectors': (x) => singularValues(x, { method: 'jacobi' }),
};

const test = suite('spectra');

test('there are 60 matrices, of both precisions', () => {
  assert.is(golden.length, 60);
  assert.is(golden.filter(({ a }) => a.dtype === 'f32').length, 24);
});

for (const [name, values] of Object.entries(ways)) {
  test(`${name}: within ${LIMIT} ulp of the truth`, () => {
    for (const { a, sigma } of golden) {
      const s = scope(() => dataSync(values(tensor(a.values, [a.m, a.n]))));
      const ratio = valuesRatio(a, s, sigma, a.dtype);
      const told = `${a.name} ${a.m} x ${a.n} ${a.dtype}: ${ratio.toFixed(2)}`;
      if (ratio > REPORT) process.stdout.write(`${name}, ${told}\n`);
      assert.ok(ratio <= LIMIT, told);
    }
  });
}

test('the oracle of this process agrees with mpmath', () => {
  for (const { a, sigma } of golden) {
    const s = spectrumOf(a);
    const close = sigma[0]! * 1e-25;
    for (let k = 0; k < sigma.length; k++) {
      const gap = Math.abs(s[k]! - sigma[k]!);
      assert.ok(gap <= close + 4e-16 * sigma[k]!, `${a.name} ${a.m} x ${a.n} ${a.dtype}: ${s[k]}, not ${sigma[k]}`);
    }
  }
});

test('a spectrum that is off by six ulp is seen', () => {
  for (const { a, sigma } of golden.slice(3, 9)) {
    const off = sigma.map((x, k) => (k === 0 ? x * (1 + 6 * Math.max(a.m, a.n) * 2 ** -52) : x));
    const ratio = valuesRatio(a, off, sigma, a.dtype);
    assert.ok(ratio > LIMIT && ratio < 7, `${a.name}: ${ratio}`);
  }
});

test.run();
