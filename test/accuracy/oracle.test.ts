/** Singular values and eigenvalues of matrices of all types, live, against 106 bits: beyond the sizes of the golden file. */

import fc from 'fast-check';
import { distance } from '../../src/accuracy/ratios.ts';
import { symmetric } from '../../src/accuracy/squares.ts';
import { eigenvalues } from '../../src/ops/linalg/eigh.ts';
import { singularValues } from '../../src/ops/linalg/svd.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { zooMatrices } from '../../src/testing.ts';
import { spectrumOf } from '../support/jacobi.ts';
import { holds } from '../support/runs.ts';
import { suite } from '../support/test.ts';
import { atMost } from '../../src/testing/law.ts';

const test = suite('oracle');
const LIMIT = 5;

const ways: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  golubKahan: (x) => singularValues(x),
  jacobi: (x) => singularValues(x, { method: 'jacobi' }),
};

for (const dtype of ['f64', 'f32'] as const) {
  for (const [name, values] of Object.entries(ways)) {
    test(`${name} ${dtype}: singular values within ${LIMIT} max(m, n) ulp of the first`, () => {
      holds(
        60,
        fc.property(zooMatrices({ dtype, size: [1, 14] }), (a) => {
          const s = scope(() => dataSync(values(tensor(a.values, [a.m, a.n]))));
          atMost(distance(s, spectrumOf(a), Math.max(a.m, a.n, 1), dtype), LIMIT, 'distance from the truth');
        }),
      );
    });
  }

  test(`eigh ${dtype}: the magnitudes of eigenvalues are singular values, to ${LIMIT} n ulp`, () => {
    holds(
      60,
      fc.property(zooMatrices({ dtype, size: [1, 14], square: true }), (drawn) => {
        const a = symmetric(drawn)!;
        const w = scope(() => dataSync(eigenvalues(tensor(a.values, [a.m, a.n]))));
        const sizes = Float64Array.from(w, Math.abs).sort().reverse();
        atMost(distance(sizes, spectrumOf(a), Math.max(a.n, 1), dtype), LIMIT, 'distance from the truth');
      }),
    );
  });
}

test.run();
