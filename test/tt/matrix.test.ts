import * as tt from '../../src/decompose/tt/index.ts';
import * as ttMatrix from '../../src/decompose/ttMatrix/index.ts';
import type { Backend } from '../../src/backend/backend.ts';
import { NonFiniteError, RankError, ShapeError } from '../../src/errors.ts';
import type { Factored } from '../../src/formats/network.ts';
import { add as addDense } from '../../src/ops/binary.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { reshape } from '../../src/ops/reshape.ts';
import { transpose as transposeDense } from '../../src/ops/transpose.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { difference, noise } from '../laws/format.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { leakFree } from '../support/leaks.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('ttMatrix');
const backends: readonly Backend[] = [wasmBackend(), referenceBackend()];

const SHAPE = [12, 10];
const FOLD = [
  [3, 4],
  [5, 2],
];
const random = (seed: number, shape = SHAPE, fold = FOLD): Factored =>
  ttMatrix.random(shape, { rank: 3, fold, seed, dtype: 'f64' });

function eachBackend(check: () => void): void {
  for (const on of backends) leakFree(on, check);
}

function near(got: Tensor, want: Tensor, bound = 1e-13): void {
  const off = difference(got, want);
  assert.ok(off < bound, `off by ${off}`);
}

test('decomposes matrices to eps, by any fold', () => {
  eachBackend(() => {
    const W = noise([24, 30], 1);
    for (const fold of [
      undefined,
      [
        [2, 3, 4],
        [5, 2, 3],
      ],
      [[24], [30]],
      [
        [24, 1],
        [1, 30],
      ],
    ]) {
      for (const eps of [1e-12, 0.1, 0.5]) {
        const x = ttMatrix.decompose(W, { eps, ...(fold === undefined ? {} : { fold }) });
        const [got, want] = [dataSync(tt.full(x)), dataSync(W)];
        const error = Math.hypot(...got.map((v, k) => v - want[k]!)) / Math.hypot(...want);
        assert.ok(error <= eps && Math.abs(error - x.report.error) < 1e-14, `${error} at ${eps}`);
      }
    }
  });
});

test('finds planted ranks, and takes convolutions', () => {
  eachBackend(() => {
    const x = random(4);
    assert.equal(tt.ranksOf(ttMatrix.decompose(tt.full(x), { eps: 1e-10, fold: FOLD })), tt.ranksOf(x));
    const kernel = noise([6, 4, 3, 3], 2);
    const k = ttMatrix.decompose(kernel, { eps: 1e-12, fold: [[2, 3], [2, 2], [3], [3]] });
    near(tt.full(k), kernel, 1e-12);
    assert.equal(Object.keys(k.parts), ['window', 'core0', 'core1']);
    near(tt.full(tt.round(k, { eps: 1e-12 })), kernel, 1e-12);
    assert.ok(Math.abs(tt.norm(k) / Math.hypot(...dataSync(kernel)) - 1) < 1e-14);
  });
});

test('multiplies vectors, matrices and itself', () => {
  eachBackend(() => {
    const [A, B] = [
      random(1),
      random(
        2,
        [10, 6],
        [
          [5, 2],
          [2, 3],
        ],
      ),
    ];
    const x = tt.random([10], { rank: 2, fold: [[5, 2]], dtype: 'f64' });
    const y = ttMatrix.matvec(A, x);
    assert.equal(y.shape, [12]);
    near(tt.full(y), matmul(tt.full(A), tt.full(x)));
    const tensorLike = tt.random([5, 2], { rank: 2, dtype: 'f64' });
    assert.equal(ttMatrix.matvec(A, tensorLike).shape, [3, 4]);
    near(tt.full(ttMatrix.matmat(A, B)), matmul(tt.full(A), tt.full(B)));
    near(tt.full(ttMatrix.transpose(A)), transposeDense(tt.full(A)));
    const square = ttMatrix.matmat(A, ttMatrix.transpose(A));
    assert.equal(square.shape, [12, 12]);
    near(tt.full(square), matmul(tt.full(A), transposeDense(tt.full(A))));
    near(tt.full(ttMatrix.round(square, { eps: 1e-12 })), tt.full(square), 1e-11);
    near(tt.full(ttMatrix.matvec(ttMatrix.identity([5, 2], 'f64'), x)), tt.full(x));
    near(tt.full(ttMatrix.matmat(A, ttMatrix.identity([5, 2], 'f64'))), tt.full(A));
  });
});

test('adds, multiplies entrywise and takes inner products as matrices do', () => {
  eachBackend(() => {
    const [A, B] = [random(1), random(2)];
    near(tt.full(ttMatrix.add(A, B)), addDense(tt.full(A), tt.full(B)));
    assert.ok(ttMatrix.norm(ttMatrix.sub(A, A)) < 1e-13 * ttMatrix.norm(A));
    const [a, b] = [dataSync(tt.full(A)), dataSync(tt.full(B))] as Float64Array[];
    const want = a!.reduce((sum, v, k) => sum + v * b![k]!, 0);
    assert.ok(Math.abs(ttMatrix.dot(A, B) - want) < 1e-12 * ttMatrix.norm(A) * ttMatrix.norm(B));
    near(
      tt.full(ttMatrix.hadamard(A, B)),
      tensor(
        a!.map((v, k) => v * b![k]!),
        SHAPE,
      ),
    );
    const K = ttMatrix.kron(A, B);
    assert.equal(K.shape, [144, 100]);
    const k = dataSync(tt.full(K));
    for (const [i, j] of [
      [0, 0],
      [143, 99],
      [17, 34],
    ] as const) {
      const left = a![Math.floor(i / 12) * 10 + Math.floor(j / 10)]!;
      assert.ok(Math.abs(k[i * 100 + j]! - left * b![(i % 12) * 10 + (j % 10)]!) < 1e-13);
    }
    assert.ok(Math.abs(ttMatrix.sum(A) - a!.reduce((s, v) => s + v, 0)) < 1e-12);
  });
});

test('gives rows, columns and entries', () => {
  eachBackend(() => {
    const A = random(3);
    const a = tt.full(A);
    const row = ttMatrix.slice(A, [7]);
    assert.equal(row.shape, [10]);
    near(tt.full(row), reshape(tensor((dataSync(a) as Float64Array).slice(70, 80)), [10]));
    assert.ok(Math.abs(ttMatrix.element(A, [7, 3]) - dataSync(a)[73]!) < 1e-14);
    near(tt.full(tt.sum(A, [0])), matmul(tensor(new Float64Array(12).fill(1)), a));
  });
});

test('cuts and merges rows and columns together', () => {
  eachBackend(() => {
    const A = ttMatrix.random([12, 8], {
      rank: 3,
      fold: [
        [3, 4],
        [2, 4],
      ],
      dtype: 'f64',
      seed: 3,
    });
    const finer = ttMatrix.split(A, [
      [3, 2, 2],
      [2, 4, 1],
    ]);
    near(tt.full(finer), tt.full(A));
    assert.equal(Object.keys(finer.parts).length, 3);
    const back = ttMatrix.merge(finer, [
      [3, 4],
      [2, 4],
    ]);
    Object.values(A.parts).forEach((part, k) => {
      assert.equal([...dataSync(Object.values(back.parts)[k]!)], [...dataSync(part)]);
    });
    throws(
      () =>
        ttMatrix.split(A, [
          [3, 2, 2],
          [2, 4],
        ]),
      ShapeError,
      /equally often/,
    );
    throws(
      () =>
        ttMatrix.merge(finer, [
          [3, 4],
          [2, 4, 1],
        ]),
      ShapeError,
    );
  });
});

test('refuses what does not fit', () => {
  const A = random(1);
  throws(() => ttMatrix.matvec(A, tt.random([10], { rank: 1, fold: [[2, 5]], dtype: 'f64' })), ShapeError);
  throws(() => ttMatrix.matvec(A, A), ShapeError);
  throws(() => ttMatrix.matvec(tt.ones([3, 4]), tt.ones([4])), ShapeError);
  throws(() => ttMatrix.matmat(A, A), ShapeError);
  throws(() => ttMatrix.transpose(tt.ones([3])), ShapeError);
  throws(() => ttMatrix.decompose(noise([4], 1), { eps: 0.1 }), ShapeError);
  throws(() => ttMatrix.decompose(noise([4, 4], 1), { eps: 0.1, roles: ['out', 'out'] }), ShapeError);
  throws(() => ttMatrix.decompose(noise([4, 4], 1), { eps: 0.1, fold: [[2, 2], [4]] }), RankError);
  throws(() => ttMatrix.decompose(noise([4, 4], 1), {}), RankError);
  throws(() => ttMatrix.decompose(tensor([[1, Infinity]]), { eps: 0.1 }), NonFiniteError);
  throws(() => ttMatrix.ones([3]), ShapeError);
  throws(() => tt.permute(A, [1, 0]), ShapeError, /transpose/);
});

test.run();
