import type { Real } from '../../src/dtype.ts';
import { trsm } from '../../src/kernels/trsm.ts';
import { seeded } from '../support/random.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { callKernel } from '../support/kernelcall.ts';
import { expectSolved } from '../support/symmetricRatios.ts';
import { assert, suite } from '../support/test.ts';

kernelLaws(trsm, {
  judge(after, before, sample, dtype) {
    const s = sample as unknown as Record<string, number>;
    const [n, columns] = [s.n!, s.columns!];
    for (let t = 0; t < s.batch!; t++) {
      const T = { m: n, n, values: new Float64Array(n * n) };
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          const inside = s.upper ? j > i : j < i;
          const x = before.T![t * n * n + i * s.rowStride! + j * s.columnStride!]!;
          if (i === j) T.values[i * n + j] = s.unit ? 1 : x;
          else if (inside) T.values[i * n + j] = x;
        }
      }
      if (T.values.some((x, k) => k % (n + 1) === 0 && x === 0)) continue;
      const B = { m: n, n: columns, values: new Float64Array(n * columns) };
      const X = { m: n, n: columns, values: new Float64Array(n * columns) };
      for (let i = 0; i < n; i++) {
        const place = before.order === undefined ? i : before.order[t * n + i]!;
        const [from, to] = s.scatter ? [i, place] : [place, i];
        for (let c = 0; c < columns; c++) {
          B.values[i * columns + c] = before.B![(t * n + from) * columns + c]!;
          X.values[i * columns + c] = after.X![(t * n + to) * columns + c]!;
        }
      }
      expectSolved(T, X, B, dtype as Real);
    }
  },
});

const test = suite('trsm');

test('names the matrix and the first zero on its diagonal', () => {
  for (const backend of [referenceBackend(), wasmBackend()]) {
    for (const dtype of trsm.dtypes) {
      for (const columns of [1, 3]) {
        for (const upper of [0, 1]) {
          const sample = trsm.sample([2, 50, columns, upper, 0, 0, 0], seeded(4));
          for (let i = 0; i < 50; i++) sample.T![2500 + i * 51] = i === 20 || i === 40 ? 0 : 1;
          for (let i = 0; i < 50; i++) sample.T![i * 51] = 1;
          const { trouble } = callKernel(backend, trsm, dtype, sample);
          assert.equal(trouble, { kernel: 'trsm', code: 3, detail: 70 });
        }
      }
    }
  }
});

test.run();
