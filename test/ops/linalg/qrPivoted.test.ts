import { isPermutation, pivotedRatios } from '../../../src/accuracy/factorRatios.ts';
import {
  BackendError,
  DtypeError,
  dataSync,
  gather,
  grad,
  matmul,
  NonFiniteError,
  ones,
  qrPivoted,
  RankError,
  ShapeError,
  sub,
  sum,
  swapAxes,
  type Tensor,
  tensor,
  zeros,
} from '../../../src/index.ts';
import { expectRefusal } from '../../laws/op.ts';
import { referenceBackend, wasmBackend } from '../../support/backends.ts';
import { like } from '../../support/gradcheck.ts';
import { leakFree } from '../../support/leaks.ts';
import { assert, suite } from '../../support/test.ts';
import { throws } from '../../support/throws.ts';

const test = suite('op qrPivoted');
const backends = [referenceBackend(), wasmBackend({ canary: true })];

const norm = (x: Tensor): number => Math.sqrt([...dataSync(x)].reduce((s, v) => s + v * v, 0));

const columnsOf = (a: Tensor, order: Tensor): Tensor => swapAxes(gather(swapAxes(a, 0, 1), order), 0, 1);

test('factors matrices of all shapes within the accuracy contract', () => {
  for (const on of backends) {
    for (const dtype of ['f32', 'f64'] as const) {
      for (const [m, n] of [
        [1, 1],
        [1, 5],
        [5, 1],
        [4, 4],
        [9, 6],
        [6, 9],
        [40, 33],
      ] as const) {
        leakFree(on, () => {
          const a = like({ shape: [m, n] }, 3, dtype);
          const { Q, R, permutation, rank } = qrPivoted(a);
          const k = Math.min(m, n);
          assert.equal([Q.shape, R.shape, permutation.shape, permutation.dtype, rank], [[m, k], [k, n], [n], 'i32', k]);
          const of = (x: Tensor) => ({ m: x.shape[0]!, n: x.shape[1]!, values: dataSync(x) });
          const found = { Q: of(Q), R: of(R), permutation: dataSync(permutation) };
          const { 'qrp.order': order, ...ratios } = pivotedRatios(of(a), found, dtype);
          for (const name in ratios) assert.ok(ratios[name]! <= 5, `${name} is ${ratios[name]}`);
          assert.ok(order! <= 1e5, `the diagonal grows by ${order} ulp`);
        });
      }
    }
  }
});

test('stops at a rank, and where little enough is left', () => {
  const [m, n] = [30, 20];
  for (const on of backends) {
    leakFree(on, () => {
      const exact = matmul(like({ shape: [m, 6] }, 1, 'f64'), like({ shape: [6, n] }, 2, 'f64'));
      assert.is(qrPivoted(exact, { eps: 1e-12 }).rank, 6);
      const a = like({ shape: [m, n] }, 4, 'f64');
      for (const options of [
        { rank: 3 },
        { rank: 50 },
        { eps: 0.5 },
        { eps: 0.1 },
        { eps: 0.2, rank: 4 },
        { eps: 1 },
      ]) {
        const { Q, R, permutation, rank } = qrPivoted(a, options);
        const { eps = 0, rank: most = n } = options as { eps?: number; rank?: number };
        assert.equal(
          [Q.shape, R.shape],
          [
            [m, rank],
            [rank, n],
          ],
        );
        const pivoted = columnsOf(a, permutation);
        const left = norm(sub(pivoted, matmul(Q, R)));
        assert.ok(rank === Math.min(most, n) || left <= eps * norm(a) * (1 + 1e-10), `${left} is left at rank ${rank}`);
        if (rank === 0) continue;
        const { Q: q, R: r, permutation: order } = qrPivoted(a, { rank: rank - 1 || 1 });
        const before = rank === 1 ? norm(a) : norm(sub(columnsOf(a, order), matmul(q, r)));
        assert.ok(before > eps * norm(a) * (1 - 1e-10), `${before} was left before rank ${rank}`);
      }
    });
  }
});

test('knows matrices of zeros and without elements', () => {
  for (const on of backends) {
    leakFree(on, () => {
      for (const [m, n] of [
        [3, 4],
        [0, 3],
        [3, 0],
        [0, 0],
      ] as const) {
        const { Q, R, permutation, rank } = qrPivoted(zeros([m, n]));
        assert.equal([Q.shape, R.shape, rank], [[m, 0], [0, n], 0]);
        assert.ok(isPermutation(dataSync(permutation), n));
      }
    });
  }
});

test('takes views, and the first of equal columns', () => {
  for (const on of backends) {
    leakFree(on, () => {
      const a = swapAxes(
        tensor([
          [0, 1],
          [3, 0],
          [0, 3],
          [3, 0],
        ]),
        0,
        1,
      );
      const { R, permutation } = qrPivoted(a);
      assert.equal([...dataSync(permutation)].slice(0, 2), [1, 2]);
      assert.equal([...dataSync(R)].slice(0, 2), [3, 0]);
    });
  }
});

test('has no gradient, and refuses what does not fit', () => {
  throws(() => grad((a: Tensor) => sum(qrPivoted(a).R))(like({ shape: [3, 3] }, 1, 'f64')), BackendError);
  const a = ones([3, 3]);
  (
    [
      [() => qrPivoted(ones([3])), ShapeError],
      [() => qrPivoted(ones([2, 3, 3])), ShapeError],
      [() => qrPivoted(zeros([2, 2], 'i32')), DtypeError],
      [() => qrPivoted(tensor([[1, Infinity]])), NonFiniteError],
      [() => qrPivoted(a, { rank: 0 }), RankError],
      [() => qrPivoted(a, { rank: 1.5 }), RankError],
      [() => qrPivoted(a, { eps: -1 }), RankError],
      [() => qrPivoted(a, { eps: Number.NaN }), RankError],
    ] as const
  ).forEach(expectRefusal);
});

test.run();
