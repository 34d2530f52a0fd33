import {
  applyQ,
  BackendError,
  DtypeError,
  dataSync,
  grad,
  matmul,
  NonFiniteError,
  qr,
  type Real,
  reflectors,
  ShapeError,
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

const test = suite('op reflectors');
const backends = [referenceBackend(), wasmBackend({ canary: true })];

function close(got: Tensor, want: Tensor, eps: number, where: string): void {
  assert.equal(got.shape, want.shape);
  const [x, y] = [dataSync(got), dataSync(want)];
  for (let k = 0; k < y.length; k++) assert.ok(Math.abs(x[k]! - y[k]!) <= eps, `${where} [${k}]: ${x[k]}, not ${y[k]}`);
}

const shapes = [
  [1, 1],
  [0, 3],
  [3, 0],
  [6, 1],
  [1, 6],
  [7, 4],
  [4, 7],
  [2, 5, 5],
  [3, 2, 9, 4],
  [50, 40],
];

test('give the products of the Q that qr() forms', () => {
  for (const on of backends) {
    for (const dtype of ['f32', 'f64'] as const) {
      for (const shape of shapes) {
        for (const p of [0, 1, 6]) {
          leakFree(on, () => {
            const a = like({ shape }, 1, dtype);
            const c = like({ shape: [...shape.slice(0, -1), p] }, 2, dtype);
            const { Q } = qr(a, { full: true });
            const made = reflectors(a);
            const eps = dtype === 'f32' ? 3e-5 : 1e-13;
            const where = `${on.name} ${dtype} [${shape}] ${p}`;
            close(made.R, qr(a).R, eps, `${where} R`);
            close(applyQ(made, c), matmul(Q, c), eps, `${where} Q c`);
            close(applyQ(made, c, { transpose: true }), matmul(swapAxes(Q, -2, -1), c), eps, `${where} Q' c`);
          });
        }
      }
    }
  }
});

test('take views', () => {
  for (const on of backends) {
    leakFree(on, () => {
      const [a, c] = [like({ shape: [4, 6] }, 1, 'f64'), like({ shape: [3, 6] }, 2, 'f64')];
      const [at, ct] = [swapAxes(a, 0, 1), swapAxes(c, 0, 1)];
      const made = reflectors(at);
      close(applyQ(made, applyQ(made, ct), { transpose: true }), ct, 1e-14, 'there and back');
    });
  }
});

test('have no gradient, and say so', () => {
  const made = reflectors(like({ shape: [4, 3] }, 1, 'f64'));
  throws(() => grad((a: Tensor) => sum(reflectors(a).R))(like({ shape: [4, 3] }, 1, 'f64')), BackendError);
  throws(() => grad((c: Tensor) => sum(applyQ(made, c)))(like({ shape: [4, 2] }, 1, 'f64')), BackendError);
});

test('refuse what does not fit', () => {
  const make = (shape: number[], dtype: Real = 'f64'): Tensor => like({ shape }, 1, dtype);
  const made = { F: make([4, 3]), tau: make([3]), R: make([3, 3]) };
  (
    [
      [() => reflectors(make([3])), ShapeError],
      [() => reflectors(zeros([2, 2], 'i32')), DtypeError],
      [() => reflectors(tensor([[1, Number.NaN]])), NonFiniteError],
      [() => applyQ(made, make([3, 2])), ShapeError],
      [() => applyQ(made, make([4])), ShapeError],
      [() => applyQ(made, make([2, 4, 2])), ShapeError],
      [() => applyQ(made, make([4, 2], 'f32')), ShapeError],
      [() => applyQ({ ...made, tau: make([4]) }, make([4, 2])), ShapeError],
    ] as const
  ).forEach(expectRefusal);
});

test.run();
