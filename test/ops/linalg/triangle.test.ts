import { qr } from '../../../src/ops/linalg/qr.ts';
import { qrBlocks, tallQr, timesQ } from '../../../src/ops/linalg/tallQr.ts';
import { triangle } from '../../../src/ops/linalg/triangle.ts';
import { matmul } from '../../../src/ops/matmul.ts';
import { mul } from '../../../src/ops/binary.ts';
import { swapAxes } from '../../../src/ops/transpose.ts';
import { cast } from '../../../src/ops/cast.ts';
import { dataSync } from '../../../src/tensor/read.ts';
import { scope } from '../../../src/tensor/scope.ts';
import { eye } from '../../../src/tensor/create.ts';
import { withBackend } from '../../../src/backend/current.ts';
import { difference, noise } from '../../laws/format.ts';
import { referenceBackend, wasmBackend } from '../../support/backends.ts';
import { leakFree } from '../../support/leaks.ts';
import { assert, suite } from '../../support/test.ts';

const test = suite('triangle');
const backends = [wasmBackend({ canary: true }), referenceBackend()];

test('is R of a QR factorization, of any height and strides', () => {
  for (const on of backends) {
    leakFree(on, () => {
      for (const [m, n] of [
        [1, 1],
        [3, 5],
        [5, 3],
        [40, 40],
        [9000, 3],
        [20000, 4],
      ] as const) {
        if (on.name === 'reference' && m * n > 30000) continue;
        const a = noise([m, n], m + n);
        const R = triangle(a);
        const want = qr(a).R;
        assert.ok(difference(R, want) < 1e-12, `${m} x ${n}`);
        const turned = triangle(swapAxes(noise([n, m], 1), 0, 1));
        assert.ok(difference(turned, qr(swapAxes(noise([n, m], 1), 0, 1)).R) < 1e-12);
        const values = dataSync(R);
        for (let i = 0; i < Math.min(m, n); i++) {
          assert.ok(values[i * n + i]! >= 0);
          for (let j = 0; j < i; j++) assert.is(values[i * n + j], 0);
        }
      }
    });
  }
});

test('takes a power of two along', () => {
  for (const shape of [
    [30, 4],
    [40000, 2],
  ]) {
    const a = noise(shape, 3);
    const [plain, scaled] = [triangle(a), triangle(mul(a, 2 ** 900), 900)].map((x) => [...dataSync(x)]);
    assert.equal(scaled, plain);
  }
});

test('comes with orthonormal blocks', () => {
  for (const on of backends) {
    leakFree(on, () => {
      for (const [m, n] of [
        [12, 5],
        [17000, 4],
        [33000, 2],
      ] as const) {
        if (on.name === 'reference' && m > 20000) continue;
        const a = noise([m, n], 5);
        const { Q, R } = tallQr(a);
        assert.equal(Q.shape, [m, n]);
        assert.ok(difference(matmul(Q, R), a) < 1e-13);
        assert.ok(difference(matmul(swapAxes(Q, 0, 1), Q), eye(n, 'f64')) < 1e-13);
        const M = noise([n, 2], 6);
        const product = scope(() => timesQ(qrBlocks(a), M));
        assert.ok(difference(product, matmul(Q, M)) < 1e-12);
      }
    });
  }
  const single = cast(noise([70000, 3], 7), 'f32');
  const { Q, R } = tallQr(single);
  assert.ok(difference(matmul(Q, R), single) < 1e-5);
});

test('needs the room of a block, not of the matrix', () => {
  const on = wasmBackend();
  withBackend(on, () =>
    scope(() => {
      const a = noise([10, 50000], 1);
      const before = on.stats().bytes;
      triangle(swapAxes(a, 0, 1));
      assert.ok(on.stats().peak - before < a.size * 8, 'less than the matrix');
    }),
  );
});

test.run();
