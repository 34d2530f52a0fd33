import { Status } from '../../src/kernels/kernel.ts';
import { pool } from '../../src/kernels/pool.ts';
import { poolGrad } from '../../src/kernels/poolGrad.ts';
import { Pool, windowCases, windowsOf } from '../../src/kernels/windows.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { differences, dot, expectClose, runKernel } from '../support/kernelrun.ts';
import { seeded } from '../support/random.ts';
import { assert, test } from '../support/test.ts';

kernelLaws(poolGrad);

test('is the gradient of pool', () => {
  for (const size of windowCases.filter(([planes, height]) => planes! * height! <= 30)) {
    const random = seeded(5);
    const sizes = windowsOf(size);
    const [inside, out] = [sizes.height * sizes.width * sizes.planes, sizes.outHeight * sizes.outWidth * sizes.planes];
    const x = Float64Array.from({ length: inside }, random);
    const g = Float64Array.from({ length: out }, random);
    const index = sizes.code === Pool.max ? new Int32Array(out) : null;
    const forward = (at: Float64Array) => runKernel(pool, 'f64', { ...sizes, x: at, y: g, index }).after;
    const inner = (at: Float64Array): number => dot(forward(at).y!, g);
    const saved = (forward(x).index ?? null) as Int32Array | null;
    const { after } = runKernel(poolGrad, 'f64', { ...sizes, g, index: saved, dx: new Float64Array(inside) });
    expectClose(after.dx!, differences(inner, x), 1e-8, `dx of [${size.join(', ')}]`);
  }
});

test('an index outside its window is reported and left out', () => {
  const sizes = windowsOf([1, 4, 8, 2, 2, 0, 0, Pool.max]);
  for (const wrong of [-1, 2, 8 * 4, 2 ** 31 - 1]) {
    const index = Int32Array.of(wrong, 2, 4, 6, 16, 18, 20, 22);
    const g = new Float64Array(8).fill(1);
    const { after, trouble } = runKernel(poolGrad, 'f32', { ...sizes, g, index, dx: new Float64Array(32) });
    assert.equal([trouble!.code, trouble!.detail], [Status.index, wrong]);
    assert.is(
      [...after.dx!].reduce((sum, x) => sum + x),
      7,
    );
  }
});

test.run();
