import { layerNorm } from '../../src/kernels/layerNorm.ts';
import { layerNormAffineGrad } from '../../src/kernels/layerNormAffineGrad.ts';
import { layerNormGrad } from '../../src/kernels/layerNormGrad.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { differences, dot, expectClose, runKernel } from '../support/kernelrun.ts';
import { seeded } from '../support/random.ts';
import { test } from '../support/test.ts';

kernelLaws(layerNormGrad);

test('with layerNormAffineGrad it is the gradient of layerNorm', () => {
  const [rows, columns, random] = [4, 7, seeded(12)];
  const draw = (n: number): Float64Array => Float64Array.from({ length: n }, random);
  const [x, g, gamma, beta] = [draw(rows * columns), draw(rows * columns), draw(columns), draw(columns)];
  const sizes = { rows, columns };
  const room = { y: new Float64Array(x.length), mean: new Float64Array(rows), inv: new Float64Array(rows) };
  const forward = (change: object): Record<string, Float64Array> =>
    runKernel(layerNorm, 'f64', { ...sizes, eps: 1e-3, x, gamma, beta, ...room, ...change }).after as never;
  const by = (name: string, at: Float64Array): Float64Array =>
    differences((v) => dot(forward({ [name]: v }).y!, g), at);
  const { mean, inv } = forward({});
  const saved = { ...sizes, x, g, mean: mean!, inv: inv! };
  const { dx } = runKernel(layerNormGrad, 'f64', { ...saved, gamma, dx: new Float64Array(x.length) }).after;
  const sums = { dgamma: new Float64Array(columns), dbeta: new Float64Array(columns) };
  const { dgamma, dbeta } = runKernel(layerNormAffineGrad, 'f64', { ...saved, ...sums }).after;
  expectClose(dx!, by('x', x), 1e-7, 'dx');
  expectClose(dgamma!, by('gamma', gamma), 1e-7, 'dgamma');
  expectClose(dbeta!, by('beta', beta), 1e-7, 'dbeta');
});

test.run();
