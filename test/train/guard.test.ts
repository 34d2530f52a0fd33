/** Divergence: what counts as such, where a run goes back to, and when it gives up. */

import { DivergenceError } from '../../src/errors.ts';
import type { Method } from '../../src/methods/method.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { loadCheckpoint, saveCheckpoint } from '../../src/train/checkpoint.ts';
import { type DivergencePolicy, freshGuard, Guard } from '../../src/train/guard.ts';
import { type Training, type TrainStep, train } from '../../src/train/train.ts';
import { leavesOf } from '../../src/tree.ts';
import { advance } from '../laws/method.ts';
import { assert, suite } from '../support/test.ts';
import { clusters, convModel, linearModel, methodOf, toyData, toyTask } from '../support/toys.ts';

const test = suite('guard');

const hasFinite = (run: Training): boolean =>
  [...leavesOf<Tensor>(run.params).values()].every((x) => dataSync(x).every((n: number) => Number.isFinite(n)));
const diverged = (steps: readonly TrainStep[]): string[] =>
  steps.flatMap(({ events }) => events.filter(({ kind }) => kind === 'diverged').map(({ message }) => message));

test('NaN in one example: its batch is left out, and the run ends with finite numbers', async () => {
  const split = clusters(50);
  split.images[32 * 40] = Number.NaN;
  const run = train(toyTask(convModel(), { data: toyData(split), epochs: 1 }), {
    method: methodOf('descent', { momentum: 0.9 }),
  });
  const steps = await advance(run);
  const told = diverged(steps);
  assert.is(told.length, 1);
  assert.match(
    told[0]!,
    /^a number that is not finite in step (\d): back to step 0, learning rates times 0\.5, without batch \1$/,
  );
  assert.is(run.step, 4);
  assert.ok(hasFinite(run));
  const last = steps.slice(steps.findIndex(({ events }) => events.length > 0) + 1);
  assert.equal(
    last.map(({ step }) => step),
    [1, 2, 3, 4],
  );
});

test('a learning rate that is far too high is halved, and in the end the run gives up with an error', async () => {
  const run = train(toyTask(convModel()), { method: methodOf('descent', { learningRate: 1e25 }) });
  const steps: TrainStep[] = [];
  try {
    for await (const step of run) steps.push(step);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, DivergenceError);
    assert.match(
      (error as Error).message,
      /^train: training recovers within 3 rollbacks; got .*; lower the learning rate/,
    );
  }
  assert.is(diverged(steps).length, 3);
  assert.ok(hasFinite(run));
});

test('a rate that is right once halved is found', async () => {
  const inner = methodOf('descent', { learningRate: 0.05 });
  const touchy: Method = {
    ...inner,
    step: (task, params, state, batch) => {
      const step = inner.step(task, params, state, batch);
      return (batch.rate ?? 1) > 0.3 && batch.step === 6 ? { ...step, loss: tensor([Number.NaN]) } : step;
    },
  };
  const run = train(toyTask(linearModel()), { method: touchy, divergence: { every: 4 } });
  const steps = await advance(run);
  assert.is(diverged(steps).length, 1);
  assert.match(diverged(steps)[0]!, /back to step 0, learning rates times 0.5, without batch 7/);
  assert.is(steps.at(-1)!.metrics.learningRate, 0.025);
  assert.is(run.step, 16);
});

test('losses far above their average end in a rollback once they stay there', () => {
  const guard = new Guard({ factor: 4, patience: 3 }, freshGuard);
  for (const loss of [2, 1, 1, 9, 1, 9, 9, 1]) assert.not(guard.diverges(loss), `${loss}`);
  assert.equal(
    [9, 9, 9].map((loss) => guard.diverges(loss)),
    [false, false, true],
  );
  const calm = new Guard({ factor: 4, patience: 1 }, { ...freshGuard, average: 1e-5, first: 2 });
  assert.not(calm.diverges(1e-3), 'the noise of what is left of a loss');
});

test('a run goes back to a state before the high losses began', () => {
  const policy: DivergencePolicy = { patience: 5, every: 10 };
  const guard = new Guard(policy, freshGuard);
  for (let step = 0; step <= 32; step++) guard.remember({ params: { step }, state: {}, step, epochLoss: 0 });
  assert.is(guard.restart(32, 'a test').step, 20);
  assert.equal(guard.state, { ...freshGuard, rate: 0.5, rollbacks: 1, skipped: [32] });
});

test('losses of a new phase are not compared with those of the one before', async () => {
  const inner = methodOf('descent', { learningRate: 0 });
  const phased = (kind: 'phase' | 'rank'): Method => ({
    ...inner,
    step: (task, params, state, batch) => ({
      ...inner.step(task, params, state, batch),
      loss: tensor([batch.epoch === 0 ? 1 : 9]),
    }),
    epoch: (_task, params, state) => ({ params, state, metrics: {}, events: [{ kind, message: 'another' }] }),
  });
  const runs = (['phase', 'rank'] as const).map((kind) => train(toyTask(linearModel()), { method: phased(kind) }));
  const [calm, alarmed] = [await advance(runs[0]!), await advance(runs[1]!).catch((error: Error) => error)];
  assert.equal(diverged(calm), []);
  assert.match((alarmed as Error).message, /recovers within 3 rollbacks/);
});

test('what the guard knows is in the checkpoint', async () => {
  const split = clusters(50);
  split.images[0] = Number.NaN;
  const start = (from?: ReturnType<typeof loadCheckpoint>['snapshot']): Training =>
    train(toyTask(convModel(), { data: toyData(split), epochs: 2 }), {
      method: methodOf('descent', { momentum: 0.9 }),
      ...(from === undefined ? {} : { from }),
    });
  const whole = start();
  await advance(whole);
  const { guard } = whole.snapshot();
  assert.is(guard!.rate, 0.25, 'the batch with the example comes once an epoch');
  assert.is(guard!.skipped.length, 2);
  const cut = start();
  for await (const { step } of cut) if (step === 4) break;
  const rest = start(loadCheckpoint(saveCheckpoint(cut.snapshot(), null)).snapshot);
  await advance(rest);
  assert.equal(rest.snapshot().guard!.skipped, guard!.skipped);
});

test.run();
