import type { Real } from '../../src/dtype.ts';
import { Draw, philox } from '../../src/kernels/philox.ts';
import { philox as block } from '../../src/random.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { dot, runKernel } from '../support/kernelrun.ts';
import { assert, test } from '../support/test.ts';

kernelLaws(philox);

const zero = [0, 0, 0, 0, 0];

function draw(dtype: Real, kind: number, count: number, key = zero, params = [0, 1, 0]): number[] {
  const sample = {
    kind,
    count,
    key: Int32Array.from(key),
    params: Float64Array.from(params),
    out: new Float64Array(count),
  };
  return Array.from(runKernel(philox, dtype, sample).after.out!);
}

test('the first block of key 0 and counter 0 is the published one', () => {
  const [a, b, c, d] = [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8];
  assert.equal(
    draw('f32', Draw.uniform, 4),
    [a, b, c, d].map((word) => (word >>> 8) / 2 ** 24),
  );
  const fine = (upper: number, lower: number): number => ((upper >>> 5) * 2 ** 26 + (lower >>> 6)) / 2 ** 53;
  assert.equal(draw('f64', Draw.uniform, 2), [fine(a, b), fine(c, d)]);
});

test('later blocks count in the first word; key and stream words are the others', () => {
  const key = [0xa4093822, 0x299f31d0, 0x85a308d3, 0x13198a2e, 0x03707344].map((word) => word | 0);
  const drawn = draw('f32', Draw.uniform, 40, key);
  for (let i = 0; i < 40; i++) {
    const words = block([i >> 2, key[2]!, key[3]!, key[4]!], key[0]!, key[1]!);
    assert.is(drawn[i], (words[i & 3]! >>> 8) / 2 ** 24);
  }
});

test('an element does not depend on how many are drawn', () => {
  for (const kind of Object.values(Draw)) {
    for (const dtype of ['f32', 'f64'] as const) {
      const long = draw(dtype, kind, 99, zero, [0, 1, 0.5]);
      for (const count of [1, 6, 31]) {
        assert.equal(draw(dtype, kind, count, zero, [0, 1, 0.5]), long.slice(0, count));
      }
    }
  }
});

test('moments are those of the distributions', () => {
  const n = 100000;
  const close = (got: number, want: number, deviation: number): void =>
    assert.ok(Math.abs(got - want) < (5 * deviation) / Math.sqrt(n), `${got}, expected ${want}`);
  for (const dtype of ['f32', 'f64'] as const) {
    const power = (x: number[], k: number): number => x.reduce((sum, value) => sum + value ** k, 0) / n;
    const uniform = draw(dtype, Draw.uniform, n, [1, 2, 3, 4, 5]);
    close(power(uniform, 1), 1 / 2, Math.sqrt(1 / 12));
    close(power(uniform, 2), 1 / 3, Math.sqrt(4 / 45));
    assert.ok(uniform.every((u) => u >= 0 && u < 1));
    const normal = draw(dtype, Draw.normal, n, [1, 2, 3, 4, 6]);
    close(power(normal, 1), 0, 1);
    close(power(normal, 2), 1, Math.sqrt(2));
    close(power(normal, 3), 0, Math.sqrt(15));
    close(power(normal, 4), 3, Math.sqrt(96));
    close(dot(normal.slice(1), normal) / n, 0, 1);
    const mask = draw(dtype, Draw.bernoulli, n, [1, 2, 3, 4, 7], [0, 1, 0.2]);
    close(power(mask, 1), 1, 0.5);
    assert.equal([...new Set(mask)].sort(), [0, dtype === 'f32' ? Math.fround(1 / Math.fround(0.8)) : 1.25]);
  }
});

test('low and scale move the numbers', () => {
  const plain = draw('f64', Draw.normal, 10);
  assert.equal(
    draw('f64', Draw.normal, 10, zero, [3, 2, 0]),
    plain.map((z) => 2 * z + 3),
  );
});

test('p = 0 keeps and p = 1 drops everything', () => {
  assert.equal(draw('f32', Draw.bernoulli, 5, zero, [0, 1, 0]), [1, 1, 1, 1, 1]);
  assert.equal(draw('f32', Draw.bernoulli, 5, zero, [0, 1, 1]), [0, 0, 0, 0, 0]);
});

test.run();
