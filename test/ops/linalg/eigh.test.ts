import {
  add,
  dataSync,
  DtypeError,
  eigenvalues,
  eigh,
  exp,
  expandDims,
  matmul,
  mul,
  NonFiniteError,
  ShapeError,
  slice,
  sum,
  swapAxes,
  type Tensor,
  tensor,
  toArray,
  vjp,
  withBackend,
  zeros,
} from '../../../src/index.ts';
import { linalgLaws, uniform } from '../../laws/linalg.ts';
import { wasmBackend } from '../../support/backends.ts';
import { gradcheck } from '../../support/gradcheck.ts';
import { leakFree } from '../../support/leaks.ts';
import { eigenvaluesOf } from '../../support/oracle.ts';
import { empty, sampleOf, tensorOf } from '../../support/samples.ts';
import { degenerate, withEigenvalues } from '../../support/spectra.ts';
import { expectEigh, symmetricFrom } from '../../support/symmetricRatios.ts';
import { assert, suite } from '../../support/test.ts';

const t = (x: Tensor): Tensor => swapAxes(x, -2, -1);
const symmetric = (x: Tensor): Tensor => mul(add(x, t(x)), 0.5);
const refuses = [
  [() => eigh(zeros([2, 3])), ShapeError],
  [() => eigh(zeros([2])), ShapeError],
  [() => eigh(zeros([2, 2], 'i32')), DtypeError],
  [
    () =>
      eigh(
        tensor([
          [1, Number.NaN],
          [1, 1],
        ]),
      ),
    NonFiniteError,
  ],
  [() => eigenvalues(tensor([[Infinity]])), NonFiniteError],
  [() => eigenvalues(zeros([2, 3])), ShapeError],
  // Twice the largest number of f32.
  [
    () =>
      eigh(
        tensor([
          [3e38, 3e38],
          [3e38, 3e38],
        ]),
      ),
    NonFiniteError,
  ],
] as const;
const cases = [[uniform(1, 1, 1)], [uniform(2, 3, 3)], [uniform(3, 2, 4, 4)], [uniform(4, 2, 2, 5, 5)]];
const none = [[empty(0, 0)], [empty(0, 3, 3)], [empty(2, 0, 0)]];

linalgLaws({ name: 'eigh values', fn: (x) => eigh(symmetric(x)).values, cases, empty: none, refuses });
linalgLaws({ name: 'eigenvalues', fn: (x) => eigenvalues(symmetric(x)), cases, empty: none, refuses: [] });
linalgLaws({
  name: 'eigh vectors',
  fn: (x) => eigh(symmetric(x)).vectors,
  cases,
  empty: none,
  refuses: [],
  eps: 1e-11,
});
linalgLaws({
  name: 'functions of symmetric matrices',
  fn: (x) => {
    const { values, vectors } = eigh(symmetric(x));
    return matmul(mul(vectors, exp(expandDims(values, -2))), t(vectors));
  },
  cases,
  empty: none,
  refuses: [],
});

const test = suite('eigh');
const wasm = wasmBackend({ canary: true });

/** The symmetric matrix of a spectrum, exactly symmetric. */
function matrixOf(w: readonly number[]): Tensor {
  return symmetric(tensorOf(withEigenvalues(w), 'f64'));
}

test('keeps the accuracy contract, and its values are those of the oracle', () => {
  for (const dtype of ['f32', 'f64'] as const) {
    leakFree(wasm, () => {
      for (const n of [1, 2, 3, 10, 33]) {
        const a = symmetric(tensorOf(uniform(n, n, n), dtype));
        const { values, vectors } = eigh(a);
        expectEigh(symmetricFrom(dataSync(a), n), dataSync(values), dataSync(vectors), dtype);
        const want = eigenvaluesOf(toArray(a) as number[][]);
        const got = dataSync(values);
        const alone = dataSync(eigenvalues(a));
        const eps = n * (dtype === 'f32' ? 2 ** -22 : 2 ** -51) * Math.max(...want.map(Math.abs));
        want.forEach((x, k) => {
          assert.ok(Math.abs(x - got[k]!) <= eps);
          assert.ok(Math.abs(alone[k]! - got[k]!) <= eps);
        });
      }
    });
  }
});

test('looks at the lower triangle alone, and its gradient is symmetric', () => {
  withBackend(wasm, () => {
    const a = tensor(
      [
        [2, 99],
        [1, 2],
      ],
      undefined,
      'f64',
    );
    assert.equal(
      [...dataSync(eigh(a).values)].map((x) => Math.round(x * 1e12) / 1e12),
      [1, 3],
    );
    const [, upper, lower] = dataSync(vjp((x) => eigh(x).values, [a], tensor([1, 3], undefined, 'f64')).gradients[0]!);
    assert.ok(Math.abs(upper! - lower!) < 1e-14);
  });
});

test('works at the ends of the range, and on the zero matrix', () => {
  leakFree(wasm, () => {
    for (const [dtype, size] of [
      ['f32', 1e-44],
      ['f32', 1e38],
      ['f64', 5e-324],
      ['f64', 8e307],
      ['f64', 0],
    ] as const) {
      const a = tensor(
        [
          [size, size],
          [size, size],
        ],
        undefined,
        dtype,
      );
      const [small, large] = dataSync(eigh(a).values);
      assert.ok(Math.abs(small!) <= 1e-6 * size);
      assert.ok(Math.abs(large! - 2 * dataSync(a)[0]!) <= 1e-6 * size);
    }
    assert.equal([...dataSync(eigh(zeros([3, 3])).vectors)], [1, 0, 0, 0, 1, 0, 0, 0, 1]);
  });
});

for (const [name, w] of Object.entries(degenerate)) {
  test(`has right gradients of the eigenvalues of a degenerate spectrum: ${name}`, () => {
    withBackend(wasm, () => {
      gradcheck((x) => sum(exp(eigh(symmetric(x)).values)), [sampleOf(matrixOf(w))]);
      gradcheck((x) => sum(exp(eigenvalues(symmetric(x)))), [sampleOf(matrixOf(w))]);
    });
  });

  test(`has right gradients of projectors on invariant subspaces of a degenerate spectrum: ${name}`, () => {
    withBackend(wasm, () => {
      const c = tensorOf(uniform(9, w.length, w.length), 'f64');
      // Up to each gap that is one.
      for (let k = 1; k <= w.length; k++) {
        if (k < w.length && w[k]! - w[k - 1]! < 0.5) continue;
        const loss = (x: Tensor): Tensor => {
          const V = slice(eigh(symmetric(x)).vectors, [null, [0, k]]);
          return mul(matmul(V, t(V)), c);
        };
        gradcheck(loss, [sampleOf(matrixOf(w))]);
      }
    });
  });
}

test('gives finite gradients even of losses that depend on how equal vectors are turned', () => {
  withBackend(wasm, () => {
    for (const w of Object.values(degenerate)) {
      const a = matrixOf(w);
      const [g] = vjp((x) => eigh(x).vectors, [a], tensorOf(uniform(3, w.length, w.length), 'f64')).gradients;
      assert.ok(dataSync(g!).every((x) => Number.isFinite(x)));
    }
    const identity = tensor(
      [
        [1, 0],
        [0, 1],
      ],
      undefined,
      'f64',
    );
    const [g] = vjp(
      (x) => eigh(x).vectors,
      [identity],
      tensor(
        [
          [1, 2],
          [3, 4],
        ],
        undefined,
        'f64',
      ),
    ).gradients;
    assert.equal([...dataSync(g!)], [0, 0, 0, 0]);
  });
});

test.run();
