/**
 * What holds for every training method: the loss of a convex task falls; the same key gives the same bits; a run that is
 * saved, loaded and gone on with gives the bits of one that was not; memory does not grow; nothing becomes NaN on data of
 * low rank; what is frozen stays as it is; a signal stops the run between two steps.
 */

import { backend } from '../../src/backend/current.ts';
import { Sum } from '../../src/formats/weight.ts';
import type { Split } from '../../src/io/dataset.ts';
import { type MethodSettings, methodNamed } from '../../src/methods/all.ts';
import type { Module, Params } from '../../src/nn/module.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { loadCheckpoint, saveCheckpoint } from '../../src/train/checkpoint.ts';
import { type TrainOptions, type Training, type TrainStep, train } from '../../src/train/train.ts';
import { leavesOf } from '../../src/tree.ts';
import { sameBytes } from '../support/bytes.ts';
import { assert, suite } from '../support/test.ts';
import { adapted, clusters, convModel, linearModel, SHAPE, someSettings, toyData, toyTask } from '../support/toys.ts';

/** Runs to the end, or for so many steps more. */
export async function advance(training: Training, steps: number = Number.POSITIVE_INFINITY): Promise<TrainStep[]> {
  const done: TrainStep[] = [];
  if (steps > 0) {
    for await (const step of training) {
      done.push(step);
      if (done.length === steps) break;
    }
  }
  return done;
}

/** The bytes of a run's checkpoint: parameters, state and step. */
const bytesOf = (training: Training): Uint8Array => saveCheckpoint(training.snapshot(), null);

export function methodLaws(name: string, settings: Readonly<Record<string, MethodSettings>> = someSettings): void {
  const test = suite(`method ${name}`);
  const { build } = methodNamed(name);
  const start = (model: Module, how: MethodSettings, options: Partial<TrainOptions> = {}): Training =>
    train(toyTask(model), { method: build(how), ...options });

  for (const [what, how] of Object.entries(settings)) {
    test(`${what}: the loss of a convex task falls`, async () => {
      const run = train(toyTask(linearModel(), { epochs: 10 }), { method: build(how) });
      const losses = (await advance(run)).flatMap(({ epochLoss }) => epochLoss ?? []);
      assert.is(losses.length, 10);
      assert.ok(losses[9]! < 0.6 * losses[0]!, losses.join(' '));
      run.dispose();
    });

    test(`${what}: the same key gives the same bits, another key others`, async () => {
      const runs = [5, 5, 6].map((seed) => train(toyTask(convModel(), { seed }), { method: build(how) }));
      for (const run of runs) await advance(run);
      const [a, b, c] = runs.map(bytesOf) as [Uint8Array, Uint8Array, Uint8Array];
      sameBytes(a, b);
      assert.throws(() => sameBytes(a, c), /differ/);
      for (const run of runs) run.dispose();
    });

    for (const [kind, model] of [
      ['low-rank, with running averages', convModel],
      ['adapted', adaptedModel],
    ] as const) {
      test(`${what}: a resumed run of a ${kind} model is the uninterrupted one`, () => resumes(start, model, how));
    }

    test(`${what}: live memory is the same after every step`, async () => {
      const run = start(convModel(), how);
      const used: string[] = [];
      for await (const step of run) {
        const { live, bytes, capacity } = backend().stats();
        if (step.step > 4) used.push(`${live} blocks, ${bytes} bytes, ${capacity} from the host`);
      }
      assert.is(used.length, 12);
      assert.equal([...new Set(used)], used.slice(0, 1));
      const held = backend().stats().live;
      run.dispose();
      assert.is(
        held - backend().stats().live,
        leavesOf(run.snapshot() as never).size - 2 - numbersIn(run.snapshot().state),
      );
    });

    for (const [kind, train] of Object.entries(poor)) {
      test(`${what}: nothing becomes NaN on ${kind}`, () => staysFinite((model) => start(model, how), train));
    }

    test(`${what}: frozen terms stay as they are, deltas move`, async () => {
      const run = start(adaptedModel(), how);
      const before = terms(run.params);
      await advance(run);
      const after = terms(run.params);
      assert.equal(after.frozen, before.frozen);
      assert.ok(after.trained.every((x, k) => String(x) !== String(before.trained[k])));
      run.dispose();
    });
  }

  test('a signal stops the run between two steps, and the run can go on', async () => {
    const how = Object.values(settings)[0]!;
    const [whole, cut] = [start(convModel(), how), start(convModel(), how, { signal: AbortSignal.abort() })];
    await advance(whole);
    assert.equal(await advance(cut), []);
    assert.is(cut.step, 0);
    cut.dispose();
    const stop = new AbortController();
    const run = start(convModel(), how, { signal: stop.signal });
    for await (const { step } of run) if (step === 6) stop.abort();
    assert.is(run.step, 6);
    const rest = start(convModel(), how, { from: run.snapshot() });
    await advance(rest);
    sameBytes(bytesOf(rest), bytesOf(whole));
    for (const training of [whole, rest]) training.dispose();
  });

  test.run();
}

const adaptedModel = (): Module => convModel(adapted);

/** Plain numbers of a state, which take no memory. */
function numbersIn(state: unknown): number {
  return [...leavesOf<unknown>(state as never).values()].filter((leaf) => typeof leaf === 'number').length;
}

type Start = (model: Module, how: MethodSettings, options?: Partial<TrainOptions>) => Training;

/** Cuts before the first step, within an epoch, before, at and after its end, and at the end of the run. */
const CUTS = [0, 1, 3, 4, 5, 8, 15, 16];

async function resumes(start: Start, model: () => Module, how: MethodSettings): Promise<void> {
  const whole = start(model(), how);
  const cuts = new Map<number, Uint8Array>([[0, bytesOf(whole)]]);
  const steps: TrainStep[] = [];
  for await (const step of whole) {
    steps.push(step);
    if (CUTS.includes(step.step)) cuts.set(step.step, bytesOf(whole));
  }
  assert.is(whole.step, 16);
  for (const cut of CUTS) {
    const { snapshot } = loadCheckpoint(cuts.get(cut)!);
    assert.is(snapshot.step, cut);
    const rest = start(model(), how, { from: snapshot });
    sameBytes(bytesOf(rest), cuts.get(cut)!, `saved again at ${cut}`);
    assert.equal(await advance(rest), steps.slice(cut), `steps after ${cut}`);
    sameBytes(bytesOf(rest), bytesOf(whole), `resumed at ${cut}`);
    rest.dispose();
  }
  whole.dispose();
}

/** Data whose matrix has low rank: nothing at all, one example again and again, one feature in every place. */
const poor: Readonly<Record<string, Split>> = {
  zeros: altered(() => 0),
  'one example': altered((k, images) => images[k % 32]!),
  'one feature': altered((k, images) => images[k - (k % 32)]!),
};

function altered(value: (k: number, images: Float32Array) => number): Split {
  const split = clusters(50);
  const images = split.images as Float32Array;
  return { ...split, images: images.map((_, k) => value(k, images)) };
}

async function staysFinite(start: (model: Module) => Training, split: Split): Promise<void> {
  for (const model of [linearModel(), convModel()]) {
    const from = start(model);
    const task = toyTask(model, { data: toyData(split) });
    const run = train(task, { method: from.method, from: from.snapshot() });
    for (const { loss } of await advance(run)) assert.ok(Number.isFinite(loss));
    for (const [path, leaf] of leavesOf<Tensor>(run.params)) {
      assert.ok(
        dataSync(leaf).every((x: number) => Number.isFinite(x)),
        `${path} after data of shape ${SHAPE}`,
      );
    }
    run.dispose();
  }
}

/** The numbers of all frozen and of all other terms of sums. */
function terms(params: Params): { frozen: unknown[]; trained: unknown[] } {
  const result: { frozen: unknown[]; trained: unknown[] } = { frozen: [], trained: [] };
  for (const layer of Object.values(params as unknown as Record<string, { weight?: unknown }>)) {
    if (!(layer.weight instanceof Sum)) continue;
    for (const [path, leaf] of leavesOf<Tensor>(layer.weight)) {
      const isFrozen = layer.weight.frozen.some((term) => path === term || path.startsWith(`${term}.`));
      result[isFrozen ? 'frozen' : 'trained'].push([...dataSync(leaf)]);
    }
  }
  assert.ok(result.frozen.length > 0 && result.trained.length > result.frozen.length);
  return result;
}
