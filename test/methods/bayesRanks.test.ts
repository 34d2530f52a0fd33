import { lowRankWeight } from '../../src/formats/make.ts';
import type { Factored } from '../../src/formats/network.ts';
import { type BayesOptions, bayes, phaseOf } from '../../src/methods/bayes.ts';
import { balance } from '../../src/methods/bayesBalance.ts';
import type { TrainEvent } from '../../src/methods/method.ts';
import { ranksByPath } from '../../src/nn/counts.ts';
import type { Params } from '../../src/nn/module.ts';
import { adam } from '../../src/optim/adam.ts';
import { evaluate } from '../../src/train/evaluate.ts';
import { type Training, train } from '../../src/train/train.ts';
import { leavesOf } from '../../src/tree.ts';
import { type Planted, plantedTask } from '../support/planted.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('ranks that priors find');

const common: BayesOptions = { optimizer: adam(), learningRate: 0.02, threshold: 1e-4, delay: 0.1, warmup: 0.3 };

interface Outcome {
  readonly planted: Planted;
  readonly run: Training;
  readonly events: readonly TrainEvent[];
  /** Ranks of the weight after each epoch. */
  readonly ranks: readonly Readonly<Record<string, number>>[];
}

async function trained(
  teacher: { format: string; seed?: number; noise?: number; epochs?: number; rank?: number },
  options: BayesOptions,
): Promise<Outcome> {
  const { format, rank = 3 } = teacher;
  const weight = lowRankWeight({ format, rank: 2 * rank });
  const planted = plantedTask({ samples: 384, epochs: 30, ...teacher, rank, weight });
  const run = train(planted.task, { method: bayes({ ...common, pruneFrom: 0.4, ...options }) });
  const events: TrainEvent[] = [];
  const ranks: Record<string, number>[] = [];
  for await (const step of run) {
    events.push(...step.events);
    if (step.epochLoss !== undefined) ranks.push({ ...ranksByPath(run.params)['fc.weight'] });
  }
  return { planted, run, events, ranks };
}

const lossOf = async ({ planted }: Outcome, params: Params): Promise<number> =>
  (await evaluate(planted.model, params, planted.task.data(), 'mse')).loss;

for (const [format, seed, weight] of [
  ['lowRank', 1, 1e-3],
  ['cp', 1, 1e-3],
  ['tucker', 2, 5e-4],
  ['tt', 4, 1e-3],
] as const) {
  for (const noise of [0, 0.3]) {
    test(`${format}: the teacher's ranks are found from twice as many, noise ${noise}`, async () => {
      const outcome = await trained({ format, seed, noise }, { weight });
      const { run, ranks, events } = outcome;
      const found = ranksByPath(run.finish())['fc.weight']!;
      assert.equal(
        Object.values(found),
        Object.values(found).map(() => 3),
        JSON.stringify(found),
      );
      // Ranks never grow, and every move of one is told.
      for (const [bond, rank] of Object.entries(found)) {
        const over = ranks.map((now) => now[bond]!);
        assert.ok(
          over.every((r, k) => k === 0 || r <= over[k - 1]!),
          over.join(' '),
        );
        const last = events.filter(({ kind, to }) => kind === 'rank' && to?.[bond] !== undefined).at(-1);
        assert.is(last!.to![bond], rank);
      }
      run.dispose();
    });
  }
}

test('sampled posteriors find the rank too, and leave means', async () => {
  const { run, planted } = await trained(
    { format: 'lowRank', noise: 0.1, epochs: 40 },
    { weight: 1e-3, isSampled: true },
  );
  assert.equal(ranksByPath(run.finish())['fc.weight'], { r: 3 });
  const final = run.finish();
  assert.ok(
    [...leavesOf(final).keys()].every((path) => path.startsWith('fc.')),
    'the final parameters are means',
  );
  const draws = run.method.posterior!;
  assert.ok(draws.samples > 1 && planted.task.totalSteps > 0);
  run.dispose();
});

test('a cut changes the loss by less than its tolerance, and one that would change it more is undone', async () => {
  const careful = await trained({ format: 'lowRank', epochs: 8 }, { weight: 0, threshold: 0.02, pruneEvery: 0 });
  const [before, after] = [await lossOf(careful, careful.run.params), await lossOf(careful, careful.run.finish())];
  assert.ok(Math.abs(after - before) < 0.01 * before + 0.01, `${before} ${after}`);
  careful.run.dispose();
  const bold = await trained({ format: 'lowRank', epochs: 8 }, { weight: 0, threshold: 10, pruneEvery: 0 });
  const kinds = bold.events.map(({ kind }) => kind);
  assert.ok(kinds.includes('rollback') && !kinds.includes('rank'), kinds.join(' '));
  assert.equal(ranksByPath(bold.run.params)['fc.weight'], { r: 6 });
  bold.run.dispose();
});

test('where every component vanishes, one is left', async () => {
  const { run } = await trained({ format: 'lowRank', epochs: 4 }, { weight: 0, threshold: 1e9, tolerance: 1e9 });
  assert.equal(ranksByPath(run.finish())['fc.weight'], { r: 1 });
  run.dispose();
});

test('parts have one size after each epoch, unless they are to be left alone', async () => {
  for (const isBalanced of [true, false]) {
    const { run } = await trained({ format: 'tt', epochs: 2 }, { isBalanced, pruneEvery: 0, threshold: 0 });
    const { weight } = (run.params as unknown as { fc: { weight: Factored } }).fc;
    const apart = Math.max(...Object.values(balance(weight)!).map((factor) => Math.abs(factor - 1)));
    assert.is(apart < 1e-5, isBalanced, String(apart));
    run.dispose();
  }
});

test('the prior waits, grows and stays; shares of the run and epochs say when', () => {
  const task = { totalSteps: 1000, stepsPerEpoch: 100 };
  const at = (step: number, delay: number, warmup: number): number =>
    phaseOf(task, step, { weight: 2, delay, warmup }).weight;
  assert.equal(
    [0, 199, 200, 300, 400, 999].map((step) => at(step, 0.2, 2)),
    [0, 0, 0, 1, 2, 2],
  );
  assert.equal(
    [0, 99, 100].map((step) => at(step, 1, 0)),
    [0, 0, 2],
  );
  assert.equal(phaseOf(task, 400, { weight: 2, delay: 2, warmup: 0.2 }).events.length, 1);
});

test.run();
