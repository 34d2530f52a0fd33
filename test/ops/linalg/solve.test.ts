import {
  add,
  dataSync,
  DtypeError,
  eye,
  inv,
  matmul,
  mul,
  NonFiniteError,
  ShapeError,
  SingularError,
  solve,
  sub,
  type Tensor,
  tensor,
  toArray,
  triangularSolve,
  withBackend,
  zeros,
} from '../../../src/index.ts';
import type { Refusal } from '../../laws/op.ts';
import { linalgLaws, uniform } from '../../laws/linalg.ts';
import { wasmBackend } from '../../support/backends.ts';
import { gradcheck } from '../../support/gradcheck.ts';
import { leakFree } from '../../support/leaks.ts';
import { inverse } from '../../support/oracle.ts';
import { empty } from '../../support/samples.ts';
import { withValues } from '../../support/spectra.ts';
import { assert, suite } from '../../support/test.ts';

/** Well conditioned, whatever x in [-1, 1). */
const regular = (x: Tensor): Tensor => add(x, mul(eye(x.shape.at(-1)!, x.dtype as 'f32'), 3));

/** The same, with the large elements off the diagonal, so that rows change their places. */
const pivoting = (x: Tensor): Tensor => {
  const n = x.shape.at(-1)!;
  const flip = Float64Array.from({ length: n * n }, (_, k) => (Math.floor(k / n) + (k % n) === n - 1 ? 3 : 0));
  return add(x, tensor(flip, [n, n], x.dtype));
};

const systems = [
  [uniform(1, 3, 3), uniform(2, 3)],
  [uniform(3, 4, 4), uniform(4, 4, 2)],
  [uniform(5, 2, 3, 3), uniform(6, 2, 3, 2)],
  [uniform(7, 3, 3), uniform(8, 2, 2, 3, 1)],
  [uniform(9, 2, 3, 3), uniform(10, 3, 2)],
  [uniform(11, 2, 1, 3, 3), uniform(12, 3, 3, 1)],
  [uniform(13, 2, 3, 3), uniform(14, 3)],
];
const none = [
  [empty(0, 0), empty(0)],
  [empty(0, 0), empty(0, 3)],
  [empty(0, 2, 2), empty(0, 2, 3)],
  [uniform(1, 2, 2), empty(2, 0)],
];

function refusals(name: string, fn: (a: Tensor, b: Tensor) => Tensor): Refusal[] {
  return [
    [() => fn(zeros([2, 3]), zeros([2])), ShapeError],
    [() => fn(eye(2), zeros([3])), ShapeError],
    [() => fn(eye(2), zeros([])), ShapeError],
    [() => fn(zeros([2, 3, 3]), zeros([3, 3, 1])), ShapeError],
    [() => fn(eye(2), zeros([2], 'f64')), DtypeError],
    [
      () =>
        fn(
          tensor([
            [1, 0],
            [Number.NaN, 1],
          ]),
          zeros([2]),
        ),
      NonFiniteError,
    ],
    [() => fn(eye(2), tensor([1, Infinity])), NonFiniteError],
    [
      () =>
        fn(
          tensor([
            [1e-30, 0],
            [0, 1],
          ]),
          tensor([1e30, 1]),
        ),
      NonFiniteError,
    ],
    [() => fn(zeros([2, 2]), zeros([2])), SingularError],
    [() => fn(zeros([2, 2]), zeros([3, 2, 1])), SingularError],
  ]
    .map(([call, kind]) => [call, kind] as Refusal)
    .concat(
      name === 'solve'
        ? [
            [
              () =>
                solve(
                  tensor([
                    [1, 2],
                    [2, 4],
                  ]),
                  zeros([2]),
                ),
              SingularError,
            ],
          ]
        : [],
    );
}

linalgLaws({
  name: 'solve',
  fn: (a, b) => solve(pivoting(a), b),
  cases: [
    ...systems,
    [uniform(15, 40, 40), uniform(16, 40, 3)].map((x, k) => (k ? x : { ...x, values: x.values.map((v) => v / 9) })),
  ],
  empty: none,
  refuses: refusals('solve', solve),
});

for (const upper of [false, true]) {
  for (const unit of [false, true]) {
    for (const transpose of [false, true]) {
      const options = { upper, unit, transpose };
      linalgLaws({
        name: `triangularSolve ${JSON.stringify(options)}`,
        fn: (a, b) => triangularSolve(regular(a), b, options),
        cases: systems.slice(0, 4),
        empty: none,
        refuses: unit ? [] : refusals('triangularSolve', (a, b) => triangularSolve(a, b, options)),
      });
    }
  }
}

linalgLaws({
  name: 'inv',
  fn: (a) => inv(pivoting(a)),
  cases: [[uniform(1, 3, 3)], [uniform(2, 2, 2, 4, 4)]],
  empty: [[empty(0, 0)], [empty(0, 2, 2)]],
  refuses: [
    [() => inv(zeros([3, 3])), SingularError],
    [() => inv(zeros([3, 2])), ShapeError],
    [() => inv(tensor([[Number.NaN]])), NonFiniteError],
    [() => inv(tensor([[1e-39]])), NonFiniteError],
  ],
});

const test = suite('systems');
const wasm = wasmBackend({ canary: true });

test('are solved as the oracle inverts', () => {
  leakFree(wasm, () => {
    for (const n of [1, 2, 5, 20]) {
      const a = uniform(n, n, n);
      const rows = toArray(tensor(Float64Array.from(a.values), [n, n])) as number[][];
      const want = inverse(rows).flat();
      const got = dataSync(inv(tensor(Float64Array.from(a.values), [n, n])));
      const size = Math.max(...want.map(Math.abs));
      want.forEach((x, k) => assert.ok(Math.abs(x - got[k]!) <= 1e-12 * size * size));
    }
  });
});

test('need pivoting, and have it', () => {
  leakFree(wasm, () => {
    const a = tensor(
      [
        [0, 1, 0],
        [0, 0, 2],
        [4, 0, 0],
      ],
      undefined,
      'f64',
    );
    assert.equal([...dataSync(solve(a, tensor([1, 2, 3], undefined, 'f64')))], [0.75, 1, 1]);
    const tiny = tensor(
      [
        [1e-20, 1],
        [1, 1],
      ],
      undefined,
      'f64',
    );
    assert.equal([...dataSync(solve(tiny, tensor([1, 2], undefined, 'f64')))], [1, 1]);
  });
});

test('are solved at the ends of the range, where elimination would leave it', () => {
  leakFree(wasm, () => {
    for (const [dtype, size] of [
      ['f64', 1e308],
      ['f64', 1e-308],
      ['f32', 2e38],
      ['f32', 1e-37],
    ] as const) {
      const a = tensor(
        [
          [size, size],
          [-size, size],
        ],
        undefined,
        dtype,
      );
      const x = dataSync(solve(a, tensor([size, 0], undefined, dtype)));
      assert.ok(x.every((y) => Math.abs(y - 0.5) < 1e-6));
      const off = dataSync(sub(matmul(inv(a), a), eye(2, dtype)));
      assert.ok(off.every((y) => Math.abs(y) < 1e-6));
    }
  });
});

test('name the pivot that is zero', () => {
  const a = tensor([
    [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    [
      [1, 2, 3],
      [2, 4, 6],
      [0, 0, 1],
    ],
  ]);
  const want = /^solve: the matrix is invertible; got a zero pivot at 1 of matrix 1 in a batch \[2\]; use lstsq/;
  assert.throws(() => solve(a, zeros([3])), want);
  assert.throws(() => inv(zeros([2, 2])), /^inv: the matrix is invertible; got a zero pivot at 0; use/);
  assert.throws(() => triangularSolve(zeros([2, 2]), zeros([2])), /^triangularSolve: .* got a zero at 0; use/);
});

test('factorize one matrix once for a batch of right-hand sides', () => {
  withBackend(wasm, () => {
    const a = regular(tensor(Float64Array.from(uniform(1, 3, 3).values), [3, 3]));
    const b = tensor(Float64Array.from(uniform(2, 4, 3, 2).values), [4, 3, 2]);
    const x = solve(a, b);
    assert.equal(x.shape, [4, 3, 2]);
    const off = dataSync(add(matmul(a, x), mul(b, -1)));
    assert.ok(off.every((e) => Math.abs(e) < 1e-14));
  });
});

test('have right gradients for equal and clustered singular values', () => {
  withBackend(wasm, () => {
    for (const s of [
      [1, 1, 1, 1],
      [2, 2, 1, 1],
      [1, 1 + 1e-12, 0.2, 0.2],
    ]) {
      gradcheck((x, b) => solve(x, b), [withValues(s, 4, 4), uniform(3, 4, 2)]);
      gradcheck((x) => inv(x), [withValues(s, 4, 4)]);
    }
  });
});

test.run();
