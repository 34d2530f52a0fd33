import { batchNorm } from '../../src/kernels/batchNorm.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { expectClose, runKernel } from '../support/kernelrun.ts';
import { seeded } from '../support/random.ts';
import { assert, test } from '../support/test.ts';

kernelLaws(batchNorm);

/** Elements of channel c. */
function channelOf(x: ArrayLike<number>, [outer, channels, inner]: number[], c: number): number[] {
  const picked: number[] = [];
  for (let o = 0; o < outer!; o++) for (let i = 0; i < inner!; i++) picked.push(x[(o * channels! + c) * inner! + i]!);
  return picked;
}

const mean = (x: readonly number[]): number => x.reduce((sum, value) => sum + value, 0) / x.length;
const variance = (x: readonly number[]): number => mean(x.map((value) => (value - mean(x)) ** 2));

test('every channel comes out with mean 0 and variance 1, and the saved numbers are its own', () => {
  for (const sizes of [
    [8, 5, 1],
    [4, 3, 9],
    [2, 2, 50],
  ]) {
    const [outer, channels, inner] = sizes as [number, number, number];
    const random = seeded(7);
    const x = Float64Array.from({ length: outer * channels * inner }, () => 3 + 2 * random());
    const room = (): Float64Array => new Float64Array(channels);
    const { after } = runKernel(batchNorm, 'f64', {
      ...{ outer, channels, inner, eps: 0, x, gamma: null, beta: null },
      ...{ y: new Float64Array(x.length), mean: room(), variance: room(), inv: room() },
    });
    for (let c = 0; c < channels; c++) {
      const [given, normal] = [channelOf(x, sizes, c), channelOf(after.y!, sizes, c)];
      assert.ok(Math.abs(mean(normal)) < 1e-14);
      assert.ok(Math.abs(variance(normal) - 1) < 1e-13);
      assert.ok(Math.abs(after.mean![c]! - mean(given)) < 1e-14);
      assert.ok(Math.abs(after.variance![c]! - variance(given)) < 1e-13);
      assert.ok(Math.abs(after.inv![c]! ** -2 - variance(given)) < 1e-12);
    }
  }
});

test('a large mean does not drown the variance', () => {
  const x = Float64Array.from({ length: 1000 }, (_, k) => 4096 + (k % 2));
  const { after } = runKernel(batchNorm, 'f32', {
    ...{ outer: 10, channels: 1, inner: 100, eps: 0, x, gamma: Float64Array.of(2), beta: Float64Array.of(5) },
    ...{
      y: new Float64Array(1000),
      mean: new Float64Array(1),
      variance: new Float64Array(1),
      inv: new Float64Array(1),
    },
  });
  expectClose(after.variance!, [0.25], 0, 'variance');
  expectClose(
    after.y!,
    x.map((value) => (value === 4096 ? 3 : 7)),
    0,
    'y',
  );
});

test.run();
