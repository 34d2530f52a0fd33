/** Functions of the singular values: norms, sums, and their gradients where values are equal or zero. */

import {
  add,
  DtypeError,
  dataSync,
  div,
  FormatError,
  log,
  matmul,
  mul,
  NonFiniteError,
  norm2,
  nuclearNorm,
  ones,
  qr,
  ShapeError,
  schattenNorm,
  slice,
  spectralSum,
  square,
  sum,
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
import { plainSvd } from '../../support/plainSvd.ts';
import type { Sample } from '../../support/samples.ts';
import { emptyMatrices, separated } from '../../support/separated.ts';
import { stencilError } from '../../support/stencil.ts';
import { assert, suite } from '../../support/test.ts';

/** A function of the singular values of each matrix. */
const ofValues =
  (f: (s: number[]) => number) =>
  (a: Sample): Sample => {
    const { values } = plainSvd(a).S;
    const [shape, k] = [a.shape.slice(0, -2), Math.min(...a.shape.slice(-2))];
    const count = shape.reduce((x, y) => x * y, 1);
    return { shape, values: Array.from({ length: count }, (_, t) => f(values.slice(t * k, (t + 1) * k))) };
  };
const total = (s: number[], f: (x: number) => number): number => s.reduce((t, x) => t + f(x), 0);

const laws = { inputs: separated, empty: emptyMatrices, eps: 1e-13, exact: false, runs: 5 };
const logarithms = {
  value: (s: Tensor) => log(add(square(s), 1)),
  derivative: (s: Tensor) => div(mul(s, 2), add(square(s), 1)),
};

opLaws({
  ...laws,
  name: 'nuclearNorm',
  fn: nuclearNorm,
  model: ofValues((s) => total(s, (x) => x)),
  refuses: [
    [() => nuclearNorm(ones([3])), ShapeError],
    [() => nuclearNorm(zeros([2, 2], 'i32')), DtypeError],
    [() => nuclearNorm(tensor([[NaN]])), NonFiniteError],
    [() => schattenNorm(ones([2, 2]), 0.5), FormatError],
    [() => schattenNorm(ones([2, 2]), NaN), FormatError],
    [() => spectralSum(ones([2, 2]), { value: log } as never), FormatError],
    [() => spectralSum(ones([2, 2]), { ...logarithms, value: (s) => sum(s) }), ShapeError],
  ],
});
for (const p of [1.5, 3]) {
  opLaws({
    ...laws,
    name: `schattenNorm, p = ${p}`,
    fn: (a) => schattenNorm(a, p),
    model: ofValues((s) => total(s, (x) => x ** p) ** (1 / p)),
  });
}
opLaws({
  ...laws,
  name: 'schattenNorm, p = Infinity',
  fn: (a) => schattenNorm(a, Infinity),
  model: ofValues((s) => s[0] ?? 0),
});
opLaws({
  ...laws,
  name: 'spectralSum',
  fn: (a) => spectralSum(a, logarithms),
  model: ofValues((s) => total(s, (x) => Math.log(1 + x * x))),
});

const test = suite('op spectralSum');
const wasm = wasmBackend();

function factors(m: number, n: number, k: number): { u: Tensor; v: Tensor } {
  const [u, v] = [m, n].map((size, i) => qr(like({ shape: [size, k] }, 3 + i, 'f64')).Q);
  return { u: u!, v: swapAxes(v!, 0, 1) };
}

const recombine = (u: Tensor, s: readonly number[], v: Tensor): Tensor =>
  matmul(mul(u, tensor(Float64Array.from(s))), v);

function expectNear(got: ArrayLike<number>, want: ArrayLike<number>, eps = 1e-13): void {
  for (let k = 0; k < want.length; k++) assert.ok(Math.abs(got[k]! - want[k]!) <= eps, `[${k}]: ${got[k]}, ${want[k]}`);
}

const gradientOf = (f: Fn, a: Tensor): ArrayLike<number> => dataSync(vjp(f, [a], ones([], 'f64')).gradients[0]!);

test('gradients are U f(S) Vt where values are equal, and leave zeros out', () => {
  const s = [2, 2, 2, 0];
  const functions: readonly (readonly [f: Fn, slopes: readonly number[]])[] = [
    [nuclearNorm, [1, 1, 1, 0]],
    [(a) => schattenNorm(a, 1), [1, 1, 1, 0]],
    [(a) => schattenNorm(a, 2), s.map((x) => x / Math.sqrt(12))],
    [(a) => schattenNorm(a, 1.5), s.map((x) => Math.sqrt(x) * (3 * 2 ** 1.5) ** (-1 / 3))],
    [(a) => spectralSum(a, logarithms), s.map((x) => (2 * x) / (1 + x * x))],
  ];
  for (const [m, n] of [
    [6, 4],
    [4, 6],
  ] as const) {
    const { u, v } = factors(m, n, 4);
    for (const [f, slopes] of functions) {
      leakFree(wasm, () => expectNear(gradientOf(f, recombine(u, s, v)), dataSync(recombine(u, slopes, v))));
    }
  }
});

test('the nuclear norm has the gradient of its gradient where values are equal', () => {
  const { u, v } = factors(5, 3, 3);
  assert.ok(stencilError(nuclearNorm, recombine(u, [2, 2, 2], v), 1e-3, 2) < 1e-8);
  assert.ok(stencilError(nuclearNorm, recombine(u, [2, 2, 1], v), 1e-3, 2) < 1e-8);
});

test('the Frobenius norm is that of the elements; all are safe from overflow', () => {
  const a = like({ shape: [3, 5, 4] }, 1, 'f64');
  expectNear(dataSync(schattenNorm(a, 2)), dataSync(norm2(a, [-2, -1])));
  for (const scale of [1e-300, 1e300]) {
    const large = mul(slice(a, [0]), scale);
    for (const p of [1, 1.5, 2, 7, Infinity]) {
      const [got] = dataSync(div(schattenNorm(large, p), scale));
      const [want] = dataSync(schattenNorm(slice(a, [0]), p));
      assert.ok(Math.abs(got! / want! - 1) < 1e-13);
      assert.ok(Array.from(gradientOf((x) => schattenNorm(x, p), large)).every((x) => Math.abs(x) <= 1));
    }
  }
});

test('norms of zeros are 0 with gradient 0', () => {
  for (const p of [1, 1.5, 2, 3]) {
    const a = zeros([3, 2], 'f64');
    assert.equal(dataSync(schattenNorm(a, p)), Float64Array.of(0));
    expectNear(
      gradientOf((x) => schattenNorm(x, p), a),
      new Float64Array(6),
      0,
    );
  }
});

test.run();
