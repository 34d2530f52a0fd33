/** Every method takes the weights of every kind of layer, or names what it does not take. */

import { denseWeight, lowRankWeight } from '../../src/formats/make.ts';
import { Factored } from '../../src/formats/network.ts';
import type { Batch } from '../../src/methods/method.ts';
import { methods } from '../../src/methods/all.ts';
import type { OwnSettings } from '../../src/methods/settings.ts';
import { sitesOf } from '../../src/methods/sites.ts';
import { attention } from '../../src/nn/attention.ts';
import { conv1d } from '../../src/nn/conv.ts';
import { embedding } from '../../src/nn/embedding.ts';
import { linear } from '../../src/nn/linear.ts';
import { losses } from '../../src/nn/loss.ts';
import type { Module } from '../../src/nn/module.ts';
import { lstm } from '../../src/nn/recurrent.ts';
import { sequential } from '../../src/nn/sequential.ts';
import type { MakeWeight } from '../../src/formats/make.ts';
import { key } from '../../src/random.ts';
import { tensor } from '../../src/tensor/create.ts';
import { type TrainTask, train } from '../../src/train/train.ts';
import { advance } from '../laws/method.ts';
import { seeded } from '../support/random.ts';
import { assert, suite } from '../support/test.ts';
import { methodOf } from '../support/toys.ts';

const test = suite('layers and methods');

const [WORDS, LENGTH, CLASSES, BATCH] = [60, 8, 3, 16];

/** Words to a class, through an embedding, attention, a convolution and an LSTM. */
function textModel(weight: MakeWeight): Module {
  return sequential({
    embedding: embedding({ count: WORDS, size: LENGTH, std: 0.5, weight }),
    attention: attention({ size: LENGTH, heads: 2, weight }),
    conv: conv1d({ in: LENGTH, out: LENGTH, window: 3, padding: 1, weight }),
    lstm: lstm({ in: LENGTH, size: 12, weight }),
    fc: linear({ in: 12, out: 12, weight }),
    classifier: linear({ in: 12, out: CLASSES, isDense: true }),
  });
}

/** The class is that of the first word. */
function textTask(model: Module, stepsPerEpoch = 4, epochs = 3): TrainTask {
  const next = seeded(3);
  const batches = Array.from({ length: stepsPerEpoch }, () => {
    const words = Int32Array.from({ length: BATCH * LENGTH }, () => Math.floor(((next() + 1) / 2) * WORDS) % WORDS);
    const labels = Int32Array.from({ length: BATCH }, (_, b) => words[b * LENGTH]! % CLASSES);
    return { x: tensor(words, [BATCH, LENGTH]), y: tensor(labels, [BATCH]) };
  });
  function* all(epoch: number, from: number): Generator<Batch> {
    for (let k = from; k < stepsPerEpoch; k++) yield { ...batches[k]!, step: epoch * stepsPerEpoch + k, epoch };
  }
  return {
    model,
    lossKind: 'crossEntropy',
    key: key(2),
    stepsPerEpoch,
    totalSteps: epochs * stepsPerEpoch,
    loss: (params, { x, y }, context) => losses.crossEntropy(model.apply(params, x, context), y),
    data: () => all(0, 0),
    batches: all,
  };
}

const KINDS = ['embedding', 'attention', 'conv', 'lstm', 'fc'];
const format = 'tucker';

for (const entry of methods) {
  if (entry.name === 'tenbcd') continue;
  test(`${entry.name} trains the weights of every layer`, async () => {
    const weight = entry.start === 'dense' ? denseWeight() : lowRankWeight({ format, rank: 3 });
    const model = textModel(weight);
    // Evidence finds nothing to cut in so few words.
    const own: OwnSettings = entry.name === 'early' ? { ranks: 'target' } : {};
    const run = train(textTask(model), {
      method: methodOf(entry.name, { optimizer: 'adam', learningRate: 0.01 }, own, { format, rank: 3, keep: [] }),
    });
    const steps = await advance(run);
    assert.is(run.step, 12);
    for (const { loss } of steps) assert.ok(Number.isFinite(loss));
    const sites = sitesOf(model, run.finish());
    assert.equal([...new Set(sites.map(({ layer }) => layer.split('.')[0]))], KINDS);
    const lowRank = new Set(
      sites.filter(({ node }) => node instanceof Factored).map(({ layer }) => layer.split('.')[0]),
    );
    if (!['dense', 'narrow'].includes(entry.name)) assert.ok(lowRank.size > 0, 'some weight has low rank');
    run.dispose();
  });
}

test('tenbcd names the layer that it does not take', () => {
  const model = textModel(lowRankWeight({ format: 'ttMatrix', rank: 2 }));
  assert.throws(() => train(textTask(model), { method: methodOf('tenbcd') }), /tenbcd: .*embedding/);
});

test.run();
