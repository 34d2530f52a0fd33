/**
 * What holds for every training method: the loss of a convex task falls; the same key gives the same bits; a run that is
 * saved, loaded and gone on with gives the bits of one that was not; memory does not grow; nothing becomes NaN on data of
 * low rank; what is frozen stays as it is; a signal stops the run between two steps.
 */

import { backend } from '../../src/backend/current.ts';
import { denseWeight, type MakeWeight } from '../../src/formats/make.ts';
import { Sum } from '../../src/formats/weight.ts';
import type { Split } from '../../src/io/dataset.ts';
import { methodNamed } from '../../src/methods/all.ts';
import type { MethodSettings, OwnSettings, Target } from '../../src/methods/settings.ts';
import type { Method } from '../../src/methods/method.ts';
import type { Module, Params } from '../../src/nn/module.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { loadCheckpoint, saveCheckpoint } from '../../src/train/checkpoint.ts';
import type { SupervisedOptions } from '../../src/train/task.ts';
import { type TrainOptions, type Training, type TrainStep, type TrainTask, train } from '../../src/train/train.ts';
import { leavesOf } from '../../src/tree.ts';
import { sameBytes } from '../support/bytes.ts';
import { assert, suite } from '../support/test.ts';
import {
  adapted,
  clusters,
  convModel,
  linearModel,
  methodOf,
  SHAPE,
  someSettings,
  someTarget,
  toyData,
  toyTask,
} from '../support/toys.ts';

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

export interface MethodLawOptions {
  /** Common settings to run the laws with, by name. */
  readonly settings?: Readonly<Record<string, MethodSettings>>;
  readonly own?: OwnSettings;
  readonly target?: Target;
  /** The model of the laws, with weights from a maker; default one of every kind of layer. */
  readonly model?: (weight?: MakeWeight) => Module;
  /** Settings of its task; by default 16 steps in 4 epochs, and as many are asked for. */
  readonly task?: Partial<SupervisedOptions>;
  /** Weights of the low-rank model; default trains of rank 3, or dense where the method starts so. */
  readonly weight?: MakeWeight;
  /** Weights of the adapted model: sums of a frozen term and one that the method can start from. */
  readonly delta?: MakeWeight;
  /** Share of its first value that the mean loss of a convex task must fall below in ten epochs; default 0.6. */
  readonly falls?: number;
}

/** Registers the laws of a method by its name, and runs them. */
export function methodLaws(name: string, options: MethodLawOptions = {}): void {
  const { settings = someSettings, own = {}, target = someTarget, falls = 0.6 } = options;
  const test = suite(`method ${name}`);
  const isDense = methodNamed(name).start === 'dense';
  const modelOf = options.model ?? convModel;
  const task = (model: Module, more: Partial<SupervisedOptions> = {}): TrainTask =>
    toyTask(model, { ...options.task, ...more });
  const lowRankModel = (): Module => modelOf(options.weight ?? (isDense ? denseWeight() : undefined));
  const adaptedModel = (): Module => modelOf(options.delta ?? (isDense ? adaptedDense : adapted));
  const method = (how: MethodSettings): Method => methodOf(name, how, own, target);
  const start = (model: Module, how: MethodSettings, options: Partial<TrainOptions> = {}): Training =>
    train(task(model), { method: method(how), ...options });

  for (const [what, how] of Object.entries(settings)) {
    test(`${what}: the loss of a convex task falls`, async () => {
      const run = train(task(linearModel(), { epochs: 10 }), { method: method(how) });
      const losses = (await advance(run)).flatMap(({ epochLoss }) => epochLoss ?? []);
      assert.is(losses.length, 10);
      assert.ok(losses[9]! < falls * losses[0]!, losses.join(' '));
      run.dispose();
    });

    test(`${what}: the same key gives the same bits, another key others`, async () => {
      const runs = [5, 5, 6].map((seed) => train(task(lowRankModel(), { seed }), { method: method(how) }));
      for (const run of runs) await advance(run);
      const [a, b, c] = runs.map(bytesOf) as [Uint8Array, Uint8Array, Uint8Array];
      sameBytes(a, b);
      assert.throws(() => sameBytes(a, c), /differ/);
      for (const run of runs) run.dispose();
    });

    for (const [kind, model] of [
      ['low-rank, with running averages', lowRankModel],
      ['adapted', adaptedModel],
    ] as const) {
      test(`${what}: a resumed run of a ${kind} model is the uninterrupted one`, () => resumes(start, model, how));
    }

    test(`${what}: live memory is the same after every step`, async () => {
      const before = backend().stats();
      const run = start(lowRankModel(), how);
      const used: string[] = [];
      for await (const step of run) {
        const { live, bytes, capacity } = backend().stats();
        const held = heldBy(run);
        // Ranks may move: what is live beyond parameters and state must not.
        const extra = `${live - before.live - held.count} blocks, ${bytes - before.bytes - held.bytes} bytes`;
        if (step.step > 4) used.push(`${extra}, ${capacity} from the host`);
      }
      assert.is(used.length, 12);
      assert.equal([...new Set(used)], used.slice(0, 1));
      const [held, { live }] = [heldBy(run), backend().stats()];
      run.dispose();
      assert.is(live - backend().stats().live, held.count);
    });

    for (const [kind, train] of Object.entries(poor)) {
      test(`${what}: nothing becomes NaN on ${kind}`, () =>
        staysFinite([linearModel(), lowRankModel()], (model) => start(model, how), task, train));
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
    const [whole, cut] = [start(lowRankModel(), how), start(lowRankModel(), how, { signal: AbortSignal.abort() })];
    await advance(whole);
    assert.equal(await advance(cut), []);
    assert.is(cut.step, 0);
    cut.dispose();
    const stop = new AbortController();
    const run = start(lowRankModel(), how, { signal: stop.signal });
    for await (const { step } of run) if (step === 6) stop.abort();
    assert.is(run.step, 6);
    const rest = start(lowRankModel(), how, { from: run.snapshot() });
    await advance(rest);
    sameBytes(bytesOf(rest), bytesOf(whole));
    for (const training of [whole, rest]) training.dispose();
  });

  test.run();
}

/** Weights that are a frozen dense matrix plus a dense delta. */
const adaptedDense: MakeWeight = (request) =>
  new Sum({ base: denseWeight()(request) as Tensor, delta: denseWeight()({ ...request, std: 0 }) as Tensor }, ['base']);

/** Tensors of a run's parameters and state, and the bytes of their elements. */
function heldBy(run: Training): { count: number; bytes: number } {
  const { params, state } = run.snapshot();
  const storages = new Set<unknown>();
  let bytes = 0;
  for (const leaf of leavesOf<unknown>([params, state] as never).values()) {
    if (!(leaf instanceof Tensor) || storages.has(leaf.storage)) continue;
    storages.add(leaf.storage);
    bytes += leaf.storage.length * (leaf.dtype === 'f64' ? 8 : 4);
  }
  return { count: storages.size, bytes };
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

async function staysFinite(
  models: readonly Module[],
  start: (model: Module) => Training,
  task: (model: Module, more: Partial<SupervisedOptions>) => TrainTask,
  split: Split,
): Promise<void> {
  for (const model of models) {
    const from = start(model);
    // What a method knows of all the data is that of the data it began with.
    const begun = from.method.wholeData === true ? {} : { from: from.snapshot() };
    const run = train(task(model, { data: toyData(split) }), { method: from.method, ...begun });
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
  assert.ok(result.frozen.length > 0 && result.trained.length >= result.frozen.length);
  return result;
}
