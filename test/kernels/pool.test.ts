import type { Sample } from '../../src/kernels/kernel.ts';
import { pool } from '../../src/kernels/pool.ts';
import { Pool, windowsOf } from '../../src/kernels/windows.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { runKernel } from '../support/kernelrun.ts';
import { seeded } from '../support/random.ts';
import { assert, test } from '../support/test.ts';

kernelLaws(pool);

/** One plane of the given size; kernel, stride, padding, ceil, code as in windowsOf. */
function sample(height: number, width: number, rest: number[], x: Float64Array): Sample<typeof pool.fields> {
  const sizes = windowsOf([1, height, width, ...rest]);
  const out = sizes.outHeight * sizes.outWidth;
  return { ...sizes, x, y: new Float64Array(out), index: sizes.code === Pool.max ? new Int32Array(out) : null };
}

test('the greatest of each window and its place', () => {
  const x = Float64Array.of(1, 9, 3, 4, 5, 6, 7, 8, 2, 2, 2, 1);
  const { after } = runKernel(pool, 'f32', sample(3, 4, [2, 1, 0, 0, Pool.max], x));
  assert.equal([...after.y!], [9, 9, 8, 6, 7, 8]);
  assert.equal([...after.index!], [1, 1, 7, 5, 6, 7]);
});

test('an average leaves the padding out', () => {
  const x = Float64Array.from({ length: 9 }, (_, k) => k + 1);
  const { after } = runKernel(pool, 'f64', sample(3, 3, [3, 2, 1, 0, Pool.average], x));
  assert.equal([...after.y!], [(1 + 2 + 4 + 5) / 4, (2 + 3 + 5 + 6) / 4, (4 + 5 + 7 + 8) / 4, (5 + 6 + 8 + 9) / 4]);
});

test('one NaN in a plane is the greatest of every window it is in', () => {
  const random = seeded(3);
  for (const rest of [
    [2, 2, 0, 0, Pool.max],
    [3, 2, 1, 0, Pool.max],
  ]) {
    const x = Float64Array.from({ length: 16 * 18 }, random);
    const at = 5 * 18 + 9;
    x[at] = NaN;
    const { after } = runKernel(pool, 'f32', sample(16, 18, rest, x));
    const places = [...after.y!.keys()].filter((k) => Number.isNaN(after.y![k]));
    assert.ok(places.length > 0);
    for (const k of after.y!.keys()) assert.is(Number.isNaN(after.y![k]), after.index![k] === at);
  }
});

test('without an index the greatest elements are the same', () => {
  const x = Float64Array.from({ length: 100 }, seeded(4));
  const saved = sample(10, 10, [2, 2, 0, 0, Pool.max], x);
  const { after } = runKernel(pool, 'f32', saved);
  assert.equal(runKernel(pool, 'f32', { ...saved, index: null }).after.y, after.y);
});

test.run();
