import {
  dataSync,
  DtypeError,
  lstsq,
  matmul,
  NonFiniteError,
  pinv,
  RankError,
  ShapeError,
  sub,
  swapAxes,
  type Tensor,
  tensor,
  toArray,
  withBackend,
  zeros,
} from '../../../src/index.ts';
import { linalgLaws, uniform } from '../../laws/linalg.ts';
import { wasmBackend } from '../../support/backends.ts';
import { gradcheck } from '../../support/gradcheck.ts';
import { leakFree } from '../../support/leaks.ts';
import { empty, tensorOf } from '../../support/samples.ts';
import { withValues } from '../../support/spectra.ts';
import { assert, suite } from '../../support/test.ts';

const t = (x: Tensor): Tensor => swapAxes(x, -2, -1);
/** Rank 2, whatever small change is made to the factors. */
const low = [uniform(21, 5, 2), uniform(22, 2, 4)];

linalgLaws({
  name: 'lstsq',
  fn: (a, b) => lstsq(a, b),
  cases: [
    [uniform(1, 3, 3), uniform(2, 3)],
    [uniform(3, 6, 3), uniform(4, 6, 2)],
    [uniform(5, 3, 6), uniform(6, 3, 2)],
    [uniform(7, 2, 5, 2), uniform(8, 2, 5, 1)],
    [uniform(9, 4, 3), uniform(10, 2, 4, 2)],
    [uniform(11, 2, 4, 3), uniform(12, 4)],
  ],
  empty: [
    [empty(0, 0), empty(0)],
    [empty(3, 0), uniform(1, 3, 2)],
    [empty(0, 3), empty(0, 2)],
    [empty(0, 3, 2), empty(0, 3, 1)],
  ],
  refuses: [
    [() => lstsq(zeros([2, 3]), zeros([3])), ShapeError],
    [() => lstsq(zeros([2]), zeros([2])), ShapeError],
    [() => lstsq(zeros([2, 2]), zeros([2], 'f64')), DtypeError],
    [() => lstsq(tensor([[Number.NaN]]), zeros([1])), NonFiniteError],
    [() => lstsq(tensor([[1]]), tensor([Infinity])), NonFiniteError],
    [() => lstsq(tensor([[1e-38]]), tensor([1e38])), NonFiniteError],
    [() => lstsq(zeros([2, 2]), zeros([2]), { eps: -1 }), RankError],
    [() => lstsq(zeros([2, 2]), zeros([2]), { eps: Number.NaN }), RankError],
  ],
  eps: 1e-11,
});

linalgLaws({
  name: 'lstsq of dependent columns',
  fn: (x, y, b) => lstsq(matmul(x, y), b, { eps: 1e-4 }),
  cases: [
    [...low, uniform(1, 5, 2)],
    [uniform(23, 2, 3, 1), uniform(24, 2, 1, 4), uniform(25, 2, 3, 2)],
  ],
  empty: [],
  refuses: [],
  eps: 1e-10,
});

linalgLaws({
  name: 'pinv',
  fn: (a) => pinv(a),
  cases: [[uniform(1, 3, 3)], [uniform(2, 6, 3)], [uniform(3, 2, 2, 5)], [uniform(4, 1, 4)]],
  empty: [[empty(0, 0)], [empty(3, 0)], [empty(0, 3)], [empty(0, 2, 3)]],
  refuses: [
    [() => pinv(zeros([2])), ShapeError],
    [() => pinv(tensor([[Number.NaN]])), NonFiniteError],
    [() => pinv(zeros([2, 2]), { eps: -1 }), RankError],
    [() => pinv(tensor([[1e-39]])), NonFiniteError],
  ],
  eps: 1e-11,
});

linalgLaws({
  name: 'pinv of dependent columns',
  fn: (x, y) => pinv(matmul(x, y), { eps: 1e-4 }),
  cases: [low, [uniform(23, 2, 3, 1), uniform(24, 2, 1, 4)]],
  empty: [],
  refuses: [],
  eps: 1e-10,
});

const test = suite('least squares');
const wasm = wasmBackend({ canary: true });
const spectra = [
  [1, 1, 1],
  [2, 2, 1],
  [1, 1 + 1e-12, 0.5],
  [3, 0, 0],
  [1, 1, 0],
  [0, 0, 0],
];

test('satisfy the four equations of Moore and Penrose, whatever the rank', () => {
  leakFree(wasm, () => {
    for (const s of spectra) {
      for (const [m, n] of [
        [3, 3],
        [6, 3],
        [3, 5],
      ] as const) {
        const a = tensorOf(withValues(s, m, n), 'f64');
        const p = pinv(a);
        const [ap, pa] = [matmul(a, p), matmul(p, a)];
        const pairs = [
          [matmul(ap, a), a],
          [matmul(pa, p), p],
          [ap, t(ap)],
          [pa, t(pa)],
        ] as const;
        for (const [x, y] of pairs) assert.ok(dataSync(sub(x, y)).every((e) => Math.abs(e) <= 1e-14));
      }
    }
  });
});

test('are the product with that inverse', () => {
  leakFree(wasm, () => {
    for (const s of spectra) {
      for (const [m, n] of [
        [3, 3],
        [6, 3],
        [3, 5],
      ] as const) {
        const [a, b] = [tensorOf(withValues(s, m, n), 'f64'), tensorOf(uniform(5, m, 2), 'f64')];
        const off = dataSync(sub(lstsq(a, b), matmul(pinv(a), b)));
        assert.ok(off.every((e) => Math.abs(e) <= 1e-13));
      }
    }
  });
});

test('leave out singular values up to eps, by default max(m, n) ulp', () => {
  leakFree(wasm, () => {
    const a = tensor(
      [
        [1, 0],
        [0, 1e-3],
      ],
      undefined,
      'f64',
    );
    const b = tensor([1, 1], undefined, 'f64');
    assert.equal(toArray(lstsq(a, b)), [1, 1000]);
    assert.equal(toArray(lstsq(a, b, { eps: 2e-3 })), [1, 0]);
    assert.equal(toArray(pinv(a, { eps: 2e-3 })), [
      [1, 0],
      [0, 0],
    ]);
    for (const [tiny, kept] of [
      [3 * 2 ** -52, true],
      [2 ** -52, false],
    ] as const) {
      const narrow = tensor(
        [
          [1, 0],
          [0, tiny],
        ],
        undefined,
        'f64',
      );
      assert.is(dataSync(pinv(narrow))[3] !== 0, kept);
      assert.is(dataSync(lstsq(narrow, b))[1] !== 0, kept);
    }
  });
});

test('decide the rank of each matrix of a batch', () => {
  leakFree(wasm, () => {
    const a = tensor(
      [
        [
          [2, 0],
          [0, 4],
        ],
        [
          [0, 0],
          [0, 0],
        ],
        [
          [1, 1],
          [1, 1],
        ],
      ],
      undefined,
      'f64',
    );
    const x = dataSync(lstsq(a, tensor([1, 1], undefined, 'f64')));
    [0.5, 0.25, 0, 0, 0.5, 0.5].forEach((want, k) => assert.ok(Math.abs(x[k]! - want) < 1e-15));
  });
});

test('have right gradients for equal and clustered singular values', () => {
  withBackend(wasm, () => {
    for (const s of spectra.slice(0, 3)) {
      for (const [m, n] of [
        [3, 3],
        [6, 3],
        [3, 5],
      ] as const) {
        for (const order of [1, 2] as const) {
          gradcheck((x) => pinv(x), [withValues(s, m, n)], { order });
          gradcheck((x, b) => lstsq(x, b), [withValues(s, m, n), uniform(5, m, 2)], { order });
        }
      }
    }
  });
});

test.run();
