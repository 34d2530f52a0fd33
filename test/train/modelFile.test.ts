/** model.safetensors: the same model again in every format and family, the same bytes twice, and nothing else accepted. */

import { NonFiniteError } from '../../src/errors.ts';
import { formats } from '../../src/formats/all.ts';
import { lowRankWeight, type MakeWeight } from '../../src/formats/make.ts';
import { digits } from '../../src/io/digits.ts';
import { modelNamed, models } from '../../src/nn/models/all.ts';
import { key } from '../../src/random.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { forward } from '../../src/train/evaluate.ts';
import { loadModel, saveModel } from '../../src/train/modelFile.ts';
import type { ModelSpec } from '../../src/train/modelSpec.ts';
import { leavesOf } from '../../src/tree.ts';
import { sameBytes } from '../support/bytes.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';
import { adapted } from '../support/toys.ts';

const test = suite('model file');

const spec: ModelSpec = {
  model: 'mlp',
  input: [1, 8, 8],
  classes: 10,
  widths: [24, 16],
  loss: 'crossEntropy',
  data: 'digits',
  mean: digits().mean,
  std: digits().std,
};

function bytesOf(weight?: MakeWeight, like: ModelSpec = spec): Uint8Array {
  const model = modelNamed(like.model).build({ ...like, ...(weight ? { weight } : {}) });
  return saveModel(like, model.init(key(1), ''));
}

function roundTrip(weight: MakeWeight | undefined, like: ModelSpec): void {
  const bytes = bytesOf(weight, like);
  sameBytes(bytesOf(weight, like), bytes);
  const model = modelNamed(like.model).build({ ...like, ...(weight ? { weight } : {}) });
  const params = model.init(key(1), '');
  const loaded = loadModel(bytes);
  assert.equal(loaded.spec, like);
  assert.equal([...leavesOf<Tensor>(loaded.params).keys()].sort(), [...leavesOf<Tensor>(params).keys()].sort());
  const x = tensor(
    Float32Array.from({ length: 128 }, (_, k) => (k * 7) % 13),
    [2, 1, 8, 8],
  );
  assert.equal(dataSync(forward(loaded.model, loaded.params, x)), dataSync(forward(model, params, x)));
  sameBytes(saveModel(loaded.spec, loaded.params), bytes);
}

for (const { name } of formats) {
  test(`a model with ${name} weights comes back to the bit`, () =>
    roundTrip(lowRankWeight({ format: name, rank: 0.3 }), spec));
}

for (const { name } of models) {
  test(`${name} comes back to the bit`, () => {
    const { widths, ...rest } = spec;
    const like = { ...rest, model: name, width: 0.25, ...(name === 'mlp' ? { widths: widths! } : {}) };
    roundTrip(lowRankWeight({ format: 'tucker', rank: 0.4 }), like);
  });
}

test('sums of a frozen and a low-rank term come back', () => roundTrip(adapted, spec));

test('names of classes come back', () => {
  const labels = [...'abcdefghij'];
  assert.equal(loadModel(bytesOf(undefined, { ...spec, labels })).spec.labels, labels);
});

test('weights that are not finite are not saved', () => {
  const model = modelNamed('mlp').build(spec);
  const params = model.init(key(1), '') as unknown as { fc1: { bias: Tensor } };
  params.fc1.bias = tensor(Float32Array.from({ length: 24 }, (_, k) => (k === 3 ? Number.NaN : 0)));
  throws(
    () => saveModel(spec, params as never),
    NonFiniteError,
    /saveModel: what is saved is finite; got NaN in fc1\.bias/,
  );
});

test.run();
