/** Factorizations at the upper end of the range: right, or refused, never infinite; and by the name that was called. */

import * as linalg from '../../../src/linalg.ts';
import {
  abs,
  dataSync,
  FormatError,
  grad,
  lq,
  lstsq,
  nuclearNorm,
  NonFiniteError,
  pinv,
  polar,
  qr,
  qrPivoted,
  randomizedSvd,
  reflectors,
  schattenNorm,
  sign,
  singularValues,
  spectralSum,
  sum,
  svd,
  symmetricFunction,
  type Tensor,
  tensor,
  truncate,
} from '../../../src/index.ts';
import { timesPowerOfTwo } from '../../../src/ops/linalg/scale.ts';
import { wasmBackend } from '../../support/backends.ts';
import { leakFree } from '../../support/leaks.ts';
import { assert, suite } from '../../support/test.ts';

const test = suite('the range of factorizations');
const wasm = wasmBackend({ canary: true });
const same = { value: abs, derivative: sign };

const calls: Readonly<Record<string, (a: Tensor) => unknown>> = {
  ...{ qr, lq, qrPivoted, reflectors, svd, singularValues, polar, nuclearNorm },
  truncate: (a) => truncate(a, { rank: 1 }),
  randomizedSvd: (a) => randomizedSvd(a, { rank: 1 }),
  schattenNorm: (a) => schattenNorm(a, 2),
  spectralSum: (a) => spectralSum(a, same),
};

/** Elements of the size of the largest number, whose norms are beyond it; its singular values are sqrt(3) top or so. */
const wide = (top: number, dtype: 'f32' | 'f64'): Tensor =>
  tensor(Float64Array.of(top, -top, top, 0.9 * top, -top, top), [3, 2], dtype);

test('factors that overflow are refused, and those that do not are found', () => {
  for (const [dtype, top] of [
    ['f32', 3.4e38],
    ['f64', 1.7e308],
  ] as const) {
    for (const [name, call] of Object.entries(calls)) {
      leakFree(wasm, () => {
        const refusal = new RegExp(`^${name}: the factors are in the range of their dtype; got -?Infinity at `);
        assert.throws(
          () => call(wide(top, dtype)),
          (e: Error) => e instanceof NonFiniteError && refusal.test(e.message),
        );
        if (name === 'nuclearNorm') return;
        call(wide(top / 4, dtype));
      });
    }
    const { P } = polar(tensor([[-top]], undefined, dtype));
    assert.equal([...dataSync(P)], [dtype === 'f32' ? Math.fround(top) : top]);
  }
});

test('operations that are made of others are named themselves', () => {
  const bad = tensor([
    [1, 2, 3],
    [3, NaN, 1],
    [1, 2, 3],
  ]);
  const all = { ...calls, pinv, lstsq: (a: Tensor) => lstsq(a, a), symmetricFunction: symmetric };
  for (const [name, call] of Object.entries(all)) {
    const refusal = new RegExp(`^${name}: all elements are finite; got NaN at \\[1, 1\\] of \\[3, 3\\]`);
    assert.throws(
      () => call(bad),
      (e: Error) => refusal.test(e.message),
    );
    assert.throws(
      () => call(tensor([1, 2])),
      (e: Error) => e.message.startsWith(`${name}: `),
    );
  }
  const refused = { rank: 0 };
  assert.throws(
    () => linalg.pca([[1], [2]], refused),
    (e: Error) => /^pca: a rank/.test(e.message),
  );
});

const symmetric = (a: Tensor): Tensor => symmetricFunction(a, same);

test('functions that are missing are refused', () => {
  for (const call of [spectralSum, symmetricFunction]) {
    assert.throws(
      () => call(tensor([[1]]), {} as never),
      (e: Error) =>
        e instanceof FormatError && e.message.startsWith(`${call.name}: value and derivative are functions`),
    );
  }
});

/** Whether x times the inverse of `scale` is near what it is for matrices near 1. */
function expectScaled(x: ArrayLike<number>, want: ArrayLike<number>, scale: number): void {
  for (let k = 0; k < want.length; k++) assert.ok(Math.abs(x[k]! * scale - want[k]!) < 1e-13, `${x[k]} for ${want[k]}`);
}

test('inverses and solutions are those of matrices near 1', () => {
  leakFree(wasm, () => {
    const near = wide(1, 'f64');
    const b = tensor(Float64Array.of(1, -0.5, 0.25));
    const [P, x] = [dataSync(pinv(near)), dataSync(lstsq(near, b))];
    for (const top of [1.7e308, 2 ** 1000, 1e-307]) {
      expectScaled(dataSync(pinv(wide(top, 'f64'))), P, top);
      expectScaled(dataSync(lstsq(wide(top, 'f64'), b)), x, top);
      expectScaled(dataSync(lstsq(near, tensor(dataSync(b).map((y) => y * top)))), x, 1 / top);
    }
  });
});

test('inverses and solutions have the gradients of matrices near 1', () => {
  leakFree(wasm, () => {
    for (const [dtype, powers] of [
      ['f32', [60, -60]],
      ['f64', [660, -660]],
    ] as const) {
      const near = tensor(Float64Array.of(2, 0.5, 0.3, 1.5, 0.2, -0.7), [3, 2], dtype);
      const b = tensor(Float64Array.of(1, -0.5, 0.25), [3], dtype);
      const inverse = (x: Tensor, e: number): Tensor => sum(timesPowerOfTwo(pinv(x), e));
      const solution = (x: Tensor, e: number): Tensor => sum(lstsq(x, timesPowerOfTwo(b, e)));
      for (const loss of [inverse, solution]) {
        const slopes = (e: number): Tensor => grad((x: Tensor) => loss(x, e))(timesPowerOfTwo(near, e));
        const want = dataSync(slopes(0));
        for (const e of powers) assert.equal(dataSync(timesPowerOfTwo(slopes(e), e)), want);
      }
    }
  });
});

test('of plain matrices have ranks, condition numbers and distances', () => {
  const top = 1.7e308;
  const rows = [
    [top, top],
    [top, top],
  ];
  assert.is(linalg.rank(rows), 1);
  const [near, far] = [1, top].map((t) => linalg.cond(linalg.matrix(dataSync(wide(t, 'f64')) as Float64Array, 3, 2)));
  assert.ok(Math.abs(far! / near! - 1) < 1e-13);
  const { x, residual } = linalg.lstsq(
    [
      [1, 0],
      [0, 1],
      [1, 1],
    ],
    [1.2e308, 1.2e308, 1.2e308],
  );
  for (const y of x) assert.ok(Math.abs(y / 0.8e308 - 1) < 1e-14);
  assert.ok(Math.abs(residual / (0.4e308 * Math.sqrt(3)) - 1) < 1e-14);
});

test.run();
