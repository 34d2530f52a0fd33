import { adam } from '../../src/kernels/adam.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { expectClose, runKernel } from '../support/kernelrun.ts';
import { assert, test } from '../support/test.ts';

kernelLaws(adam);

const [lr, beta1, beta2, eps, wd, scale] = [0.01, 0.9, 0.99, 1e-8, 0.1, 0.5];
const g = (t: number): number => Math.abs(t - 2.5) - 1;

/** Steps of the compiled kernel, in place, on one number with gradients g(1), g(2), ... */
function run(steps: number, decoupled: number): number[] {
  let [p, m, v]: Float64Array[] = [Float64Array.of(1), new Float64Array(1), new Float64Array(1)];
  return Array.from({ length: steps }, (_, k) => {
    const t = k + 1;
    const corrections = [1 - beta1 ** t, 1 - beta2 ** t];
    const { after } = runKernel(adam, 'f64', {
      ...{ count: 1, p, g: Float64Array.of(g(t)), m, v, out: p, mOut: m, vOut: v },
      slots: Float64Array.of(lr, beta1, beta2, eps, wd, decoupled, ...corrections, scale),
    });
    [p, m, v] = [after.out, after.mOut, after.vOut] as Float64Array[];
    return p[0]!;
  });
}

test('adam walks the recursion of the papers', () => {
  for (const decoupled of [0, 1]) {
    let [p, m, v] = [1, 0, 0];
    const want = Array.from({ length: 8 }, (_, k) => {
      const d = scale * g(k + 1) + (decoupled ? 0 : wd * p);
      m = beta1 * m + (1 - beta1) * d;
      v = beta2 * v + (1 - beta2) * d * d;
      const [mHat, vHat] = [m / (1 - beta1 ** (k + 1)), v / (1 - beta2 ** (k + 1))];
      p = p - (lr * mHat) / (Math.sqrt(vHat) + eps) - (decoupled ? lr * wd * p : 0);
      return p;
    });
    expectClose(run(8, decoupled), want, 1e-13, `path, decoupled ${decoupled}`);
  }
});

test('the first step of adam has length lr whatever the gradient', () => {
  for (const size of [1e-3, 1, 1e3]) {
    const { after } = runKernel(adam, 'f32', {
      ...{ count: 1, p: Float64Array.of(0), g: Float64Array.of(size), m: new Float64Array(1), v: new Float64Array(1) },
      ...{ out: new Float64Array(1), mOut: new Float64Array(1), vOut: new Float64Array(1) },
      slots: Float64Array.of(lr, beta1, beta2, 0, 0, 0, 1 - beta1, 1 - beta2, 1),
    });
    assert.ok(Math.abs(after.out![0]! + lr) < 1e-6 * lr);
  }
});

test.run();
