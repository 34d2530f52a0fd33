/** randomizedSvd: its error against the smallest possible one, the theory's goldens, seeds, batches, gradients. */

import {
  DtypeError,
  dataSync,
  FormatError,
  matmul,
  mul,
  NonFiniteError,
  ones,
  qr,
  RankError,
  randomizedSvd,
  ShapeError,
  slice,
  sub,
  swapAxes,
  type Tensor,
  tensor,
  withBackend,
  zeros,
} from '../../../src/index.ts';
import { expectRefusal } from '../../laws/op.ts';
import { referenceBackend, wasmBackend } from '../../support/backends.ts';
import { type Fn, gradcheck, like } from '../../support/gradcheck.ts';
import { leakFree } from '../../support/leaks.ts';
import { expectSigns } from '../../support/svdRatios.ts';
import { assert, suite } from '../../support/test.ts';

const test = suite('op randomizedSvd');
const wasm = wasmBackend();

const norm = (x: ArrayLike<number>): number => Math.sqrt(Array.from(x).reduce((sum, v) => sum + v * v, 0));
const tail = (s: readonly number[], r: number): number => norm(s.slice(r));

function planted(m: number, n: number, s: readonly number[], seed = 3): Tensor {
  const [u, v] = [m, n].map((size, i) => qr(like({ shape: [size, s.length] }, seed + i, 'f64')).Q);
  return matmul(mul(u!, tensor(Float64Array.from(s))), swapAxes(v!, 0, 1));
}

const harmonic = (n: number): number[] => Array.from({ length: n }, (_, k) => 1 / (k + 1));

test('comes as near to the best approximation as its theory says', () => {
  // Halko, Martinsson & Tropp 2011: sigma_i = 1 / i, 400 x 400, rank 20, oversampled by 10.
  const s = harmonic(400);
  const a = planted(400, 400, s);
  // About 1.349, 1.009 and 1.001 of the smallest error.
  for (const [iterations, least, most] of [
    [0, 1.25, 1.45],
    [1, 1.004, 1.015],
    [2, 1.0002, 1.002],
  ] as const) {
    const { error, U, S, Vt } = leakFree(wasm, () => randomizedSvd(a, { rank: 20, iterations }));
    const ratio = (error * norm(s)) / tail(s, 20);
    assert.ok(ratio >= least && ratio <= most, `${iterations} steps: ${ratio}`);
    const off = norm(dataSync(sub(a, matmul(mul(U, S), Vt)))) / norm(s);
    assert.ok(Math.abs(off / error - 1) < 1e-10, 'the error told is the error made');
    expectSigns(dataSync(U), 400, 20);
  }
});

test('finds a matrix of low rank exactly, at every scale, in batches and both orientations', () => {
  for (const scale of [1, 1e-200, 1e200]) {
    for (const [m, n] of [
      [60, 40],
      [40, 60],
    ] as const) {
      const s = [3, 2, 2, 1].map((x) => x * scale);
      const { error, U, S, Vt } = randomizedSvd(planted(m, n, s), { rank: 4 });
      assert.ok(error < 1e-14);
      dataSync(S).forEach((x, k) => assert.ok(Math.abs(x / s[k]! - 1) < 1e-13));
      for (const Q of [U, swapAxes(Vt, 0, 1)]) {
        const gram = dataSync(matmul(swapAxes(Q, 0, 1), Q));
        gram.forEach((x, k) => assert.ok(Math.abs(x - (k % 5 === 0 ? 1 : 0)) < 1e-13));
      }
    }
  }
  const batch = like({ shape: [2, 3, 30, 25] }, 1, 'f32');
  const { U, S, Vt, error } = leakFree(wasm, () => randomizedSvd(batch, { rank: 3 }));
  assert.equal(
    [U.shape, S.shape, Vt.shape],
    [
      [2, 3, 30, 3],
      [2, 3, 3],
      [2, 3, 3, 25],
    ],
  );
  assert.is(U.dtype, 'f32');
  const one = randomizedSvd(slice(batch, [1, 2]), { rank: 3 });
  assert.ok(error >= 0.99 * one.error && error < 1);
});

test('the same seed gives the same numbers, another one others', () => {
  const a = planted(50, 40, harmonic(40));
  const values = (seed: number): ArrayLike<number> => dataSync(randomizedSvd(a, { rank: 3, iterations: 0, seed }).S);
  assert.equal(values(1), values(1));
  assert.not.equal(values(1), values(2));
});

test('decomposes small matrices exactly, and zeros', () => {
  const { S, error } = randomizedSvd(planted(9, 8, harmonic(8)), { rank: 20 });
  dataSync(S).forEach((x, k) => assert.ok(Math.abs(x - 1 / (k + 1)) < 1e-14));
  assert.ok(error < 1e-14);
  for (const backend of [wasm, referenceBackend()]) {
    withBackend(backend, () => {
      const none = randomizedSvd(zeros([20, 30], 'f64'), { rank: 2 });
      assert.equal(dataSync(none.S), new Float64Array(2));
      assert.is(none.error, 0);
      assert.equal(randomizedSvd(zeros([0, 30]), { rank: 2 }).U.shape, [0, 0]);
    });
  }
});

test('has the gradient of its steps', () => {
  const product: Fn = (a) => {
    const { U, S, Vt } = randomizedSvd(a, { rank: 2, oversample: 1, iterations: 1 });
    return matmul(mul(U, mul(S, S)), Vt);
  };
  const at = planted(6, 5, [4, 2.5, 1, 0.3, 0.1]);
  const inputs = [{ shape: [6, 5], values: Array.from(dataSync(at)) }];
  for (const order of [1, 2] as const) leakFree(wasm, () => gradcheck(product, inputs, { order }));
});

test('refuses what it cannot do', () => {
  const a = ones([30, 30]);
  (
    [
      [() => randomizedSvd(ones([3]), { rank: 1 }), ShapeError],
      [() => randomizedSvd(zeros([3, 3], 'i32'), { rank: 1 }), DtypeError],
      [() => randomizedSvd(tensor([[1, NaN]]), { rank: 1 }), NonFiniteError],
      [() => randomizedSvd(a, { rank: 0 }), RankError],
      [() => randomizedSvd(a, {} as { rank: number }), RankError],
      [() => randomizedSvd(a, { rank: 2.5 }), RankError],
      [() => randomizedSvd(a, { rank: 2, oversample: -1 }), FormatError],
      [() => randomizedSvd(a, { rank: 2, iterations: 0.5 }), FormatError],
      [() => randomizedSvd(a, { rank: 2, seed: 0.5 }), FormatError],
    ] as const
  ).forEach(([call, kind], k) => expectRefusal([call, kind], k));
});

test.run();
