import { lowRankWeight } from '../../src/formats/make.ts';
import { type Factored, ranksOf } from '../../src/formats/network.ts';
import { type DlrtOptions, dlrt } from '../../src/methods/dlrt.ts';
import type { Params } from '../../src/nn/module.ts';
import { adam } from '../../src/optim/adam.ts';
import { sgd } from '../../src/optim/sgd.ts';
import { type Training, train } from '../../src/train/train.ts';
import { advance } from '../laws/method.ts';
import { plantedTask } from '../support/planted.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('dlrt of planted ranks');

const nodeOf = (params: Params): Factored => (params as { fc: { weight: Factored } }).fc.weight;

/** A run on a planted teacher of rank 3, and its ranks at the end. */
async function planted(
  noise: number,
  rank: number | { bound: number },
  options: DlrtOptions = {},
  epochs = 12,
): Promise<{ run: Training; ranks: number[] }> {
  const weight = lowRankWeight({ format: 'tucker', rank });
  const { task } = plantedTask({ noise, epochs, samples: 1024, weight });
  const own = { optimizer: sgd(), learningRate: 2, tau: 0.15, minRank: 1, ...options };
  const run = train(task, { method: dlrt(own) });
  await advance(run);
  return { run, ranks: Object.values(ranksOf(nodeOf(run.params))) };
}

for (const noise of [0, 0.01, 0.05, 0.1]) {
  for (const oneStep of noise === 0 || noise === 0.1 ? [false, true] : [false]) {
    const how = `noise ${noise}${oneStep ? ', one gradient a step' : ''}`;
    test(`finds a planted rank down from half of the greatest, ${how}`, async () => {
      const { run, ranks } = await planted(noise, { bound: 0.5 }, { oneStep });
      assert.equal(ranks, [3, 3]);
      run.dispose();
    });

    test(`finds a planted rank up from 1, ${how}`, async () => {
      const { run, ranks } = await planted(noise, 1, { oneStep, every: 8 });
      assert.equal(ranks, [3, 3]);
      run.dispose();
    });
  }
}

test('finds a planted rank with momentum and with Adam, whose averages go with the bases', async () => {
  for (const own of [
    { optimizer: sgd({ momentum: 0.8 }), learningRate: 0.4 },
    { optimizer: adam(), learningRate: 0.03 },
  ]) {
    const { run, ranks } = await planted(0.01, { bound: 0.5 }, { every: 4, ...own });
    assert.equal(ranks, [3, 3]);
    run.dispose();
  }
});

test('ranks keep their limits, and stay where they are not to move', async () => {
  for (const [options, expected] of [
    [{ maxRank: 2 }, 2],
    [{ minRank: 5 }, 5],
    [{ adaptive: false }, 12],
    [{ tau: 1e3 }, 1],
    [{ tau: 1e3, minRank: 2 }, 2],
    [{ tau: 1, absolute: true }, 3],
    [{ tau: 1 }, 1],
  ] as const) {
    const { run, ranks } = await planted(0, { bound: 0.5 }, options, 5);
    assert.equal(ranks, [expected, expected], JSON.stringify(options));
    run.dispose();
  }
});

test.run();
