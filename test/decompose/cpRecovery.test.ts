import * as laws from '../laws/cp.ts';
import { cpFullOf, dense } from '../laws/cpDense.ts';
import { wasmBackend } from '../support/backends.ts';
import { borderRank, collinear, factorsOf, polyadicOn } from '../support/polyadic.ts';
import { runs } from '../support/runs.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('cp.decompose of planted components');
const backend = wasmBackend();
const impl = polyadicOn(backend, 'f64');

test('finds planted components: near them, and from singular vectors with the best of 5 starts', () => {
  const near: number[] = [];
  const far: number[] = [];
  for (let k = 0; k < runs(12); k++) {
    const factors = factorsOf([6, 5, 4], 1 + (k % 4), k, 'f64');
    const noise = factorsOf([6, 5, 4], 1 + (k % 4), k + 5000, 'f64');
    const init = factors.map((a, m) => dense(a.shape, (i) => a.values[i]! + 0.05 * noise[m]!.values[i]!));
    near.push(laws.recovery(impl, { factors, seed: k }, { init }));
    if (k % 2 === 0) far.push(laws.recovery(impl, { factors, seed: k }, { restarts: 5, lineSearch: true }));
  }
  laws.mostAreRecovered(near);
  laws.mostAreRecovered(far);
  // The law itself tells good scores from bad ones.
  assert.throws(() => laws.mostAreRecovered([1, 1, 0.99]));
});

test('warns of components that cancel, and bounds them by a ridge', () => {
  for (let k = 0; k < runs(2); k++) {
    laws.degeneracyIsBounded(impl, { a: cpFullOf(borderRank(3, k + 1)), rank: 2, seed: k }, 1e-2);
  }
  const planted = impl.decompose(cpFullOf(factorsOf([6, 5, 4], 2, 3, 'f64')), { rank: 2 });
  assert.equal(planted.warnings, []);
});

test('bears columns that are nearly, or quite, dependent', () => {
  for (let k = 0; k < runs(2); k++) {
    const factors = collinear([6, 5, 4], 3, 0.999, k + 1);
    assert.ok(laws.cosinesOf(factors[0]!).every((cosine) => cosine > 0.98));
    laws.collinearityIsBorne(impl, { factors, seed: k });
    const same = factors.map((a) => dense(a.shape, (i) => a.values[i - (i % 3)]!));
    laws.collinearityIsBorne(impl, { factors: same, seed: k });
    laws.collinearityIsBorne(polyadicOn(backend, 'f32'), { factors, seed: k });
  }
});

test.run();
