import { DtypeError, NonFiniteError } from '../../../src/errors.ts';
import { exponentOf, numberTimesPower, powerOfTwo, timesPowerOfTwo } from '../../../src/ops/linalg/scale.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { dataSync } from '../../../src/tensor/read.ts';
import { referenceBackend, wasmBackend } from '../../support/backends.ts';
import { leakFree } from '../../support/leaks.ts';
import { seeded } from '../../support/random.ts';
import { assert, suite } from '../../support/test.ts';
import { throws } from '../../support/throws.ts';

const test = suite('scale');
const backends = [referenceBackend(), wasmBackend()];

test('finds the power of two below a number', () => {
  for (const x of [
    1,
    1.5,
    2 - 2 ** -52,
    2,
    3,
    0.7,
    0.5,
    5e-324,
    3 * 2 ** -1070,
    2 ** -1022,
    Number.MAX_VALUE,
    Math.PI,
  ]) {
    const e = exponentOf(x);
    assert.ok(2 ** e <= x && (e === 1023 || x < 2 ** (e + 1)), `${x} is no ${e}`);
    assert.is(numberTimesPower(numberTimesPower(x, -e), e), x);
  }
});

test('multiplies by powers outside the range of the dtype', () => {
  for (const [dtype, low, high] of [
    ['f64', -1074, 1023],
    ['f32', -149, 127],
  ] as const) {
    const values = [1, -1.5, 1 + 2 ** -20, -0, 0];
    for (const e of [high, low + 30, -1, 0, 7]) {
      const y = timesPowerOfTwo(tensor(values, undefined, dtype), e);
      assert.equal(
        [...dataSync(y)],
        values.map((x) => x * 2 ** e),
      );
      assert.equal([...dataSync(timesPowerOfTwo(y, -e))], values);
    }
    const tiny = tensor([2 ** low, -(2 ** low)], undefined, dtype);
    assert.equal([...dataSync(timesPowerOfTwo(tiny, high - low))], [2 ** high, -(2 ** high)]);
    const huge = tensor([2 ** high], undefined, dtype);
    assert.equal([...dataSync(timesPowerOfTwo(huge, low - high))], [2 ** low]);
    assert.equal([...dataSync(timesPowerOfTwo(huge, 3 * low))], [0]);
    assert.equal([...dataSync(timesPowerOfTwo(huge, 1e9))], [Infinity]);
  }
});

test('rounds once where results are subnormal', () => {
  const random = seeded(1);
  for (let k = 0; k < 200; k++) {
    const x = random();
    const e = -1060 - (k % 12);
    assert.is(dataSync(timesPowerOfTwo(tensor([x], undefined, 'f64'), e))[0], x * 2 ** e);
    // The product with a subnormal power is one correctly rounded product.
    assert.is(numberTimesPower(x * 2 ** 900, e - 900), x * 2 ** e);
  }
});

test('brings the greatest element into [1, 2) and tells the power', () => {
  for (const on of backends) {
    leakFree(on, () => {
      for (const dtype of ['f32', 'f64'] as const) {
        for (const e of dtype === 'f64' ? [-1040, -400, 0, 400, 1020] : [-140, -60, 0, 60, 125]) {
          const a = tensor([2 ** e, -5 * 2 ** e, 0], undefined, dtype);
          const { x, exponent } = powerOfTwo('x', a);
          assert.is(exponent, e + 2);
          assert.equal([...dataSync(x)], [0.25, -1.25, 0]);
          assert.equal(dataSync(timesPowerOfTwo(x, exponent)), dataSync(a));
        }
        const zero = zeros([2, 2], dtype);
        assert.equal(powerOfTwo('x', zero), { x: zero, exponent: 0 });
        assert.is(powerOfTwo('x', zeros([0, 2], dtype)).exponent, 0);
      }
    });
  }
});

test('refuses what is not finite or no real number', () => {
  throws(() => powerOfTwo('tt.decompose', tensor([1, Infinity])), NonFiniteError, /^tt.decompose: /);
  throws(() => powerOfTwo('x', tensor(Int32Array.of(1))), DtypeError);
  throws(() => timesPowerOfTwo(tensor(Int32Array.of(1)), 1), DtypeError);
});

test.run();
