/** How rankwise/testing is used: laws for code of one's own, and arbitraries for properties of one's own. */

import fc from 'fast-check';
import { formats, tt } from '../../src/index.ts';
import { matrix, singularValues } from '../../src/linalg.ts';
import {
  factoreds,
  type Matrix,
  matricesWithSpectrum,
  matrixLaws,
  plantedTensors,
  type TrainImpl,
  ttLaws,
  zooMatrices,
} from '../../src/testing.ts';
import { tensor } from '../../src/tensor/create.ts';
import { assert, suite } from '../support/test.ts';
import { decompose, full, type OwnTrain } from './ownTrain.ts';

const RUNS = { numRuns: 25, seed: 1 };

// A train of one's own: what it cannot do yet is skipped, and said.
const laws = suite('laws of an own train');
const skipped: string[] = [];
const own: TrainImpl<OwnTrain> = { decompose, full, cores: (x) => [...x], fromCores: (cores) => cores };
for (const { name, property } of ttLaws(own, { onSkip: (law) => skipped.push(law.split(' ')[0]!) })) {
  laws(name, () => fc.assert(property, RUNS));
}
laws.run();

const test = suite('examples of rankwise/testing');

test('laws that need what the own train lacks are named', () => {
  assert.ok(['TT2', 'TT6', 'TT11'].every((id) => skipped.includes(id)) && !skipped.includes('TT1'), String(skipped));
});

/** QR by Gram and Schmidt, as in the first week of a lecture. */
function gramSchmidt({ m, n, values }: Matrix): { Q: Matrix; R: Matrix } {
  const k = Math.min(m, n);
  const [Q, R] = [new Float64Array(m * k), new Float64Array(k * n)];
  const column = (j: number): number[] => Array.from({ length: m }, (_, i) => values[i * n + j]!);
  for (let j = 0; j < n; j++) {
    let rest = column(j);
    for (let q = 0; q < Math.min(j, k); q++) {
      R[q * n + j] = rest.reduce((sum, x, i) => sum + x * Q[i * k + q]!, 0);
      rest = rest.map((x, i) => x - R[q * n + j]! * Q[i * k + q]!);
    }
    if (j >= k) continue;
    R[j * n + j] = Math.hypot(...rest);
    rest.forEach((x, i) => (Q[i * k + j] = x / R[j * n + j]!));
  }
  return { Q: { m, n: k, values: Q }, R: { m: k, n, values: R } };
}

test('the laws of factorizations find the matrix that breaks a textbook', () => {
  const law = matrixLaws({ qr: gramSchmidt }, { onSkip: () => {} }).find(({ id }) => id === 'QR1')!;
  const { failed, counterexample } = fc.check(law.property, { seed: 1 }) as fc.RunDetails<unknown>;
  assert.ok(failed);
  assert.match(fc.stringify(counterexample), /the zoo's \S+ \d+ x \d+ f64/);
});

test('planted ranks are found again', () => {
  fc.assert(
    fc.property(plantedTensors('tt', { order: [2, 4], rank: [1, 2] }), ({ tensor: a, ranks }) => {
      const x = tt.decompose(tensor(a.values, a.shape), { eps: 1e-10 });
      for (const [bond, rank] of Object.entries(tt.ranksOf(x))) assert.ok(rank <= ranks[bond]!);
    }),
    RUNS,
  );
});

test('low-rank tensors of any format come by name', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('tt', 'tucker', 'ht').chain((format) => factoreds(format)),
      (x) => {
        assert.ok(formats.round(x, { eps: 0.5 }).count <= x.count);
      },
    ),
    RUNS,
  );
});

test('matrices come with the singular values that one wants, or from the zoo', () => {
  const spectrum = fc.constantFrom([1, 1, 1], [3, 1e-8], [5]);
  fc.assert(
    fc.property(matricesWithSpectrum(spectrum), ({ m, n, values, sigma }) => {
      const found = singularValues(matrix(Float64Array.from(values), m, n));
      for (const [k, s] of sigma.entries()) assert.ok(Math.abs(found[k]! - s) < 1e-14 * sigma[0]!);
    }),
    RUNS,
  );
  fc.assert(
    fc.property(zooMatrices({ names: ['kahan', 'hilbert'], size: [2, 9] }), ({ m, n, values }) => {
      assert.ok(singularValues(matrix(values, m, n)).every((s) => s >= 0));
    }),
    RUNS,
  );
});

test.run();
