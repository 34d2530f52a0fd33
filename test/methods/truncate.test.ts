/** Laws of dense training with one truncation, at the end or before the parts are tuned; and what they do exactly. */

import { decomposeWeight } from '../../src/decompose/decompose.ts';
import { full } from '../../src/formats/algebra.ts';
import { denseWeight } from '../../src/formats/make.ts';
import { Factored, ranksOf } from '../../src/formats/network.ts';
import type { MethodSettings, Target } from '../../src/methods/settings.ts';
import { sitesOf } from '../../src/methods/sites.ts';
import { cosine } from '../../src/optim/schedule.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { train } from '../../src/train/train.ts';
import { advance, methodLaws } from '../laws/method.ts';
import { assert, suite } from '../support/test.ts';
import { convModel, methodOf, someSettings, toyTask } from '../support/toys.ts';

methodLaws('truncate', { settings: { plain: someSettings['plain sgd']!, adam: someSettings['adam with clipping']! } });
methodLaws('finetune', {
  settings: { adamw: someSettings.adamw! },
  own: { at: 2, restart: true, rate: 0.5 },
  target: { format: 'tucker', rank: 2, keep: [] },
});

const test = suite('truncate');

const how: Partial<MethodSettings> = { momentum: 0.9, schedule: 'cosine' };
const target: Target = { format: 'tt', rank: 2, keep: ['classifier'] };

test('truncation is that of the dense network of the same run, at the ranks asked for', async () => {
  const task = (): ReturnType<typeof toyTask> => toyTask(convModel(denseWeight()));
  const [plain, cut] = [
    train(task(), { method: methodOf('dense', how) }),
    train(task(), { method: methodOf('truncate', how, {}, target) }),
  ];
  const [steps, others] = [await advance(plain), await advance(cut)];
  assert.equal(
    others.map(({ loss }) => loss),
    steps.map(({ loss }) => loss),
  );
  const ends = sitesOf(plain.task.model, plain.params);
  sitesOf(cut.task.model, cut.finish()).forEach(({ path, axes, node }, k) => {
    const dense = ends[k]!.node as Tensor;
    if (path === 'classifier.weight') {
      assert.equal(dataSync(node as Tensor), dataSync(dense));
      return;
    }
    assert.instance(node, Factored);
    assert.equal([...new Set(Object.values(ranksOf(node as Factored)))], [2], path);
    assert.equal(dataSync(full(node)), dataSync(full(decomposeWeight(dense, axes, { format: 'tt', rank: 2 }))), path);
  });
  for (const run of [plain, cut]) run.dispose();
});

test('a run that ends within an epoch ends truncated, too', async () => {
  const run = train(toyTask(convModel(denseWeight()), { maxSteps: 6 }), {
    method: methodOf('truncate', how, {}, target),
  });
  const steps = await advance(run);
  assert.is(steps.length, 6);
  assert.match(steps[5]!.events.map(({ message }) => message).join(), /training is over; 2 of 2 weights/);
  assert.ok(sitesOf(run.task.model, run.params, ['classifier']).every(({ node }) => node instanceof Factored));
  run.dispose();
});

test('tuning goes on with the schedule, or each phase has one of its own', async () => {
  const whole = cosine({ warmup: 0.05, warmupSteps: 100 });
  const rate = (step: number, totalSteps: number): number => whole({ step, totalSteps, stepsPerEpoch: 4 });
  for (const restart of [false, true]) {
    const method = methodOf('finetune', { ...how, learningRate: 0.1 }, { at: 0.5, rate: 0.2, restart }, target);
    const run = train(toyTask(convModel(denseWeight())), { method });
    const steps = await advance(run);
    const rates = steps.map(({ metrics }) => metrics.learningRate!);
    const wanted = steps.map((_, k) => {
      const factor = k < 8 ? 0.1 : 0.02;
      return factor * (restart ? rate(k % 8, 8) : rate(k, 16));
    });
    rates.forEach((got, k) => assert.ok(Math.abs(got - wanted[k]!) < 1e-12, `step ${k}: ${got}, not ${wanted[k]}`));
    const kinds = steps.flatMap(({ events }) => events.map(({ kind }) => kind));
    assert.equal(kinds, ['phase', 'rank', 'rank']);
    run.dispose();
  }
});

test.run();
