import {
  add,
  dataSync,
  exp,
  eye,
  matmul,
  mul,
  NonFiniteError,
  rsqrt,
  ShapeError,
  sqrt,
  sub,
  sum,
  swapAxes,
  symmetricFunction,
  type Tensor,
  tensor,
  withBackend,
  zeros,
} from '../../../src/index.ts';
import { linalgLaws, uniform } from '../../laws/linalg.ts';
import { wasmBackend } from '../../support/backends.ts';
import { gradcheck } from '../../support/gradcheck.ts';
import { leakFree } from '../../support/leaks.ts';
import { empty, sampleOf, tensorOf } from '../../support/samples.ts';
import { degenerate, withEigenvalues } from '../../support/spectra.ts';
import { assert, suite } from '../../support/test.ts';

const t = (x: Tensor): Tensor => swapAxes(x, -2, -1);
const symmetric = (x: Tensor): Tensor => mul(add(x, t(x)), 0.5);
const exponential = { value: exp, derivative: exp };
const root = { value: sqrt, derivative: (w: Tensor) => mul(rsqrt(w), 0.5) };

linalgLaws({
  name: 'symmetricFunction',
  fn: (x) => symmetricFunction(symmetric(x), exponential),
  cases: [[uniform(1, 1, 1)], [uniform(2, 3, 3)], [uniform(3, 2, 4, 4)]],
  empty: [[empty(0, 0)], [empty(0, 3, 3)], [empty(2, 0, 0)]],
  refuses: [
    [() => symmetricFunction(zeros([2, 3]), exponential), ShapeError],
    [() => symmetricFunction(zeros([2, 2]), { value: (w) => sum(w), derivative: exp }), ShapeError],
    [() => symmetricFunction(tensor([[Number.NaN]]), exponential), NonFiniteError],
  ],
});

const test = suite('functions of symmetric matrices');
const wasm = wasmBackend({ canary: true });

test('are what they are called', () => {
  leakFree(wasm, () => {
    const a = symmetric(tensorOf(uniform(5, 4, 4), 'f64'));
    let [term, series] = [eye(4, 'f64'), eye(4, 'f64')];
    for (let k = 1; k < 30; k++) {
      term = mul(matmul(term, a), 1 / k);
      series = add(series, term);
    }
    const off = dataSync(sub(symmetricFunction(a, exponential), series));
    assert.ok(off.every((x) => Math.abs(x) < 1e-14));
    const positive = matmul(a, a);
    const half = symmetricFunction(positive, { value: (w) => sqrt(add(w, 1)), derivative: (w) => rsqrt(add(w, 1)) });
    const back = dataSync(sub(matmul(half, half), add(positive, eye(4, 'f64'))));
    assert.ok(back.every((x) => Math.abs(x) < 1e-14));
  });
});

for (const [name, w] of Object.entries(degenerate)) {
  test(`have right gradients at a degenerate spectrum: ${name}`, () => {
    withBackend(wasm, () => {
      const at = sampleOf(symmetric(tensorOf(withEigenvalues(w), 'f64')));
      gradcheck((x) => symmetricFunction(symmetric(x), exponential), [at]);
      const moved = sampleOf(symmetric(tensorOf(withEigenvalues(w.map((x) => x + 2)), 'f64')));
      gradcheck((x) => symmetricFunction(symmetric(x), root), [moved]);
    });
  });
}

test.run();
