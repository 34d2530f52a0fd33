import { BackendError, dataSync, lu, NonFiniteError, ShapeError, tensor, toArray, vjp } from '../../../src/index.ts';
import { uniform } from '../../laws/linalg.ts';
import { expectRefusal } from '../../laws/op.ts';
import { wasmBackend } from '../../support/backends.ts';
import { leakFree } from '../../support/leaks.ts';
import { expectLu } from '../../support/symmetricRatios.ts';
import { assert, suite } from '../../support/test.ts';

const test = suite('op lu');
const wasm = wasmBackend({ canary: true });

test('factors matrices of all shapes into triangles, with no element larger than 1 in L', () => {
  for (const dtype of ['f32', 'f64'] as const) {
    leakFree(wasm, () => {
      for (const [m, n] of [
        [4, 4],
        [6, 3],
        [3, 6],
        [0, 2],
        [2, 0],
      ] as const) {
        const a = tensor(Float64Array.from(uniform(m * n, 2, m, n).values), [2, m, n], dtype);
        const { L, U, permutation } = lu(a);
        const k = Math.min(m, n);
        assert.equal(
          [L.shape, U.shape, permutation.shape],
          [
            [2, m, k],
            [2, k, n],
            [2, m],
          ],
        );
        const [A, l, u, p] = [a, L, U, permutation].map((x) => dataSync(x));
        for (let t = 0; t < 2; t++) {
          // Packed again, so that zeros and ones where they must be are looked at, too.
          const F = a.dtype === 'f32' ? new Float32Array(m * n) : new Float64Array(m * n);
          for (let i = 0; i < m; i++) {
            for (let j = 0; j < n; j++) {
              const inL = j < k ? l![(t * m + i) * k + j]! : 0;
              const inU = i < k ? u![(t * k + i) * n + j]! : 0;
              F[i * n + j] = j < i ? inL : inU;
              if (j < k && j >= i) assert.is(inL, i === j ? 1 : 0);
              if (i < k && j < i) assert.is(inU, 0);
            }
          }
          const part = A!.subarray(t * m * n, (t + 1) * m * n);
          expectLu({ m, n, values: part }, F, p!.subarray(t * m, (t + 1) * m), dtype);
        }
      }
    });
  }
});

test('factors singular matrices, is not differentiated, and refuses what it cannot hold', () => {
  assert.equal(
    toArray(
      lu(
        tensor([
          [1, 2],
          [2, 4],
        ]),
      ).U,
    ),
    [
      [2, 4],
      [0, 0],
    ],
  );
  const one = tensor([
    [1, 2],
    [3, 4],
  ]);
  expectRefusal([() => vjp((x) => lu(x).U, [one], one), BackendError], 0);
  const large = tensor(
    [
      [1e308, 1e308],
      [-1e308, 1e308],
    ],
    undefined,
    'f64',
  );
  expectRefusal([() => lu(large), NonFiniteError], 3);
  expectRefusal([() => lu(tensor([1])), ShapeError], 1);
  expectRefusal([() => lu(tensor([[Number.NaN]])), NonFiniteError], 2);
});

test.run();
