/** polar: the nearest orthogonal factor, a positive semidefinite one, and gradients where singular values coincide. */

import {
  add,
  DtypeError,
  dataSync,
  matmul,
  mul,
  NonFiniteError,
  ones,
  polar,
  qr,
  ShapeError,
  singularValues,
  swapAxes,
  type Tensor,
  tensor,
  vjp,
  zeros,
} from '../../../src/index.ts';
import { opLaws } from '../../laws/op.ts';
import { wasmBackend } from '../../support/backends.ts';
import { type Fn, like } from '../../support/gradcheck.ts';
import { leakFree } from '../../support/leaks.ts';
import { plainSvd, recombined } from '../../support/plainSvd.ts';
import type { Sample } from '../../support/samples.ts';
import { emptyMatrices, separated } from '../../support/separated.ts';
import { stencilError } from '../../support/stencil.ts';
import { assert, suite } from '../../support/test.ts';

/** V diag(S) Vt of each matrix. */
function stretch(a: Sample): Sample {
  const { S, Vt } = plainSvd(a);
  const [k, n] = Vt.shape.slice(-2) as [number, number];
  const batch = a.shape.slice(0, -2).reduce((x, y) => x * y, 1);
  const values = Array.from({ length: batch * n * n }, (_, p) => {
    const [t, i, j] = [Math.floor(p / (n * n)), Math.floor((p % (n * n)) / n), p % n];
    let sum = 0;
    for (let r = 0; r < k; r++) {
      const row = (t * k + r) * n;
      sum += S.values[t * k + r]! * Vt.values[row + i]! * Vt.values[row + j]!;
    }
    return sum;
  });
  return { shape: [...a.shape.slice(0, -2), n, n], values };
}

const laws = { inputs: separated, empty: emptyMatrices, eps: 1e-13, exact: false, runs: 6 };
opLaws({
  ...laws,
  name: 'polar, U',
  fn: (a) => polar(a).U,
  model: (a) => recombined(a, () => 1),
  refuses: [
    [() => polar(ones([3])), ShapeError],
    [() => polar(zeros([2, 2], 'i32')), DtypeError],
    [() => polar(tensor([[NaN]])), NonFiniteError],
  ],
});
opLaws({ ...laws, name: 'polar, P', fn: (a) => polar(a).P, model: stretch });

const test = suite('op polar');
const wasm = wasmBackend();

function planted(m: number, n: number, s: readonly number[]): Tensor {
  const [u, v] = [m, n].map((size, i) => qr(like({ shape: [size, s.length] }, 3 + i, 'f64')).Q);
  return matmul(mul(u!, tensor(Float64Array.from(s))), swapAxes(v!, 0, 1));
}

test('has gradients of both orders where singular values are equal, near 0 or large', () => {
  const spectra: readonly (readonly [s: readonly number[], h: number])[] = [
    [[2, 2, 2], 1e-3],
    [[2, 2 - 1e-9, 1], 1e-3],
    [[3, 1, 1e-2], 1e-5],
    [[3e100, 3e100, 1e100], 1e96],
  ];
  for (const part of ['U', 'P'] as const) {
    const fn: Fn = (a) => polar(a)[part];
    for (const [s, h] of spectra) {
      for (const [m, n] of [
        [5, 3],
        [3, 3],
        [3, 5],
      ] as const) {
        const a = planted(m, n, s);
        leakFree(wasm, () => assert.ok(stencilError(fn, a, h) < 1e-6, `${part} of ${m} x ${n} with ${s}`));
        if (s[0]! > 1e10) continue;
        leakFree(wasm, () => assert.ok(stencilError(fn, a, h, 2) < 1e-5, `${part}'' of ${m} x ${n} with ${s}`));
      }
    }
  }
});

test('zero singular values leave U orthonormal and gradients finite', () => {
  const a = planted(6, 4, [2, 1]);
  const { U, P } = polar(a);
  const gram = dataSync(matmul(swapAxes(U, 0, 1), U));
  gram.forEach((x, k) => assert.ok(Math.abs(x - (k % 5 === 0 ? 1 : 0)) < 1e-14));
  const back = dataSync(matmul(U, P));
  dataSync(a).forEach((x, k) => assert.ok(Math.abs(x - back[k]!) < 1e-14));
  const sum: Fn = (x) => add(polar(x).P, mul(matmul(swapAxes(x, 0, 1), polar(x).U), 2));
  const g = dataSync(vjp(sum, [a], like({ shape: [4, 4] }, 5, 'f64')).gradients[0]!);
  assert.ok(g.every((x) => Math.abs(x) < 1e3));
});

test('P has the singular values of A', () => {
  const a = like({ shape: [2, 9, 5] }, 7, 'f64');
  const [got, want] = [singularValues(polar(a).P), singularValues(a)].map((x) => dataSync(x));
  got!.forEach((x, k) => assert.ok(Math.abs(x - want![k]!) < 1e-14));
});

test.run();
