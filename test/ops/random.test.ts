import { realDtypes } from '../../src/dtype.ts';
import { DtypeError, ShapeError } from '../../src/errors.ts';
import { withBackend } from '../../src/backend/current.ts';
import { dropout } from '../../src/ops/dropout.ts';
import { vjp } from '../../src/ops/grad.ts';
import { dropoutMask, normal, uniform } from '../../src/ops/random.ts';
import { fold, key } from '../../src/random.ts';
import { ones } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { referenceBackend, wasmBackend } from '../support/backends.ts';
import { leakFree } from '../support/leaks.ts';
import { assert, test } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const root = key(11);
const draws: Readonly<Record<string, (dtype: 'f32' | 'f64') => Tensor>> = {
  uniform: (dtype) => uniform(root, [31, 17], { dtype }),
  normal: (dtype) => normal(root, [31, 17], { dtype, mean: 2, std: 3 }),
  dropoutMask: (dtype) => dropoutMask(root, 0.3, [31, 17], dtype),
};

for (const [name, draw] of Object.entries(draws)) {
  test(`${name} depends on the key alone`, () => {
    const [reference, wasm] = [referenceBackend(), wasmBackend({ canary: true })];
    for (const dtype of realDtypes) {
      const want = withBackend(reference, () => dataSync(draw(dtype)));
      for (let k = 0; k < 2; k++)
        assert.equal(
          leakFree(wasm, () => dataSync(draw(dtype))),
          want,
        );
      assert.is(draw(dtype).dtype, dtype);
    }
  });
}

/** Mean and standard deviation. */
function moments(x: Tensor): [number, number] {
  const values = [...dataSync(x)];
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return [mean, Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length)];
}

const near = (got: number, want: number, eps: number): void => assert.ok(Math.abs(got - want) < eps, `${got} ${want}`);

test('moments are those of the distribution', () => {
  const n = 40_000;
  const [m, s] = moments(uniform(root, [n], { low: -1, high: 3 }));
  near(m, 1, 0.03);
  near(s, 4 / Math.sqrt(12), 0.03);
  const [mean, std] = moments(normal(fold(root, 'n'), [n], { mean: 5, std: 0.5 }));
  near(mean, 5, 0.015);
  near(std, 0.5, 0.015);
  const mask = dataSync(dropoutMask(fold(root, 'd'), 0.25, [n]));
  assert.equal([...new Set(mask)].sort(), [0, Math.fround(1 / 0.75)]);
  near([...mask].filter((x) => x === 0).length / n, 0.25, 0.01);
});

test('draws from different keys are unrelated', () => {
  const [a, b] = ['a', 'b'].map((name) => dataSync(normal(fold(root, name), [20_000])));
  near([...a!].reduce((s, x, k) => s + x * b![k]!, 0) / a!.length, 0, 0.03);
});

test('bounds hold, and an empty shape draws nothing', () => {
  const x = dataSync(uniform(key(3), [50_000]));
  assert.ok(x.every((v) => v >= 0 && v < 1));
  assert.is(uniform(key(3), [0, 2]).size, 0);
});

test('dropout scales what it keeps, and its gradient with it', () => {
  const x = ones([1000]);
  const y = dataSync(dropout(x, root, 0.5));
  assert.equal([...new Set(y)].sort(), [0, 2]);
  assert.equal(dataSync(vjp((t) => dropout(t!, root, 0.5), [x], x).gradients[0]!), y);
  assert.equal(dataSync(dropout(x, root, 0)), dataSync(x));
});

test('wrong options are refused', () => {
  for (const p of [-0.1, 1, Number.NaN]) throws(() => dropout(ones([2]), root, p), ShapeError);
  throws(() => uniform(root, [-1]), ShapeError);
  throws(() => normal(root, [2], { dtype: 'i32' as 'f32' }), DtypeError);
  throws(() => dropout(ones([2], 'i32'), root, 0.5), DtypeError);
});

test.run();
