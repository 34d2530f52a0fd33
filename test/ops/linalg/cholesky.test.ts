import {
  add,
  cholesky,
  choleskyShifted,
  dataSync,
  DtypeError,
  eye,
  matmul,
  NonFiniteError,
  ShapeError,
  SingularError,
  sub,
  sum,
  swapAxes,
  type Tensor,
  tensor,
  vjp,
  withBackend,
  zeros,
} from '../../../src/index.ts';
import { linalgLaws, uniform } from '../../laws/linalg.ts';
import { wasmBackend } from '../../support/backends.ts';
import { gradcheck } from '../../support/gradcheck.ts';
import { leakFree } from '../../support/leaks.ts';
import { empty } from '../../support/samples.ts';
import { withValues } from '../../support/spectra.ts';
import { assert, suite } from '../../support/test.ts';

const t = (x: Tensor): Tensor => swapAxes(x, -2, -1);
/** Positive definite, whatever x. */
const positive = (x: Tensor): Tensor => add(matmul(x, t(x)), eye(x.shape.at(-2)!, x.dtype as 'f32'));

linalgLaws({
  name: 'cholesky',
  fn: (x) => cholesky(positive(x)),
  cases: [[uniform(1, 1, 1)], [uniform(2, 4, 4)], [uniform(3, 2, 3, 5, 2)], [uniform(4, 40, 3)]],
  empty: [[empty(0, 0)], [empty(0, 3, 3)], [empty(2, 0, 3)]],
  refuses: [
    [() => cholesky(tensor([1, 2])), ShapeError],
    [() => cholesky(tensor([[1, 2, 3]])), ShapeError],
    [() => cholesky(zeros([2, 2], 'i32')), DtypeError],
    [
      () =>
        cholesky(
          tensor([
            [1, Number.NaN],
            [0, 1],
          ]),
        ),
      NonFiniteError,
    ],
    [
      () =>
        cholesky(
          tensor([
            [1, 2],
            [2, 1],
          ]),
        ),
      SingularError,
    ],
    [() => cholesky(zeros([1, 1])), SingularError],
    [
      () =>
        choleskyShifted(
          tensor([
            [1, 0],
            [0, -1],
          ]),
        ),
      SingularError,
    ],
    [
      () =>
        choleskyShifted(
          tensor([
            [1, Infinity],
            [0, 1],
          ]),
        ),
      NonFiniteError,
    ],
  ],
});

const test = suite('cholesky');
const wasm = wasmBackend({ canary: true });

test('names the pivot, and the matrix of a batch', () => {
  const one = [
    [4, 0, 0],
    [2, 5, 0],
    [2, 1, -3],
  ];
  assert.throws(() => cholesky(tensor(one)), /^cholesky: the matrix is positive definite; got a pivot .* at 2;/);
  const good = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  assert.throws(
    () =>
      cholesky(
        tensor([
          [good, good],
          [good, one],
        ]),
      ),
    /at 2 of matrix 3 in a batch \[2, 2\];/,
  );
});

test('looks at the lower triangle alone, and its gradient is symmetric', () => {
  withBackend(wasm, () => {
    const a = tensor(
      [
        [4, 77],
        [2, 5],
      ],
      undefined,
      'f64',
    );
    assert.equal([...dataSync(cholesky(a))], [2, 0, 1, 2]);
    const [g] = vjp(
      (x) => cholesky(x),
      [a],
      tensor(
        [
          [1, 0],
          [3, 2],
        ],
        undefined,
        'f64',
      ),
    ).gradients;
    const [, upper, lower] = dataSync(g!);
    assert.is(upper, lower);
  });
});

test('has right gradients for repeated, clustered and small eigenvalues', () => {
  withBackend(wasm, () => {
    for (const s of [
      [1, 1, 1, 1],
      [2, 2, 1, 1],
      [1, 1 + 1e-12, 0.1, 0.1],
      [0.1, 0.1, 0.1, 0.1],
    ]) {
      gradcheck((x) => cholesky(matmul(x, t(x))), [withValues(s, 4, 4)]);
    }
  });
});

test('shifts what is singular by rounding, as little as works, each matrix by its own size', () => {
  for (const dtype of ['f32', 'f64'] as const) {
    leakFree(wasm, () => {
      const ulp = dtype === 'f32' ? 2 ** -23 : 2 ** -52;
      const a = tensor(
        [
          [
            [1, 1],
            [1, 1],
          ],
          [
            [400, 0],
            [0, 4],
          ],
          [
            [0, 0],
            [0, 0],
          ],
        ],
        undefined,
        dtype,
      );
      const { L, shift } = choleskyShifted(a);
      assert.equal(shift.shape, [3]);
      assert.equal([...dataSync(shift)], [2 * ulp, 800 * ulp, 2 * ulp]);
      const off = dataSync(sub(matmul(L, t(L)), a));
      assert.ok(off.every((x, k) => Math.abs(x) <= (k > 3 && k < 8 ? 2000 : 5) * ulp));
      const none = choleskyShifted(
        tensor(
          [
            [4, 0],
            [2, 5],
          ],
          undefined,
          dtype,
        ),
      );
      assert.equal([...dataSync(none.shift)], [0]);
      assert.equal([...dataSync(none.L)], [2, 0, 1, 2]);
      assert.is(dataSync(choleskyShifted(zeros([2, 0, 0], dtype)).shift).length, 2);
    });
  }
});

test('has the gradient of the shifted matrix', () => {
  withBackend(wasm, () => {
    gradcheck((x) => choleskyShifted(positive(x)).L, [uniform(5, 3, 3)]);
    const { gradients } = vjp((x) => sum(choleskyShifted(x).L), [zeros([2, 2], 'f64')], tensor(1, undefined, 'f64'));
    assert.ok(dataSync(gradients[0]!).every((x) => Number.isFinite(x)));
  });
});

test.run();
