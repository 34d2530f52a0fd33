/** Adapters: a frozen model with deltas, whatever the method; their files; and what is merged again. */

import { full } from '../../src/formats/algebra.ts';
import { denseWeight, lowRankWeight } from '../../src/formats/make.ts';
import { Factored } from '../../src/formats/network.ts';
import { storedCount, Sum } from '../../src/formats/weight.ts';
import { methods } from '../../src/methods/all.ts';
import { sitesOf } from '../../src/methods/sites.ts';
import { targetWeight } from '../../src/methods/target.ts';
import { modelNamed } from '../../src/nn/models/all.ts';
import type { Module, Params } from '../../src/nn/module.ts';
import { key } from '../../src/random.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { adapted, deltasOf } from '../../src/train/adapt.ts';
import { addedUp, type Base, fileChecksum, loadDelta, saveDelta, withDelta } from '../../src/train/deltaFile.ts';
import { forward } from '../../src/train/evaluate.ts';
import { loadModel, type ModelSpec, saveModel } from '../../src/train/modelFile.ts';
import { supervised } from '../../src/train/task.ts';
import { train } from '../../src/train/train.ts';
import { leavesOf } from '../../src/tree.ts';
import { advance } from '../laws/method.ts';
import { sameBytes } from '../support/bytes.ts';
import { assert, suite } from '../support/test.ts';
import { CLASSES, convModel, methodOf, plainSettings, SHAPE, someTarget, toyData, toyTask } from '../support/toys.ts';

const test = suite('adapt');

const spec: ModelSpec = {
  model: 'mlp',
  input: SHAPE,
  classes: CLASSES,
  widths: [24, 16],
  loss: 'crossEntropy',
  data: 'toy',
  mean: [0, 0],
  std: [1, 1],
};

/** A model as a file has it. */
function baseOf(weight = denseWeight()): Base {
  const model = modelNamed(spec.model).build({ ...spec, weight });
  const bytes = saveModel(spec, model.init(key(3), ''));
  return { ...loadModel(bytes), checksum: fileChecksum(bytes) };
}

const numbers = (tree: unknown): Map<string, number[]> =>
  new Map([...leavesOf<Tensor>(tree as Params)].map(([path, x]) => [path, [...dataSync(x)]]));

const bits = (tree: unknown): Map<string, Uint8Array> =>
  new Map([...numbers(tree)].map(([path, x]) => [path, new Uint8Array(Float32Array.from(x).buffer)]));

const task = (model: Module, seed = 5): ReturnType<typeof supervised> =>
  supervised({ model, data: toyData(), epochs: 2, batchSize: 14, seed });

const inputs = (): Tensor => [...toyTask(convModel()).data()][0]!.x;

const close = (a: Tensor, b: Tensor, eps: number): void => {
  const [x, y] = [dataSync(a), dataSync(b)];
  x.forEach((v: number, k: number) => assert.ok(Math.abs(v - y[k]!) <= eps, `${v} and ${y[k]}`));
};

/** What a run starts from, as the command line makes it. */
function begun(base: Pick<Base, 'model' | 'params'>, start: 'lowRank' | 'dense', keep: readonly string[] = []): Module {
  const target = { ...someTarget, rank: 2 };
  return adapted({ ...base, weight: start === 'dense' ? denseWeight() : targetWeight(target), keep });
}

test('a fresh adapted model is the model itself, with deltas that are zero', () => {
  for (const start of ['lowRank', 'dense'] as const) {
    const base = baseOf();
    const model = begun(base, start);
    const params = model.init(key(1), '');
    for (const { node } of sitesOf(model, params)) {
      assert.is(node instanceof Factored, start === 'lowRank');
      assert.ok(dataSync(full(node)).every((x: number) => x === 0));
      if (!(node instanceof Factored)) continue;
      const parts = Object.values(node.parts).map((part) => dataSync(part).some((x: number) => x !== 0));
      assert.is(
        parts.filter((moves) => !moves).length,
        1,
        'one part is zero, so that the others have gradients to follow',
      );
    }
    assert.equal(dataSync(forward(model, params, inputs())), dataSync(forward(base.model, base.params, inputs())));
  }
});

for (const entry of methods.filter(({ remodel }) => remodel === undefined)) {
  test(`${entry.name} trains deltas alone, keeps every other bit, and its file brings them back`, async () => {
    const base = baseOf();
    const before = numbers(base.params);
    const model = begun(base, entry.start);
    const method = methodOf(
      entry.name,
      { ...plainSettings, optimizer: 'adam', learningRate: 0.01 },
      {},
      { ...someTarget, rank: 2 },
    );
    const run = train(task(model), { method });
    await advance(run);
    const params = run.finish();
    const left = bits(params);
    for (const [path, bytes] of bits(base.params)) {
      const now = left.has(path) ? path : `${path}.base`;
      sameBytes(left.get(now)!, bytes, path);
      left.delete(now);
    }
    assert.ok(
      [...left.keys()].every((path) => /^fc[12]\.weight\.delta(\.|$)/.test(path)),
      `${[...left.keys()]}`,
    );
    const deltas = deltasOf(model, params);
    assert.equal([...deltas.keys()], ['fc1.weight', 'fc2.weight']);
    for (const term of deltas.values()) assert.ok(dataSync(full(term)).some((x: number) => x !== 0));
    const bytes = saveDelta(base, deltas);
    const stored = [...deltas.values()].reduce((n, term) => n + storedCount(term), 0);
    assert.ok(bytes.length < 4 * stored + 4096, `${bytes.length} bytes for ${stored} numbers`);
    const read = loadDelta(bytes);
    assert.equal(read.base, base.checksum);
    assert.equal(numbers(Object.fromEntries(read.deltas)), numbers(Object.fromEntries(deltas)));
    sameBytes(saveDelta(base, read.deltas), bytes);
    const sums = withDelta(base, read);
    assert.equal(dataSync(forward(base.model, sums, inputs())), dataSync(forward(model, params, inputs())));
    const merged = addedUp(sums, read);
    close(forward(base.model, merged, inputs()), forward(model, params, inputs()), 1e-5);
    const dropIn = loadModel(saveModel(spec, merged));
    assert.equal([...numbers(dropIn.params).keys()].sort(), [...before.keys()].sort());
    const kept = loadModel(saveModel(spec, sums));
    assert.equal(dataSync(forward(kept.model, kept.params, inputs())), dataSync(forward(model, params, inputs())));
    run.dispose();
  });
}

test('layers that are kept have no delta, and no method touches them', async () => {
  for (const weight of [lowRankWeight({ format: 'tt', rank: 0.5 }), denseWeight()]) {
    const base = baseOf(weight);
    for (const [name, start, own] of [
      ['descent', 'lowRank', {}],
      ['factorized', 'lowRank', {}],
      ['early', 'dense', { at: 1, floor: 1 }],
    ] as const) {
      const model = begun(base, start, ['fc2']);
      const run = train(task(model), { method: methodOf(name, { weightDecay: 0.1 }, own) });
      await advance(run);
      const params = run.finish() as unknown as Record<string, { weight: unknown }>;
      assert.instance(params.fc1!.weight, Sum);
      assert.equal(numbers(params.fc2), numbers((base.params as unknown as Record<string, Params>).fc2), name);
      assert.equal([...deltasOf(model, run.params).keys()], ['fc1.weight']);
      run.dispose();
    }
  }
});

test('running averages stay, and nothing is dropped out', async () => {
  const model = convModel(denseWeight());
  const base = { model, params: model.init(key(2), '') };
  const around = begun(base, 'lowRank');
  const run = train(toyTask(around), { method: methodOf('descent') });
  await advance(run);
  assert.equal(
    numbers((run.params as unknown as Record<string, Params>).norm),
    numbers((base.params as unknown as Record<string, Params>).norm),
  );
  const x = inputs();
  const context = { training: true, key: key(9), path: '', updates: new Map() };
  assert.equal(dataSync(around.apply(run.params, x, context)), dataSync(forward(around, run.params, x)));
  assert.is(context.updates.size, 0);
  run.dispose();
});

test('deltas of a model that has deltas stand beside them', async () => {
  const base = baseOf();
  const first = begun(base, 'lowRank');
  const once = first.init(key(1), '');
  const again = begun({ model: base.model, params: once }, 'lowRank');
  const { fc1 } = again.init(key(2), '') as unknown as Record<string, { weight: Sum }>;
  assert.equal(Object.keys(fc1!.weight.terms), ['base', 'delta', 'delta2']);
  assert.equal(fc1!.weight.frozen, ['base', 'delta']);
  const run = train(task(again), { method: methodOf('descent') });
  await advance(run);
  const read = loadDelta(saveDelta(base, deltasOf(again, run.params)));
  const sums = withDelta({ ...base, params: once }, read);
  assert.equal(dataSync(forward(base.model, sums, inputs())), dataSync(forward(again, run.params, inputs())));
  run.dispose();
});

test.run();
