/** qr and lq: Gram-Schmidt as the model, gradients of both orders, spectra that other factorizations cannot bear. */

import fc from 'fast-check';
import { qrRatios } from '../../../src/accuracy/factorRatios.ts';
import { zooMatrix } from '../../../src/accuracy/zoo.ts';
import {
  DtypeError,
  dataSync,
  lq,
  matmul,
  mul,
  NonFiniteError,
  ones,
  qr,
  ShapeError,
  slice,
  sum,
  swapAxes,
  type Tensor,
  tensor,
  vjp,
  withBackend,
  zeros,
} from '../../../src/index.ts';
import { opLaws } from '../../laws/op.ts';
import { referenceBackend, wasmBackend } from '../../support/backends.ts';
import { type Fn, gradcheck, like } from '../../support/gradcheck.ts';
import { leakFree } from '../../support/leaks.ts';
import { empty, filled, numbers, type Sample } from '../../support/samples.ts';
import { assert, suite } from '../../support/test.ts';

/** Q and R of one matrix, by Gram-Schmidt done twice. */
function gramSchmidt(A: readonly number[], m: number, n: number): { Q: number[]; R: number[] } {
  const k = Math.min(m, n);
  const [Q, R] = [new Array<number>(m * k).fill(0), new Array<number>(k * n).fill(0)];
  for (let j = 0; j < n; j++) {
    const x = Array.from({ length: m }, (_, i) => A[i * n + j]!);
    for (let pass = 0; pass < 2; pass++) {
      for (let l = 0; l < Math.min(j, k); l++) {
        const along = x.reduce((s, v, i) => s + v * Q[i * k + l]!, 0);
        R[l * n + j]! += along;
        for (let i = 0; i < m; i++) x[i]! -= along * Q[i * k + l]!;
      }
    }
    if (j >= k) continue;
    const norm = Math.sqrt(x.reduce((s, v) => s + v * v, 0));
    R[j * n + j] = norm;
    for (let i = 0; i < m; i++) Q[i * k + j] = x[i]! / norm;
  }
  return { Q, R };
}

/** Each matrix of a batch on its own. */
function each({ shape, values }: Sample, which: 'Q' | 'R'): Sample {
  const [m, n] = [shape.at(-2)!, shape.at(-1)!];
  const k = Math.min(m, n);
  const matrix = which === 'Q' ? [m, k] : [k, n];
  const batch = shape.slice(0, -2).reduce((a, b) => a * b, 1);
  const found = Array.from(
    { length: batch },
    (_, t) => gramSchmidt(values.slice(t * m * n, (t + 1) * m * n), m, n)[which],
  );
  return { shape: [...shape.slice(0, -2), ...matrix], values: found.flat() };
}

function flipped({ shape, values }: Sample): Sample {
  const [m, n] = [shape.at(-2)!, shape.at(-1)!];
  const at = (p: number): number => p - (p % (m * n)) + (p % m) * n + Math.floor((p % (m * n)) / m);
  return { shape: [...shape.slice(0, -2), n, m], values: values.map((_, p) => values[at(p)]!) };
}

const size = fc.integer({ min: 1, max: 5 });

/** Matrices with a diagonal that outweighs the rest, so that every leading column is independent of the others. */
const matrices = fc
  .record({ lead: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }), m: size, n: size })
  .chain(({ lead, m, n }) => filled([...lead, m, n], numbers(-0.75, 0.75)))
  .map(({ shape, values }): Sample[] => {
    const n = shape.at(-1)!;
    const square = shape.at(-2)! * n;
    return [{ shape, values: values.map((x, p) => ((p % square) % (n + 1) === 0 && p % square < n * n ? x + 4 : x)) }];
  });

const none = [[empty(0, 3)], [empty(3, 0)], [empty(0, 0)], [empty(2, 0, 3)], [empty(0, 3, 3)]];
const both = { inputs: matrices, empty: none, eps: 1e-13, exact: false, runs: 8 };
const integers = zeros([2, 2], 'i32');

opLaws({
  ...both,
  name: 'qr, Q',
  fn: (a) => qr(a).Q,
  model: (a) => each(a, 'Q'),
  refuses: [
    [() => qr(ones([3])), ShapeError],
    [() => qr(integers), DtypeError],
    [() => qr(tensor([[1, Number.NaN]])), NonFiniteError],
    [() => lq(ones([])), ShapeError],
    [() => lq(integers), DtypeError],
    [() => lq(tensor([[1], [Infinity]])), NonFiniteError],
  ],
});
opLaws({ ...both, name: 'qr, R', fn: (a) => qr(a).R, model: (a) => each(a, 'R') });
opLaws({ ...both, name: 'lq, L', fn: (a) => lq(a).L, model: (a) => flipped(each(flipped(a), 'R')), runs: 4 });
opLaws({ ...both, name: 'lq, Q', fn: (a) => lq(a).Q, model: (a) => flipped(each(flipped(a), 'Q')), runs: 4 });

const test = suite('op qr');
const reference = referenceBackend();
const wasm = wasmBackend({ canary: true });

/** Products that depend on all of Q and R, but not on the choice of a basis beyond the first columns. */
const functions: Record<string, Fn> = {
  'Q R': (a) => {
    const { Q, R } = qr(a);
    return matmul(Q, R);
  },
  'full Q R': (a) => {
    const { Q, R } = qr(a, { full: true });
    return matmul(Q, R);
  },
  'L Q': (a) => {
    const { L, Q } = lq(a);
    return matmul(L, Q);
  },
};

const shapes = [
  [1, 1],
  [1, 6],
  [6, 1],
  [5, 5],
  [12, 5],
  [5, 12],
  [2, 7, 4],
  [3, 4, 7],
  [2, 2, 3, 3],
  [60, 40],
];

test('a loss of the product has the gradient of the matrix', () => {
  for (const name in functions) {
    for (const shape of shapes) {
      leakFree(wasm, () => {
        const a = like({ shape }, 3, 'f64');
        const C = like({ shape }, 4, 'f64');
        const g = dataSync(vjp(functions[name]!, [a], C).gradients[0]!);
        const off = [...dataSync(C)].reduce((worst, c, k) => Math.max(worst, Math.abs(c - g[k]!)), 0);
        assert.ok(off <= 1e-12 * Math.max(...shape), `${name} of [${shape}]: off by ${off}`);
      });
    }
  }
});

test('repeated and clustered singular values leave gradients right', () => {
  const parts: Record<string, Fn> = { Q: (a) => qr(a).Q, R: (a) => qr(a).R, L: (a) => lq(a).L, ...functions };
  for (const type of ['repeated', 'cluster', 'signPerm', 'eye']) {
    for (const [m, n] of [
      [5, 5],
      [7, 4],
      [4, 7],
    ] as const) {
      const matrix = zooMatrix(type, m, n, 'f64');
      // The first columns or rows of others may be zero.
      if (type === 'signPerm' && m !== n) continue;
      const inputs = [{ shape: [m, n], values: Array.from(matrix.values) }];
      for (const name in parts) {
        // The second derivative of a product is 0: nothing but rounding is left to compare.
        for (const order of name in functions ? ([1] as const) : ([1, 2] as const)) {
          withBackend(reference, () => gradcheck(parts[name]!, inputs, { order, smooth: true, seed: 5 }));
        }
      }
    }
  }
});

test('the space beyond the columns of A has a gradient', () => {
  const beyond: Fn = (a) => {
    const { Q } = qr(a, { full: true });
    const rest = slice(Q, [...new Array<null>(a.order - 1).fill(null), [a.shape.at(-1)!]]);
    return matmul(rest, swapAxes(rest, -2, -1));
  };
  const lead: Fn = (a) => mul(slice(qr(a, { full: true }).Q, [null, [0, 3]]), 2);
  for (const order of [1, 2] as const) {
    for (const shape of [
      [5, 3],
      [2, 4, 1],
    ]) {
      const inputs = [{ shape, values: Array.from(dataSync(like({ shape }, 8, 'f64'))) }];
      leakFree(wasm, () => gradcheck(beyond, inputs, { order, seed: 2 }));
      if (shape.length === 2) leakFree(wasm, () => gradcheck(lead, inputs, { order, seed: 2 }));
    }
  }
});

test('gradients are finite where columns depend on each other', () => {
  const loss = (a: Tensor, full: boolean): Tensor => {
    const { Q, R } = qr(a, { full });
    return matmul(mul(Q, like(Q, 1, Q.dtype as 'f64')), mul(R, like(R, 2, R.dtype as 'f64')));
  };
  for (const dtype of ['f32', 'f64'] as const) {
    for (const type of [
      'zero',
      'ones',
      'rank1',
      'rankHalf',
      'zeroCols',
      'dupCols',
      'tiny',
      'huge',
      'denorm',
      'negZero',
    ]) {
      for (const [m, n] of [
        [6, 6],
        [9, 4],
        [4, 9],
      ] as const) {
        for (const full of [false, true]) {
          leakFree(wasm, () => {
            const a = tensor(zooMatrix(type, m, n, dtype).values, [m, n]);
            const { gradients } = vjp((x) => sum(loss(x, full)), [a], ones([], dtype));
            assert.ok(dataSync(gradients[0]!).every(Number.isFinite), `${dtype} ${type} ${m} x ${n}`);
          });
        }
      }
    }
  }
});

test('columns of unlike sizes keep their gradients', () => {
  // Q does not depend on the size of columns, so its gradient with respect to one grows as the column shrinks.
  const [m, n] = [6, 3];
  const [a, w] = [like({ shape: [m, n] }, 1, 'f64'), like({ shape: [m, n] }, 2, 'f64')];
  const scales = tensor(Float64Array.of(1, 2 ** -70, 2 ** 60));
  const gradient = (x: Tensor): Tensor => vjp((y) => qr(y).Q, [x], w).gradients[0]!;
  const [plain, scaled] = [dataSync(gradient(a)), dataSync(mul(gradient(mul(a, scales)), scales))];
  for (let k = 0; k < m * n; k++) assert.ok(Math.abs(plain[k]! - scaled[k]!) <= 1e-13);
});

test('batches of all shapes and dtypes are factored within the accuracy contract, thin and full', () => {
  for (const dtype of ['f32', 'f64'] as const) {
    for (const [batch, m, n] of [
      [2, 3, 3],
      [3, 40, 2],
      [2, 2, 40],
      [2, 50, 33],
      [1, 1, 1],
    ] as const) {
      for (const full of [false, true]) {
        leakFree(wasm, () => {
          const a = like({ shape: [batch, m, n] }, 6, dtype);
          const { Q, R } = qr(a, { full });
          const columns = full ? m : Math.min(m, n);
          assert.equal(
            [Q.shape, R.shape],
            [
              [batch, m, columns],
              [batch, columns, n],
            ],
          );
          const [A, q, r] = [dataSync(a), dataSync(Q), dataSync(R)];
          for (let t = 0; t < batch; t++) {
            const part = (x: typeof A, rows: number, width: number) => {
              return { m: rows, n: width, values: x.slice(t * rows * width, (t + 1) * rows * width) };
            };
            const ratios = qrRatios(part(A, m, n), { Q: part(q, m, columns), R: part(r, columns, n) }, dtype);
            for (const name in ratios) assert.ok(ratios[name]! <= 5, `${name} is ${ratios[name]}`);
          }
        });
      }
    }
  }
});

test.run();
