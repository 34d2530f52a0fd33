/** truncate: the nearest matrix of low rank, and its gradients where singular values coincide. */

import {
  cast,
  DtypeError,
  dataSync,
  matmul,
  mul,
  NonFiniteError,
  ones,
  onWarning,
  qr,
  RankError,
  ShapeError,
  swapAxes,
  type Tensor,
  tensor,
  truncate,
  vjp,
  type Warning,
  withBackend,
  zeros,
} from '../../../src/index.ts';
import { opLaws } from '../../laws/op.ts';
import { referenceBackend, wasmBackend } from '../../support/backends.ts';
import { type Fn, like } from '../../support/gradcheck.ts';
import { leakFree } from '../../support/leaks.ts';
import { recombined } from '../../support/plainSvd.ts';
import { emptyMatrices, separated } from '../../support/separated.ts';
import { stencilError } from '../../support/stencil.ts';
import { assert, suite } from '../../support/test.ts';

for (const rank of [1, 2]) {
  opLaws({
    ...{ inputs: separated, empty: emptyMatrices, eps: 1e-13, exact: false, runs: 6 },
    name: `truncate to rank ${rank}`,
    fn: (a) => truncate(a, { rank }),
    model: (a) => recombined(a, (s, k) => (k < rank ? s : 0)),
    refuses: [
      [() => truncate(ones([3]), { rank }), ShapeError],
      [() => truncate(ones([2, 3, 3]), { eps: 0.1 }), ShapeError],
      [() => truncate(zeros([2, 2], 'i32'), { rank }), DtypeError],
      [() => truncate(tensor([[1, Infinity]]), { rank }), NonFiniteError],
      [() => truncate(ones([2, 2]), { rank: 0 }), RankError],
      [() => truncate(ones([2, 2]), { eps: -1 }), RankError],
    ],
  });
}

const test = suite('op truncate');
const wasm = wasmBackend();

/** U diag(s) V' with random U [m, k] and V [n, k]. */
function planted(m: number, n: number, s: readonly number[]): Tensor {
  const [u, v] = [m, n].map((size, i) => qr(like({ shape: [size, s.length] }, 3 + i, 'f64')).Q);
  return matmul(mul(u!, tensor(Float64Array.from(s))), swapAxes(v!, 0, 1));
}

/** Collects what is warned of while `body` runs. */
function warnings(body: () => void): Warning[] {
  const heard: Warning[] = [];
  onWarning((warning) => heard.push(warning));
  try {
    body();
  } finally {
    onWarning(null);
  }
  return heard;
}

/** Singular values of 7 x 5 matrices, cut at 3, and the step of the differences. */
const spectra: Readonly<Record<string, readonly [s: readonly number[], h: number]>> = {
  separated: [[5, 4, 3, 2, 1], 1e-4],
  'kept gap 1e-6': [[5, 5 - 1e-6, 3, 2, 1], 1e-4],
  'kept gap 1e-10': [[5, 5 - 1e-10, 3, 2, 1], 1e-4],
  'kept equal': [[4, 4, 4, 2, 1], 1e-4],
  'rest equal': [[5, 4, 3, 1, 1], 1e-4],
  'rest zero': [[5, 4, 3, 0, 0], 1e-4],
  'both equal': [[3, 3, 3, 1, 1], 1e-4],
  'scale 1e-4': [[5e-4, 4e-4, 3e-4, 2e-4, 1e-4], 1e-8],
  'scale 1e-150': [[5e-150, 4e-150, 3e-150, 2e-150, 1e-150], 1e-154],
  'scale 1e150': [[5e150, 5e150, 3e150, 2e150, 1e150], 1e146],
  'gap at the cut 1e-3': [[5, 4, 3, 3 - 1e-3, 1], 2e-6],
};

test('its gradients are those of differences for every spectrum', () => {
  const fn: Fn = (a) => truncate(a, { rank: 3 });
  for (const name in spectra) {
    const [s, h] = spectra[name]!;
    for (const order of [1, 2] as const) {
      // The second derivative goes like 1 / s, and leaves the numbers with it.
      if (order === 2 && name.startsWith('scale 1e')) continue;
      for (const [m, n] of [
        [7, 5],
        [5, 7],
      ] as const) {
        const error = leakFree(wasm, () => stencilError(fn, planted(m, n, s), h, order));
        const most = order === 1 ? 1e-6 : 1e-5;
        assert.ok(error <= most, `${name}, ${m} x ${n}, order ${order}: off by ${error}`);
      }
    }
  }
});

test('zero singular values that are kept leave the gradient whole', () => {
  for (const [m, n] of [
    [6, 4],
    [4, 6],
  ] as const) {
    const heard = warnings(() => {
      const a = planted(m, n, [3, 1]);
      const C = like(a, 9, 'f64');
      const g = dataSync(vjp((x) => truncate(x, { rank: 4 }), [a], C).gradients[0]!);
      dataSync(C).forEach((c, k) => assert.ok(Math.abs(c - g[k]!) < 1e-14));
    });
    assert.equal(heard, []);
  }
});

test('a cut between equal singular values warns, names ranks that do not, and gives finite numbers', () => {
  const gradientOf = (a: Tensor, rank: number): ArrayLike<number> =>
    dataSync(vjp((x) => truncate(x, { rank }), [a], like(a, 1, a.dtype as 'f64')).gradients[0]!);
  const a = planted(6, 5, [4, 2, 2, 2 - 1e-9, 1]);
  const heard = warnings(() => assert.ok(Array.from(gradientOf(a, 3)).every(Number.isFinite)));
  assert.is(heard.length, 1);
  assert.is(heard[0]!.op, 'truncate');
  assert.match(heard[0]!.message, /^truncate: singular values 3 and 4 differ by 1e-8 .*; got .*; cut at rank 1 or 4$/);
  const single = warnings(() => gradientOf(cast(planted(6, 5, [4, 2, 2, 1, 1]), 'f32'), 2));
  assert.is(single.length, 1);
  const zero = warnings(() => assert.ok(Array.from(gradientOf(zeros([3, 3], 'f64'), 1)).every(Number.isFinite)));
  assert.match(zero[0]!.message, /; cut at rank 3$/);
  assert.equal(
    warnings(() => {
      gradientOf(a, 1);
      gradientOf(a, 4);
      gradientOf(a, 5);
      // Without a gradient any cut will do.
      truncate(a, { rank: 3 });
    }),
    [],
  );
});

test('eps cuts where the rest weighs enough', () => {
  const a = planted(6, 5, [12, 4, 3, 1e-5, 1e-6]);
  for (const [eps, rank] of [
    [0.39, 1],
    [0.3, 2],
    [0.1, 3],
    [2e-7, 4],
    [0, 5],
  ] as const) {
    const [found, want] = [truncate(a, { eps }), truncate(a, { rank })].map((x) => dataSync(x));
    assert.equal(found, want);
    const g = dataSync(vjp((x) => truncate(x, { eps }), [a], like(a, 1, 'f64')).gradients[0]!);
    assert.equal(g, dataSync(vjp((x) => truncate(x, { rank }), [a], like(a, 1, 'f64')).gradients[0]!));
  }
});

test('is the nearest matrix: its error is that of the values left out', () => {
  for (const backend of [wasm, referenceBackend()]) {
    withBackend(backend, () => {
      const a = planted(
        40,
        30,
        Array.from({ length: 30 }, (_, k) => 0.7 ** k),
      );
      const [x, y] = [dataSync(a), dataSync(truncate(a, { rank: 8 }))];
      const error = Math.sqrt([...x].reduce((sum, v, k) => sum + (v - y[k]!) ** 2, 0));
      const best = Math.sqrt(Array.from({ length: 22 }, (_, k) => 0.49 ** (k + 8)).reduce((p, q) => p + q, 0));
      assert.ok(Math.abs(error / best - 1) < 1e-12);
    });
  }
});

test.run();
