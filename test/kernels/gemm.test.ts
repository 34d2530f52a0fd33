import fc from 'fast-check';
import type { Real } from '../../src/dtype.ts';
import { gemm, type gemmFields } from '../../src/kernels/gemm.ts';
import type { Sample } from '../../src/kernels/kernel.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { expectClose, runKernel } from '../support/kernelrun.ts';
import { product } from '../support/oracle.ts';
import { seeded } from '../support/random.ts';
import { assert, test } from '../support/test.ts';

kernelLaws(gemm);

type Call = Sample<typeof gemmFields>;

const none = {
  ...{ amt: null, akt: null, abt: null, bkt: null, bnt: null, bbt: null, cmt: null, cnt: null, cbt: null },
};

const filled = (n: number, seed: number): Float64Array => Float64Array.from({ length: n }, seeded(seed));

/** C [m, n] = A [m, k] B [k, n], all row-major. */
function dense(m: number, n: number, k: number, A: Float64Array, B: Float64Array): Call {
  return {
    ...{ batch: 1, m, n, k, accumulate: 0, A, B, C: new Float64Array(m * n).fill(NaN) },
    ...{ am: k, ak: 1, ab: 0, bk: n, bn: 1, bb: 0, cm: n, cn: 1, cb: 0, ...none },
  };
}

function run(call: Call, dtype: Real = 'f64'): Float32Array | Float64Array {
  return runKernel(gemm, dtype, call).after.C as Float32Array | Float64Array;
}

const size = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });

test('gemm multiplies as mathjs does', () => {
  fc.assert(
    fc.property(size(12), size(12), size(12), fc.nat(), (m, n, k, seed) => {
      const [A, B] = [filled(m * k, seed), filled(k * n, seed + 1)];
      const rows = (x: Float64Array, columns: number): number[][] =>
        Array.from({ length: x.length / columns }, (_, i) => [...x.subarray(i * columns, (i + 1) * columns)]);
      expectClose(run(dense(m, n, k, A, B)), product(rows(A, k), rows(B, n)).flat(), 1e-14, 'C');
    }),
    { numRuns: 50 },
  );
});

test('C t is A (B t)', () => {
  fc.assert(
    fc.property(size(150), size(150), size(600), fc.nat(), fc.constantFrom('f32', 'f64'), (m, n, k, seed, dtype) => {
      const [A, B, t] = [filled(m * k, seed), filled(k * n, seed + 1), filled(n, seed + 2)];
      const C = run(dense(m, n, k, A, B), dtype as Real);
      const Bt = Float64Array.from({ length: k }, (_, p) => t.reduce((s, x, j) => s + x * B[p * n + j]!, 0));
      const bound = (dtype === 'f32' ? 2 ** -23 : 2 ** -52) * k * n;
      for (let i = 0; i < m; i++) {
        const want = Bt.reduce((s, x, p) => s + x * A[i * k + p]!, 0);
        const got = t.reduce((s, x, j) => s + x * C[i * n + j]!, 0);
        assert.ok(Math.abs(got - want) <= bound, `row ${i}: ${got}, expected ${want} within ${bound}`);
      }
    }),
    { numRuns: 12 },
  );
});

test('the transposed product has the same bits', () => {
  fc.assert(
    fc.property(size(40), size(40), size(300), fc.nat(), (m, n, k, seed) => {
      const call = dense(m, n, k, filled(m * k, seed), filled(k * n, seed + 1));
      const turned = { ...call, m: n, n: m, A: call.B, B: call.A, am: 1, ak: n, bk: 1, bn: k, cm: 1, cn: n };
      for (const dtype of ['f32', 'f64'] as const) assert.equal(run(turned, dtype), run(call, dtype));
    }),
    { numRuns: 50 },
  );
});

test('a large product has the bits of its parts', () => {
  const [m, n, k] = [530, 520, 258];
  const call = dense(m, n, k, filled(m * k, 1), filled(k * n, 2));
  const whole = run(call, 'f32');
  for (let i = 0; i < m; i += 53) {
    const part = run(dense(53, n, k, call.A!.subarray(i * k, (i + 53) * k) as Float64Array, call.B!), 'f32');
    assert.equal(part, whole.subarray(i * n, (i + 53) * n));
  }
});

test('sums start at +0 and keep NaN and infinity where they belong', () => {
  const call = dense(2, 4, 1, Float64Array.of(-0, 1), Float64Array.of(1, 2, NaN, Infinity));
  const C = run(call);
  assert.ok(Object.is(C[0], 0) && Object.is(C[1], 0), 'a product of -0 leaves +0');
  assert.ok(Number.isNaN(C[2]) && Number.isNaN(C[3]) && Number.isNaN(C[6]));
  assert.equal([C[4], C[5], C[7]], [1, 2, Infinity]);
});

test('tables make a convolution of a product', () => {
  const [channels, height, width, filters, taps] = [2, 9, 13, 5, 3];
  const [rows, columns] = [height - taps + 1, width - taps + 1];
  const [image, weights] = [filled(channels * height * width, 3), filled(filters * channels * taps * taps, 4)];
  const [n, k] = [rows * columns, channels * taps * taps];
  const tap = (p: number): number => Math.floor(p / 9) * height * width + (Math.floor(p / 3) % 3) * width + (p % 3);
  const place = (j: number): number => Math.floor(j / columns) * width + (j % columns);
  const table = (count: number, f: (i: number) => number): Int32Array =>
    Int32Array.from({ length: count }, (_, i) => f(i));
  const C = run({ ...dense(filters, n, k, weights, image), bkt: table(k, tap), bnt: table(n, place) });
  for (let f = 0; f < filters; f++) {
    for (let j = 0; j < n; j++) {
      let want = 0;
      for (let p = 0; p < k; p++) want += weights[f * k + p]! * image[tap(p) + place(j)]!;
      assert.is(C[f * n + j], want);
    }
  }
});

test.run();
