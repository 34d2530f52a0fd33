import { sgd } from '../../src/kernels/sgd.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { expectClose, runKernel } from '../support/kernelrun.ts';
import { test } from '../support/test.ts';

kernelLaws(sgd);

const g = (t: number): number => Math.abs(t - 2.5) - 1;

/** Steps of the compiled kernel on one number with gradients g(0), g(1), ... */
function run(steps: number, slots: number[], momentum: boolean): number[] {
  const path: number[] = [];
  let p: Float64Array = Float64Array.of(1);
  let b: Float64Array | null = momentum ? new Float64Array(1) : null;
  for (let t = 0; t < steps; t++) {
    const { after } = runKernel(sgd, 'f64', {
      ...{ count: 1, p, g: Float64Array.of(g(t)), momentum: b, out: p, momentumOut: b },
      slots: Float64Array.from(slots),
    });
    p = after.out as Float64Array;
    b = momentum ? (after.momentumOut as Float64Array) : null;
    path.push(p[0]!);
  }
  return path;
}

test('sgd walks the plain recursion', () => {
  let p = 1;
  const want = Array.from({ length: 5 }, (_, t) => (p -= 0.1 * (0.5 * g(t) + 0.01 * p)));
  expectClose(run(5, [0.1, 0, 0, 0.01, 0.5], false), want, 1e-14, 'path');
});

test('sgd walks the heavy ball, and with Nesterov looks ahead', () => {
  for (const nesterov of [0, 1]) {
    let [p, b] = [1, 0];
    const want = Array.from({ length: 6 }, (_, t) => {
      const d = 2 * g(t) + 0.01 * p;
      b = 0.9 * b + d;
      p -= 0.1 * (nesterov ? d + 0.9 * b : b);
      return p;
    });
    expectClose(run(6, [0.1, 0.9, nesterov, 0.01, 2], true), want, 1e-14, `path, nesterov ${nesterov}`);
  }
});

test.run();
