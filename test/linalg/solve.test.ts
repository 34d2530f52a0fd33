import {
  cond,
  det,
  inv,
  lstsq,
  matrix,
  NonFiniteError,
  pinv,
  RankError,
  rank,
  ShapeError,
  SingularError,
  singularValues,
  solve,
} from '../../src/linalg.ts';
import { wasmBackend } from '../support/backends.ts';
import { leakFree } from '../support/leaks.ts';
import { determinant, inverse, product } from '../support/oracle.ts';
import { seeded } from '../support/random.ts';
import { withValues } from '../support/spectra.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('linalg systems');
const wasm = wasmBackend({ canary: true });

function random(rows: number, columns: number, seed = 1): number[][] {
  const next = seeded(seed);
  return Array.from({ length: rows }, () => Array.from({ length: columns }, () => next()));
}

function close(x: ArrayLike<number>, y: ArrayLike<number>, eps: number): void {
  assert.is(x.length, y.length);
  for (let k = 0; k < x.length; k++) assert.ok(Math.abs(x[k]! - y[k]!) <= eps, `${x[k]} is not ${y[k]}`);
}

const known = (s: readonly number[], m: number, n: number) =>
  matrix(Float64Array.from(withValues(s, m, n).values), m, n);

test('are those of the oracle', () => {
  leakFree(wasm, () => {
    for (const n of [1, 2, 4, 9]) {
      const a = random(n, n, n);
      const b = random(n, 2, n + 50);
      const want = inverse(a);
      const size = Math.max(...want.flat().map(Math.abs));
      close(inv(a).flat(), want.flat(), 1e-13 * size * size);
      close(solve(a, b).flat(), product(want, b).flat(), 1e-13 * size * size);
      close(
        solve(
          a,
          b.map(([x]) => x!),
        ),
        product(want, b).map(([x]) => x!),
        1e-13 * size * size,
      );
      close([det(a)], [determinant(a)], 1e-14);
    }
  });
});

test('of least squares satisfy the normal equations, and give the distance', () => {
  leakFree(wasm, () => {
    const line = lstsq(
      [
        [1, 0],
        [1, 1],
        [1, 2],
      ],
      [1, 3, 5],
    );
    close(line.x, [1, 2], 1e-14);
    assert.ok(line.residual < 1e-14);
    for (const [m, n] of [
      [7, 3],
      [4, 4],
    ] as const) {
      const a = random(m, n);
      const b = random(m, 2, 5);
      const { x, residual } = lstsq(a, b);
      const off = product(a, x).map((row, i) => row.map((y, j) => y - b[i]![j]!));
      const transposed = a[0]!.map((_, j) => a.map((row) => row[j]!));
      close(product(transposed, off).flat(), new Float64Array(2 * n), 1e-14);
      close([residual], [Math.sqrt(off.flat().reduce((s, y) => s + y * y, 0))], 1e-14);
    }
    close(
      [lstsq(matrix(Float64Array.of(1, 1), 2, 1), Float64Array.of(3e300, 5e300)).residual / 1e300],
      [Math.sqrt(2)],
      1e-14,
    );
    close([lstsq([[1e-200], [1e-200]], [3e-200, 5e-200]).residual * 1e200], [Math.sqrt(2)], 1e-14);
  });
});

test('have the shortest solution where there are many, with eps as in NumPy', () => {
  leakFree(wasm, () => {
    close(lstsq([[1, 1]], [2]).x, [1, 1], 1e-15);
    close(
      lstsq(
        [
          [1, 1],
          [1, 1],
        ],
        [2, 2],
      ).x,
      [1, 1],
      1e-15,
    );
    close(
      pinv([
        [1, 1],
        [1, 1],
      ]).flat(),
      [0.25, 0.25, 0.25, 0.25],
      1e-15,
    );
    close(
      pinv(
        [
          [1, 0],
          [0, 1e-5],
        ],
        { eps: 1e-4 },
      ).flat(),
      [1, 0, 0, 0],
      0,
    );
    close(pinv(known([3, 2, 0], 5, 3)).data, inversePart([3, 2, 0], 5, 3), 1e-14);
    assert.equal(pinv([[0, 0]]), [[0], [0]]);
  });
});

/** V diag(1 / s) U' of the nonzero s. */
function inversePart(s: readonly number[], m: number, n: number): number[] {
  const { values } = withValues(
    s.map((x) => (x === 0 ? 0 : 1 / x)),
    m,
    n,
  );
  return Array.from({ length: n * m }, (_, p) => values[(p % m) * n + Math.floor(p / m)]!);
}

test('have ranks and condition numbers as in NumPy', () => {
  leakFree(wasm, () => {
    assert.equal(
      [
        rank([
          [1, 2],
          [2, 4],
        ]),
        rank([
          [1, 2],
          [3, 4],
        ]),
        rank([[0, 0]]),
        rank([]),
      ],
      [1, 2, 0, 0],
    );
    assert.is(rank(known([1, 1e-3, 1e-9, 0], 6, 4)), 3);
    assert.is(rank(known([1, 1e-3, 1e-9, 0], 6, 4), { eps: 1e-6 }), 2);
    assert.is(
      rank([
        [1, 0],
        [0, 2 ** -52],
      ]),
      1,
    );
    assert.is(
      rank([
        [1, 0],
        [0, 3 * 2 ** -52],
      ]),
      2,
    );
    assert.equal(
      [rank(matrix(Float64Array.of(1000, 0, 0, 2e-13), 2, 2)), rank(matrix(Float64Array.of(1e-9, 0, 0, 1e-20), 2, 2))],
      [1, 2],
    );
    const narrow = Float32Array.of(1, 0, 0, 2 ** -23);
    assert.equal([rank(matrix(narrow, 2, 2)), rank(matrix(Float64Array.from(narrow), 2, 2))], [1, 2]);
    close([cond(known([8, 4, 2], 5, 3))], [4], 1e-14);
    assert.equal(
      [
        cond([
          [1, 0],
          [0, 0],
        ]),
        cond([[7]]),
      ],
      [Infinity, 1],
    );
    close(
      singularValues([
        [3, 0],
        [0, 4],
      ]),
      [4, 3],
      1e-15,
    );
  });
});

test('refuse singular matrices, and say what else there is', () => {
  const singular = [
    [1, 2],
    [2, 4],
  ];
  for (const call of [() => solve(singular, [1, 1]), () => inv(singular)]) {
    assert.throws(
      call,
      (e: Error) => e instanceof SingularError && /zero pivot at 1; use lstsq\(\) or pinv/.test(e.message),
    );
  }
  assert.is(det(singular), 0);
  assert.is(det([]), 1);
  assert.throws(
    () =>
      det([
        [1e200, 0],
        [0, 1e200],
      ]),
    (e: Error) => e instanceof NonFiniteError,
  );
  assert.throws(
    () => solve([[1, 2]], [1]),
    (e: Error) => e instanceof ShapeError,
  );
  assert.throws(
    () => det([[1, 2]]),
    (e: Error) => e instanceof ShapeError,
  );
  assert.throws(
    () => cond([]),
    (e: Error) => e instanceof ShapeError,
  );
  for (const call of [rank, pinv, (a: number[][], o: object) => lstsq(a, [1, 1], o)]) {
    assert.throws(
      () => call(singular, { eps: -1 }),
      (e: Error) => e instanceof RankError,
    );
  }
});

test('of no unknowns and of no equations are solved', () => {
  leakFree(wasm, () => {
    assert.equal(solve([], []), []);
    assert.equal(solve([[2]], [[]]), [[]]);
    assert.equal(inv([]), []);
    assert.equal(lstsq([[], []], [3, 4]), { x: [], residual: 5 });
    assert.equal(pinv([[], []]), []);
  });
});

test.run();
