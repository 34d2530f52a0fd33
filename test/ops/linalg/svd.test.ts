import {
  add,
  dataSync,
  DtypeError,
  expandDims,
  FormatError,
  matmul,
  mul,
  NonFiniteError,
  ones,
  qr,
  RankError,
  ShapeError,
  singularValues,
  square,
  sum,
  svd,
  swapAxes,
  type Tensor,
  tensor,
  vjp,
  withBackend,
} from '../../../src/index.ts';
import { ulpOf } from '../../../src/accuracy/matrix.ts';
import { expectRefusal, opLaws } from '../../laws/op.ts';
import { referenceBackend, wasmBackend } from '../../support/backends.ts';
import { type Fn, gradcheck, like } from '../../support/gradcheck.ts';
import { leakFree } from '../../support/leaks.ts';
import { plainSvd } from '../../support/plainSvd.ts';
import { seeded } from '../../support/random.ts';
import { emptyMatrices, separated } from '../../support/separated.ts';
import { expectSvd } from '../../support/svdRatios.ts';
import { assert, suite } from '../../support/test.ts';

const laws = { inputs: separated, empty: emptyMatrices, eps: 1e-13, exact: false, runs: 6 };

opLaws({ ...laws, name: 'svd, U', fn: (a) => svd(a).U, model: (a) => plainSvd(a).U });
opLaws({ ...laws, name: 'svd, S', fn: (a) => svd(a, { method: 'jacobi' }).S, model: (a) => plainSvd(a).S });
opLaws({ ...laws, name: 'svd, Vt', fn: (a) => svd(a).Vt, model: (a) => plainSvd(a).Vt });
opLaws({ ...laws, name: 'singularValues', fn: (a) => singularValues(a), model: (a) => plainSvd(a).S });

const test = suite('op svd');
const wasm = wasmBackend({ canary: true });

function orthogonal(n: number, seed: number): Tensor {
  return qr(random([n, n], 'f64', seed)).Q;
}

function random(shape: readonly number[], dtype: 'f32' | 'f64', seed = 1): Tensor {
  const next = seeded(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float64Array.from({ length: size }, () => next()),
    shape,
    dtype,
  );
}

test('factors batches of all shapes within the accuracy contract', () => {
  for (const dtype of ['f32', 'f64'] as const) {
    for (const method of ['golubKahan', 'jacobi'] as const) {
      for (const [batch, m, n] of [
        [2, 3, 3],
        [3, 6, 2],
        [1, 2, 7],
        [2, 20, 33],
      ] as const) {
        leakFree(wasm, () => {
          const a = random([batch, m, n], dtype);
          const { U, S, Vt } = svd(a, { method });
          const k = Math.min(m, n);
          assert.equal(
            [U.shape, S.shape, Vt.shape],
            [
              [batch, m, k],
              [batch, k],
              [batch, k, n],
            ],
          );
          const [A, u, s, v] = [a, U, S, Vt].map((x) => dataSync(x));
          const values = dataSync(singularValues(a, { method }));
          for (let t = 0; t < batch; t++) {
            const part = (x: typeof A, size: number) => x!.slice(t * size, (t + 1) * size);
            expectSvd(part(A, m * n), { U: part(u, m * k), S: part(s, k), Vt: part(v, k * n) }, m, n, dtype);
            for (let i = 0; i < k; i++) {
              assert.ok(Math.abs(values[t * k + i]! - s![t * k + i]!) <= 5 * k * ulpOf[dtype] * s![t * k]!);
            }
          }
        });
      }
    }
  }
});

test('takes views', () => {
  const a = random([5, 3], 'f64');
  const { U, S, Vt } = svd(swapAxes(a, 0, 1));
  const A = Float64Array.from({ length: 15 }, (_, p) => dataSync(a)[(p % 5) * 3 + Math.floor(p / 5)]!);
  expectSvd(A, { U: dataSync(U), S: dataSync(S), Vt: dataSync(Vt) }, 3, 5, 'f64');
});

test('has empty factors for sizes of 0', () => {
  for (const backend of [referenceBackend(), wasm]) {
    leakFree(backend, () => {
      for (const [shape, k] of [
        [[0, 3], 0],
        [[3, 0], 0],
        [[0, 0], 0],
        [[0, 2, 2], 2],
      ] as const) {
        const { U, S, Vt } = svd(random(shape, 'f64'));
        assert.is(U.shape.at(-1), k);
        assert.is(S.shape.at(-1), k);
        assert.is(Vt.shape.at(-2), k);
        assert.is(U.size + S.size + Vt.size, 0);
      }
    });
  }
});

test('keeps as many values as rank and eps ask for', () => {
  const a = tensor(
    Float64Array.from({ length: 16 }, (_, p) => (p % 5 === 0 ? 10 ** -(p / 5) : 0)),
    [4, 4],
  );
  const kept = (options: Parameters<typeof svd>[1]) => dataSync(svd(a, options).S).length;
  assert.equal([kept({}), kept({ rank: 2 }), kept({ rank: 9 })], [4, 2, 4]);
  assert.equal([kept({ eps: 0.5 }), kept({ eps: 0.05 }), kept({ eps: 0.005 }), kept({ eps: 0 })], [1, 2, 3, 4]);
  assert.is(kept({ eps: 1e-9, rank: 3 }), 3);
  assert.is(kept({ eps: 2 }), 1);
  assert.is(dataSync(svd(tensor(new Float64Array(6), [2, 3]), { eps: 0 }).S).length, 1);
  const cut = svd(random([2, 4, 3], 'f32'), { rank: 2 });
  assert.equal(
    [cut.U.shape, cut.S.shape, cut.Vt.shape],
    [
      [2, 4, 2],
      [2, 2],
      [2, 2, 3],
    ],
  );
});

test('meets eps exactly', () => {
  // The tail 3, 4 weighs 5 of sqrt(25 + 12^2) = 13.
  const a = tensor(Float64Array.from([12, 0, 0, 0, 4, 0, 0, 0, 3]), [3, 3]);
  const kept = (eps: number) => dataSync(svd(a, { eps }).S).length;
  assert.equal([kept((5 / 13) * (1 + 1e-12)), kept((5 / 13) * (1 - 1e-12))], [1, 2]);
});

test('refuses what is no batch of finite matrices', () => {
  const a = random([3, 3], 'f64');
  const bad = tensor([
    [1, NaN],
    [0, 1],
  ]);
  (
    [
      [() => svd(random([3], 'f32')), ShapeError],
      [() => svd(tensor([[1, 2]], undefined, 'i32')), DtypeError],
      [() => svd(bad), NonFiniteError],
      [() => singularValues(tensor([[Infinity]])), NonFiniteError],
      [() => svd(a, { rank: 0 }), RankError],
      [() => svd(a, { rank: 1.5 }), RankError],
      [() => svd(a, { eps: -1 }), RankError],
      [() => svd(a, { eps: NaN }), RankError],
      [() => svd(random([2, 3, 3], 'f32'), { eps: 0.1 }), ShapeError],
      [() => svd(a, { method: 'qr' as 'jacobi' }), FormatError],
    ] as const
  ).forEach(([call, kind], k) => expectRefusal([call, kind], k));
  assert.throws(() => svd(bad), /svd: .*NaN at \[0, 1\]/);
});

test('gives the reference and the compiled kernel one meaning', () => {
  const found = [referenceBackend(), wasm].map((backend) =>
    withBackend(backend, () => {
      const { U, S, Vt } = svd(random([6, 4], 'f64'));
      return [U, S, Vt].map((x) => dataSync(x));
    }),
  );
  found[0]!.forEach((x, k) => x.forEach((v, i) => assert.ok(Math.abs(v - found[1]![k]![i]!) < 1e-13)));
});

test('differentiates products of the factors, cut to a rank', () => {
  const part: Fn = (a) => {
    const { U, S, Vt } = svd(a, { rank: 2 });
    return matmul(mul(U, expandDims(square(S), -2)), Vt);
  };
  for (const shape of [
    [4, 3],
    [3, 5],
    [2, 3, 3],
  ]) {
    const inputs = [{ shape, values: Array.from(dataSync(random(shape, 'f64', 3))) }];
    for (const order of [1, 2] as const) leakFree(wasm, () => gradcheck(part, inputs, { order }));
  }
});

test('gives no gradient to turns of the vectors of equal values, and of zeros', () => {
  const loss: Fn = (x) => {
    const { U, Vt } = svd(x);
    return add(sum(matmul(U, like({ shape: [3, 4] }, 1, 'f64'))), sum(matmul(like({ shape: [3, 3] }, 2, 'f64'), Vt)));
  };
  // Rows of U and V turn freely; as computed, the values differ by an ulp or not at all.
  const exact = tensor(Float64Array.from([2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]), [4, 3]);
  const near = matmul(matmul(orthogonal(4, 1), exact), orthogonal(3, 2));
  for (const a of [exact, near]) {
    const g = dataSync(vjp(loss, [a], ones([], 'f64')).gradients[0]!);
    assert.ok(g.every((x) => Math.abs(x) < 100));
  }
});

test('gives singular values the gradient U diag(g) Vt where some are equal', () => {
  // diag(3, 3, 1) between reflections.
  const u = orthogonal(3, 5);
  const v = orthogonal(3, 6);
  const a = matmul(mul(u, tensor(Float64Array.from([3, 3, 1]))), v);
  const f: Fn = (x) => sum(mul(square(singularValues(x)), singularValues(x)));
  const got = dataSync(vjp(f, [a], ones([], 'f64')).gradients[0]!);
  const want = dataSync(matmul(mul(u, tensor(Float64Array.from([27, 27, 3]))), v));
  got.forEach((x, k) => assert.ok(Math.abs(x - want[k]!) < 1e-13));
});

test.run();
