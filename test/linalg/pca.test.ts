import { matrix, NonFiniteError, pca, ShapeError } from '../../src/linalg.ts';
import { wasmBackend } from '../support/backends.ts';
import { leakFree } from '../support/leaks.ts';
import { seeded } from '../support/random.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('linalg principal components');
const wasm = wasmBackend({ canary: true });

function random(rows: number, columns: number, seed = 1): number[][] {
  const next = seeded(seed);
  return Array.from({ length: rows }, () => Array.from({ length: columns }, () => next()));
}

function close(x: ArrayLike<number>, y: ArrayLike<number>, eps: number): void {
  assert.is(x.length, y.length);
  for (let k = 0; k < x.length; k++) assert.ok(Math.abs(x[k]! - y[k]!) <= eps, `${x[k]} is not ${y[k]}`);
}

test('explain the variance', () => {
  leakFree(wasm, () => {
    const a = random(20, 3).map(([x, y, z]) => [3 * x! + 5, x! + y! / 2, z! / 9 - 2]);
    const { mean, components, scores, variances, ratios } = pca(a);
    const center = [0, 1, 2].map((j) => a.reduce((s, row) => s + row[j]! / 20, 0));
    close(mean, center, 1e-14);
    a.forEach((row, i) => {
      const back = mean.map((x, j) => components.reduce((s, c, k) => s + scores[i]![k]! * c[j]!, x));
      close(back, row, 1e-13);
    });
    for (let k = 0; k < 3; k++) {
      close([scores.reduce((s, row) => s + row[k]! ** 2, 0) / 19], [variances[k]!], 1e-13);
      for (let l = 0; l < 3; l++)
        close([components[k]!.reduce((s, x, j) => s + x * components[l]![j]!, 0)], [k === l ? 1 : 0], 1e-14);
      assert.ok(Math.max(...components[k]!) >= -Math.min(...components[k]!));
      if (k > 0) assert.ok(variances[k]! <= variances[k - 1]!);
    }
    close([ratios.reduce((s, x) => s + x, 0)], [1], 1e-14);
    const first = pca(a, { rank: 1 });
    assert.equal([first.components.length, first.scores[0]!.length, first.ratios.length], [1, 1, 1]);
    close(first.ratios, ratios.slice(0, 1), 1e-15);
    assert.equal(
      pca([
        [1, 2],
        [1, 2],
      ]).ratios,
      [0, 0],
    );
    assert.throws(
      () => pca([[1, 2]]),
      (e: Error) => e instanceof ShapeError,
    );
  });
});

test('have no trouble with large and small numbers', () => {
  leakFree(wasm, () => {
    for (const [size, data] of [
      [1e150, Float64Array],
      [1e-150, Float64Array],
      [1e18, Float32Array],
    ] as const) {
      const { variances, mean, ratios } = pca(matrix(data.of(size, 0, 3 * size, 0, 2 * size, 0), 3, 2));
      close([variances[0]! / size / size, mean[0]! / size, ratios[0]!, ratios[1]!], [1, 2, 1, 0], 1e-6);
    }
    assert.throws(
      () => pca([[1e200], [-1e200]]),
      (e: Error) => e instanceof NonFiniteError,
    );
  });
});

test.run();
