import { batchNorm } from '../../src/kernels/batchNorm.ts';
import { batchNormGrad } from '../../src/kernels/batchNormGrad.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { differences, dot, expectClose, runKernel } from '../support/kernelrun.ts';
import { seeded } from '../support/random.ts';
import { test } from '../support/test.ts';

kernelLaws(batchNormGrad);

test('is the gradient of batchNorm by x, gamma and beta', () => {
  for (const [outer, channels, inner] of [
    [5, 6, 1],
    [3, 2, 7],
  ] as const) {
    const random = seeded(11);
    const draw = (n: number): Float64Array => Float64Array.from({ length: n }, random);
    const [x, g, gamma, beta] = [
      draw(outer * channels * inner),
      draw(outer * channels * inner),
      draw(channels),
      draw(channels),
    ];
    const room = (): Float64Array => new Float64Array(channels);
    const sizes = { outer, channels, inner };
    const forward = (change: object) =>
      runKernel(batchNorm, 'f64', {
        ...{ ...sizes, eps: 1e-3, x, gamma, beta, ...change },
        ...{ y: new Float64Array(x.length), mean: room(), variance: room(), inv: room() },
      }).after;
    const loss = (change: object): number => dot(forward(change).y!, g);
    const { mean, inv } = forward({}) as Record<string, Float64Array>;
    const { after } = runKernel(batchNormGrad, 'f64', {
      ...{ ...sizes, x, g, gamma, mean: mean!, inv: inv! },
      ...{ dx: new Float64Array(x.length), dgamma: room(), dbeta: room() },
    });
    const by = (name: string, at: Float64Array): Float64Array => differences((v) => loss({ [name]: v }), at);
    expectClose(after.dx!, by('x', x), 1e-7, 'dx');
    expectClose(after.dgamma!, by('gamma', gamma), 1e-7, 'dgamma');
    expectClose(after.dbeta!, by('beta', beta), 1e-7, 'dbeta');
  }
});

test.run();
