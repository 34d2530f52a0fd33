/** Decomposing early: which ranks, when, what it does to function and optimizer, and what is left dense. */

import { FormatError, RankError } from '../../src/errors.ts';
import { denseWeight } from '../../src/formats/make.ts';
import { countOf, Factored, ranksOf } from '../../src/formats/network.ts';
import type { EarlyState } from '../../src/methods/earlyPhases.ts';
import { ranksOfForms } from '../../src/methods/earlyRanks.ts';
import { speedups, type Trend } from '../../src/methods/earlySettled.ts';
import { formsOf, lowered } from '../../src/methods/forms.ts';
import type { Method, TrainEvent } from '../../src/methods/method.ts';
import { sitesOf } from '../../src/methods/sites.ts';
import { conv2d } from '../../src/nn/conv.ts';
import { linear } from '../../src/nn/linear.ts';
import { flatten } from '../../src/nn/pool.ts';
import { sequential } from '../../src/nn/sequential.ts';
import { add, mul } from '../../src/ops/binary.ts';
import { key } from '../../src/random.ts';
import { energy } from '../../src/select/energy.ts';
import { Spectra } from '../../src/select/spectra.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { scope } from '../../src/tensor/scope.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { forward } from '../../src/train/evaluate.ts';
import { type TrainStep, train } from '../../src/train/train.ts';
import { advance } from '../laws/method.ts';
import { none, planted, weightOf } from '../support/earlyRuns.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';
import { CLASSES, convModel, methodOf, SHAPE, someTarget, toyTask } from '../support/toys.ts';

const test = suite('early phases');

const eventsOf = (steps: readonly TrainStep[]): TrainEvent[] => steps.flatMap(({ events }) => events);

test('evidence finds the rank of the teacher at every level of noise', async () => {
  for (const rank of [2, 3, 6]) {
    for (const noise of [0.03, 0.1, 0.3, 1]) {
      const run = planted({ rank, noise, samples: 1024, out: 32, in: 40 }, { at: 6, floor: 1 });
      await advance(run);
      assert.equal(ranksOf(weightOf(run.params)), { r: rank }, `rank ${rank}, noise ${noise}`);
      run.dispose();
    }
  }
});

test('trains and Tucker forms get the ranks of teachers of their own', async () => {
  for (const [format, fold, rank, want] of [
    ['tucker', undefined, [4, 4], { r0: 4, r1: 4 }],
    ['tt', { fc: [[24], [4, 8]] }, [5, 3], undefined],
  ] as const) {
    const run = planted(
      {
        format: format === 'tt' ? 'lowRank' : format,
        rank: format === 'tt' ? 3 : [...rank],
        noise: 0.05,
        samples: 1024,
      },
      { at: 6, floor: 1, linear: format },
      fold === undefined ? {} : { folds: fold as never },
    );
    await advance(run);
    const found = ranksOf(weightOf(run.params));
    if (want !== undefined) assert.equal(found, want, format);
    // The first bond of the train cuts rows from columns; the second has no structure to find.
    else assert.is(found.r1, 3);
    run.dispose();
  }
});

test('the network that goes on is dense until the epoch, then low-rank, and the loss falls in both', async () => {
  const run = planted({ noise: 0.05 }, { at: 3, floor: 1 });
  const kinds: boolean[] = [];
  const losses: number[] = [];
  for await (const { epochLoss } of run) {
    if (epochLoss === undefined) continue;
    kinds.push(weightOf(run.params) instanceof Factored);
    losses.push(epochLoss);
  }
  assert.equal(kinds, [false, false, true, true, true, true, true, true]);
  assert.ok(losses[7]! < losses[3]! * 1.05 && losses[2]! < 0.5 * losses[0]!, losses.join(' '));
  run.dispose();
});

test('multiplying back keeps the function, and the end is low-rank again', async () => {
  const task = toyTask(convModel(denseWeight()), { epochs: 6 });
  const run = train(task, { method: methodOf('early', {}, { at: 1, floor: 2, rebuild: 3 }, someTarget) });
  const x = [...task.data()][0]!.x;
  const seen: Record<number, { outputs: Float32Array; dense: boolean }> = {};
  const method = run.method as Method<EarlyState>;
  const steps: TrainStep[] = [];
  for await (const step of run) {
    steps.push(step);
    const dense = sitesOf(task.model, run.params).every(({ node }) => node instanceof Tensor);
    seen[step.step] = { outputs: dataSync(forward(task.model, run.params, x)) as Float32Array, dense };
  }
  const at = (step: number): boolean => seen[step]!.dense;
  assert.equal([3, 4, 8, 11, 12, 13, 23, 24].map(at), [true, false, false, false, true, true, true, false]);
  const messages = eventsOf(steps).flatMap(({ kind, message }) => (kind === 'phase' ? [message] : []));
  assert.match(messages.join('\n'), /decomposed after epoch 1\n.*multiplied back after epoch 3\n.*training is over/s);
  // The same state before the turn: its function is that after it.
  const again = train(task, { method });
  await advance(again, 11);
  const state = again.snapshot().state as EarlyState;
  const batch = [...task.batches(2, 3)][0]!;
  const stepped = scope(() => method.step(task, again.params, state, batch));
  const before = dataSync(forward(task.model, stepped.params, x));
  const turned = scope(() => method.epoch!(task, stepped.params, stepped.state, 1));
  const after = dataSync(forward(task.model, turned.params, x));
  before.forEach((v: number, k: number) => assert.ok(Math.abs(v - after[k]!) < 1e-5, `${v} and ${after[k]}`));
  assert.equal(after, seen[12]!.outputs);
});

test('new leaves start with an optimizer of their own, others keep theirs', async () => {
  const task = toyTask(convModel(denseWeight()));
  for (const reset of ['changed', 'all'] as const) {
    const method = methodOf('early', { optimizer: 'adam' }, { at: 1, floor: 1, reset }, someTarget);
    const run = train(task, { method });
    await advance(run, 4);
    const { optimizer } = run.snapshot().state as { optimizer: Record<string, { count: number }> };
    const counts = Object.entries(optimizer).map(([path, { count }]) => [path, count]);
    assert.ok(counts.length > 8);
    for (const [path, count] of counts) {
      const isNew = /weight\/(core|factor|left|right)/.test(String(path));
      assert.is(count, reset === 'all' || isNew ? 0 : 4, String(path));
    }
    run.dispose();
  }
});

test('a change that costs too much is undone, and tried again after the next epoch', async () => {
  const run = planted({ rank: 8 }, { at: 2, ranks: 'target', tolerance: 0.01 }, { format: 'lowRank', rank: 1 });
  const steps = await advance(run);
  const undone = eventsOf(steps).filter(({ kind }) => kind === 'rollback');
  assert.is(undone.length, 6);
  assert.match(undone[0]!.message, /took the loss from .* to .*: undone/);
  // At the end there is nothing to wait for.
  assert.equal(ranksOf(weightOf(run.params)), { r: 1 });
  run.dispose();
});

test('spectra that have settled end the dense phase, by the rule of the paper', async () => {
  const settings = { when: 'settled', at: 7, eps: 0.05, window: 2, ranks: 'stable', floor: 1 } as const;
  const run = planted({ rank: 3 }, settings);
  const trends: Trend[] = [];
  let phase = 0;
  let settledAt = 0;
  let epoch = 0;
  for await (const { epochLoss, events } of run) {
    if (epochLoss === undefined) continue;
    epoch++;
    const state = run.snapshot().state as EarlyState;
    if (phase === 0) trends.push(state.trends!['fc/weight']!);
    if (phase === 0 && state.phase === 1) {
      settledAt = epoch;
      assert.match(events.map(({ message }) => message).join(), /spectra have settled; 1 of 1 weights/);
    }
    phase = state.phase;
  }
  assert.ok(settledAt > 1 && settledAt < 7, `${settledAt}`);
  let change = 0;
  trends.forEach((trend, k) => {
    if (k === 0) change = trend.change;
    else change += (2 / 3) * (Math.abs(trend.last - trends[k - 1]!.last) - change);
    assert.ok(Math.abs(trend.change - change) < 1e-12);
    assert.is(trend.settled, k + 1 >= 2 && change <= 0.05 ? 1 : 0);
  });
  const { scale, last } = trends.at(-1)!;
  assert.equal(ranksOf(weightOf(run.params)), { r: Math.min(24, Math.ceil(scale * last)) });
  run.dispose();
});

test('one budget covers all weights, and loses least', () => {
  const task = toyTask(convModel(denseWeight()));
  const params = task.model.init(task.key, '');
  const forms = formsOf(task.model, params, none, { conv: 'run', linear: 'run' });
  assert.equal(
    forms.map(({ format }) => format.name),
    forms.map(({ site }) => (site.axes.length > 2 ? 'tucker' : 'lowRank')),
  );
  const dense = forms.reduce((n, { weight }) => n + weight.size, 0);
  let before = Number.POSITIVE_INFINITY;
  for (const share of [0.12, 0.2, 0.3, 0.5, 0.8]) {
    const ranks = ranksOfForms(forms, { rule: 'budget', energy: 0, floor: 1, rank: share });
    let stored = 0;
    let loss = 0;
    forms.forEach((form, k) => {
      if (ranks[k] === undefined) stored += form.weight.size;
      else {
        const low = lowered(form.weight, { ...form, ranks: ranks[k] }, 'hooi');
        stored += low.count;
        loss += low.report.error * low.report.error;
      }
    });
    assert.ok(stored <= share * dense, `${stored} of ${share * dense}`);
    assert.ok(stored > 0.7 * share * dense, `${stored} leaves much of ${share * dense}`);
    assert.ok(loss < before);
    before = loss;
  }
  // The floor belongs to what is offered, and never breaks the budget.
  const lifted = ranksOfForms(forms, { rule: 'budget', energy: 0, floor: 4, rank: 0.5 });
  let stored = 0;
  forms.forEach(({ layout, weight }, k) => {
    const ranks = lifted[k];
    stored += ranks === undefined ? weight.size : countOf(layout.net, { ...layout.modes, ...ranks });
    for (const [bond, r] of Object.entries(ranks ?? {})) assert.ok(r >= Math.min(4, layout.bounds[bond]!));
  });
  assert.ok(stored <= 0.5 * dense);
  throws(
    () => ranksOfForms(forms, { rule: 'budget', energy: 0, floor: 1, rank: 3 }),
    FormatError,
    /share below 1 or params:N/,
  );
});

test('the floor lifts ranks up to what a weight can use, and weights that would not shrink stay dense', () => {
  const task = toyTask(convModel(denseWeight()));
  const params = task.model.init(task.key, '');
  const forms = formsOf(task.model, params, none, { conv: 'run', linear: 'run' });
  const at = (floor: number): unknown[] => ranksOfForms(forms, { rule: 'energy', energy: 0.01, floor, rank: 1 });
  const fc = forms.findIndex(({ site }) => site.path === 'fc.weight');
  assert.equal(at(1)[fc], { r: 1 });
  assert.equal(at(5)[fc], { r: 5 });
  assert.is(at(200)[fc], undefined);
});

test('every format but a ring has ranks by evidence and energy; a ring says what to do', () => {
  const task = toyTask(convModel(denseWeight()));
  const params = task.model.init(task.key, '');
  for (const format of ['lowRank', 'cp', 'tucker', 'tt', 'ttMatrix', 'ht']) {
    const forms = formsOf(task.model, params, { ...none, format }, { conv: 'run', linear: 'run' });
    for (const rule of ['evbmf', 'energy', 'stable'] as const) {
      ranksOfForms(forms, { rule, energy: 0.5, floor: 1, rank: 1 }).forEach((ranks, k) => {
        if (ranks === undefined) return;
        const form = lowered(forms[k]!.weight, { ...forms[k]!, ranks });
        assert.ok(form.count < forms[k]!.weight.size);
        for (const [bond, r] of Object.entries(ranksOf(form))) assert.ok(r <= ranks[bond]!, `${format} ${bond}`);
      });
    }
  }
  const ring = formsOf(task.model, params, { ...none, format: 'tensorRing' }, { conv: 'run', linear: 'run' });
  throws(
    () => ranksOfForms(ring, { rule: 'evbmf', energy: 0.5, floor: 1, rank: 1 }),
    RankError,
    /use the rule 'target'/,
  );
  assert.ok(
    ranksOfForms(ring, { rule: 'target', energy: 0.5, floor: 1, rank: 2 }).some((ranks) => ranks !== undefined),
  );
});

test('noise has no evidence: a matrix takes 85 % of its energy, a kernel stays dense', () => {
  const model = sequential({
    conv: conv2d({ in: 32, out: 48, window: 3 }),
    flatten: flatten(),
    fc: linear({ in: 64, out: 96 }),
  });
  const params = model.init(key(2), '');
  const forms = formsOf(model, params, none, { conv: 'run', linear: 'run' });
  const options = { rule: 'evbmf', energy: 0, floor: 1, rank: 1 } as const;
  assert.equal(ranksOfForms(forms.slice(0, 1), options), [undefined]);
  const s = new Spectra(forms[1]!.weight).cuts(forms[1]!.layout)[0]!.values;
  const [fc] = ranksOfForms(forms.slice(1), options);
  // Too high a rank to be smaller is none.
  const wanted = energy(s, 0.85);
  assert.equal(fc, wanted * (64 + 96) < 64 * 96 ? { r: wanted } : undefined);
  const wide = { ...forms[1]!, weight: add(mul(forms[1]!.weight, 0.01), 1) };
  assert.equal(ranksOfForms([wide], options), [{ r: 1 }], 'one direction is below two: here it has 85 % of the energy');
});

test('a layer that would hardly be faster at a quarter of its ranks is left as it is', async () => {
  const model = sequential({
    conv: conv2d({ in: 2, out: 8, window: 3, padding: 1 }),
    flatten: flatten(),
    fc: linear({ in: 128, out: 64 }),
    classifier: linear({ in: 64, out: CLASSES }),
  });
  const params = model.init(key(1), '');
  const forms = formsOf(model, params, { ...none, keep: ['classifier'] }, { conv: 'lowRank', linear: 'run' });
  // 8 x 18 at rank 2 takes 2 (8 + 18) at each position, 64 x 128 at rank 16 takes 16 (64 + 128).
  const gains = [(8 * 18) / (2 * (8 + 18)), (64 * 128) / (16 * (64 + 128))];
  assert.equal(speedups(model, params, SHAPE, forms), gains);
  const own = { at: 1, floor: 1, ranks: 'energy', energy: 0.4, conv: 'lowRank', speedup: 2.7 };
  const run = train(toyTask(model), { method: methodOf('early', {}, own, { ...none, keep: ['classifier'] }) });
  const told = eventsOf(await advance(run)).map(({ message }) => message);
  assert.match(told.join('\n'), /1 of 2 weights decomposed.*fc.weight stays dense: it would hardly be faster/s);
  const [conv, fc, classifier] = sitesOf(model, run.params).map(({ node }) => node instanceof Factored);
  assert.equal([conv, fc, classifier], [true, false, false]);
  run.dispose();
});

test.run();
