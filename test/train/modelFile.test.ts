/** model.safetensors: the same model again in every format and family, the same bytes twice, and nothing else accepted. */

import type { Column } from '../../src/columns.ts';
import { NonFiniteError } from '../../src/errors.ts';
import { formats } from '../../src/formats/all.ts';
import { lowRankWeight, type MakeWeight } from '../../src/formats/make.ts';
import { digits } from '../../src/io/digits.ts';
import { modelNamed, models } from '../../src/nn/models/all.ts';
import { key } from '../../src/random.ts';
import { sizeOf } from '../../src/shape.ts';
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
    Float32Array.from({ length: 2 * sizeOf(like.input) }, (_, k) => (k * 7) % 13),
    [2, ...like.input],
  );
  assert.equal(dataSync(forward(loaded.model, loaded.params, x)), dataSync(forward(model, params, x)));
  sameBytes(saveModel(loaded.spec, loaded.params), bytes);
}

for (const { name } of formats) {
  test(`a model with ${name} weights comes back to the bit`, () =>
    roundTrip(lowRankWeight({ format: name, rank: 0.3 }), spec));
}

for (const { name } of models.filter(({ needsColumns }) => !needsColumns)) {
  test(`${name} comes back to the bit`, () => {
    const { widths, ...rest } = spec;
    const like = { ...rest, model: name, width: 0.25, ...(name === 'mlp' ? { widths: widths! } : {}) };
    roundTrip(lowRankWeight({ format: 'tucker', rank: 0.4 }), like);
  });
}

for (const embedding of [undefined, 'hash', 'quotient'] as const) {
  test(`a model of columns comes back to the bit, its tables ${embedding ?? 'cut with room to spare'}`, () => {
    const columns: Column[] = [
      { name: 'user', kind: 'index', count: 997 },
      { name: 'age', kind: 'number' },
      { name: 'shop', kind: 'index', count: 3001, fold: [13, 14, 17] },
    ];
    const options = { columns, embeddingSize: 6, ...(embedding ? { embedding } : {}) };
    roundTrip(lowRankWeight({ format: 'tt', rank: 3 }), {
      ...{ model: 'dlrm', input: [3], classes: 2, loss: 'crossEntropy', data: 'table' },
      ...options,
      mean: [0, 3, 0],
      std: [1, 2, 1],
    });
  });
}

test('a model of texts comes back to the bit', () => {
  const columns = Array.from(
    { length: 6 },
    (_, k): Column => ({ name: `word${k}`, kind: 'index', count: 999, group: 'words' }),
  );
  roundTrip(lowRankWeight({ format: 'ttMatrix', rank: 4 }), {
    ...{ model: 'text-lstm', input: [6], classes: 2, loss: 'crossEntropy', data: 'texts', columns, width: 0.25 },
    ...{ mean: Array(6).fill(0), std: Array(6).fill(1) },
  });
});

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
