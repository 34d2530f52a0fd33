import { choleskyRatios, eighRatios, qrRatios, svdRatios } from '../../src/accuracy/factorRatios.ts';
import type { Matrix as Measured } from '../../src/accuracy/matrix.ts';
import {
  cholesky,
  type DenseMatrix,
  eigh,
  lu,
  matrix,
  qr,
  RankError,
  ShapeError,
  SingularError,
  singularValues,
  svd,
} from '../../src/linalg.ts';
import { wasmBackend } from '../support/backends.ts';
import { leakFree } from '../support/leaks.ts';
import { eigenvaluesOf, product } from '../support/oracle.ts';
import { seeded } from '../support/random.ts';
import { withValues } from '../support/spectra.ts';
import { expectLu, expectRatios, expectSigned } from '../support/symmetricRatios.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('linalg factorizations');
const wasm = wasmBackend({ canary: true });

const measured = ({ data, rows, columns }: DenseMatrix): Measured => ({ m: rows, n: columns, values: data });
const transposed = (a: number[][]): number[][] => (a[0] ?? []).map((_, j) => a.map((row) => row[j]!));

function random(rows: number, columns: number, size = 1, seed = 1): DenseMatrix<Float64Array> {
  const next = seeded(seed);
  return matrix(
    Float64Array.from({ length: rows * columns }, () => size * next()),
    rows,
    columns,
  );
}

/** The same matrix in single precision. */
const single = ({ data, rows, columns }: DenseMatrix): DenseMatrix => matrix(Float32Array.from(data), rows, columns);
const nested = ({ data, rows, columns }: DenseMatrix): number[][] =>
  Array.from({ length: rows }, (_, i) => [...data.subarray(i * columns, (i + 1) * columns)]);

const shapes = [
  [1, 1],
  [1, 7],
  [7, 1],
  [4, 4],
  [9, 5],
  [5, 9],
  [40, 40],
] as const;

test('keep the accuracy contract, at all sizes of numbers', () => {
  leakFree(wasm, () => {
    for (const [m, n] of shapes) {
      for (const size of [1, 1e30, 1e-30, 1e300, 1e-300, 0]) {
        const a = random(m, n, size);
        for (const x of size === 1e300 || size === 1e-300 ? [a] : [a, single(a)]) {
          const dtype = x.data instanceof Float32Array ? 'f32' : 'f64';
          const { U, S, Vt } = svd(x);
          const factors = { U: measured(U), S: S as Float64Array, Vt: measured(Vt) };
          expectRatios(svdRatios(measured(x), factors, dtype), {}, 20);
          expectSigned(factors.U);
          const { Q, R } = qr(x);
          expectRatios(qrRatios(measured(x), { Q: measured(Q), R: measured(R) }, dtype), {});
        }
      }
    }
  });
});

test('of symmetric matrices have the eigenvalues of the oracle', () => {
  leakFree(wasm, () => {
    for (const n of [1, 2, 5, 12]) {
      const B = nested(random(n, n));
      const A = B.map((row, i) => row.map((x, j) => x + B[j]![i]!));
      const { values, vectors } = eigh(A);
      eigenvaluesOf(A).forEach((w, k) => assert.ok(Math.abs(w - values[k]!) < 1e-13));
      const V = { m: n, n, values: vectors.flat() };
      expectRatios(eighRatios({ m: n, n, values: A.flat() }, { values, vectors: V }, 'f64'), {}, 20);
      expectSigned(V);
      const P = product(B, transposed(B)).map((row, i) => row.map((x, j) => x + (i === j ? 1 : 0)));
      const L = { m: n, n, values: cholesky(P).flat() };
      expectRatios(choleskyRatios({ m: n, n, values: P.flat() }, L, 'f64'), {});
    }
  });
});

test('into triangles put the rows in another order', () => {
  for (const [m, n] of shapes) {
    const a = random(m, n);
    const { L, U, permutation } = lu(a);
    const F = new Float64Array(m * n);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        F[i * n + j] = j < i ? (j < L.columns ? L.data[i * L.columns + j]! : 0) : U.data[i * n + j]!;
      }
    }
    expectLu(measured(a), F, permutation, 'f64');
  }
});

test('are the textbook ones', () => {
  assert.equal(
    cholesky([
      [4, 2],
      [2, 5],
    ]),
    [
      [2, 0],
      [1, 2],
    ],
  );
  assert.equal(
    lu([
      [1, 2],
      [4, 4],
    ]),
    {
      L: [
        [1, 0],
        [0.25, 1],
      ],
      U: [
        [4, 4],
        [0, 1],
      ],
      permutation: [1, 0],
    },
  );
  assert.equal(
    qr([
      [0, -2],
      [3, 0],
    ]),
    {
      Q: [
        [0, -1],
        [1, 0],
      ].map((row) => row.map((x) => x + 0)),
      R: [
        [3, 0],
        [0, 2],
      ],
    },
  );
  const { values, vectors } = eigh([
    [2, 1],
    [1, 2],
  ]);
  values.forEach((w, k) => assert.ok(Math.abs(w - [1, 3][k]!) < 1e-15));
  const half = Math.sqrt(0.5);
  const want = [half, half, -half, half];
  assert.ok(vectors.flat().every((x, k) => Math.abs(Math.abs(x) - Math.abs(want[k]!)) < 1e-15));
  assert.equal(
    svd([
      [0, 0],
      [0, -5],
    ]).S,
    [5, 0],
  );
});

test('keep what rank and eps ask for, all of Q where it is asked for', () => {
  const { values } = withValues([8, 4, 2, 1], 6, 4);
  const a = matrix(Float64Array.from(values), 6, 4);
  assert.equal([svd(a, { rank: 2 }).U.columns, svd(a, { rank: 2 }).Vt.rows], [2, 2]);
  assert.is(svd(a, { eps: 0.3 }).S.length, 2);
  assert.equal([qr(a, { full: true }).Q.columns, qr(a, { full: true }).R.rows], [6, 6]);
  [...singularValues(a)].forEach((s, k) => assert.ok(Math.abs(s - [8, 4, 2, 1][k]!) < 1e-13));
  [...svd(a, { method: 'jacobi' }).S].forEach((s, k) => assert.ok(Math.abs(s - [8, 4, 2, 1][k]!) < 1e-13));
  assert.throws(
    () => svd(a, { rank: 0 }),
    (e: Error) => e instanceof RankError,
  );
});

test('of empty matrices are empty', () => {
  leakFree(wasm, () => {
    assert.equal(svd([]), { U: [], S: [], Vt: [] });
    assert.equal(svd([[], []]), { U: [[], []], S: [], Vt: [] });
    assert.equal(qr(matrix(new Float64Array(0), 0, 3)).R, matrix(new Float64Array(0), 0, 3));
    assert.equal(eigh([]), { values: [], vectors: [] });
    assert.equal(cholesky([]), []);
    assert.equal(lu([[], []]), { L: [[], []], U: [], permutation: [0, 1] });
  });
});

test('refuse matrices that are not square, and those that are not positive definite', () => {
  for (const call of [eigh, cholesky])
    assert.throws(
      () => call([[1, 2]]),
      (e: Error) => e instanceof ShapeError,
    );
  assert.throws(
    () =>
      cholesky([
        [1, 2],
        [2, 1],
      ]),
    (e: Error) => e instanceof SingularError && /at 1;/.test(e.message),
  );
});

test.run();
