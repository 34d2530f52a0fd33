/** Delta files that are damaged, forged or of another model: each is refused by name, and nothing else happens. */

import fc from 'fast-check';
import { denseWeight, lowRankWeight } from '../../src/formats/make.ts';
import { type StoredTensor, readSafetensors, writeSafetensors } from '../../src/io/safetensors.ts';
import { modelNamed } from '../../src/nn/models/all.ts';
import { key } from '../../src/random.ts';
import { adapted, deltasOf } from '../../src/train/adapt.ts';
import { type Base, fileChecksum, loadDelta, saveDelta, withDelta } from '../../src/train/deltaFile.ts';
import { loadModel, type ModelSpec, saveModel } from '../../src/train/modelFile.ts';
import { cases, nearly, readOrRefuse, refuses } from '../support/hostile.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('hostile delta file');

const spec: ModelSpec = {
  model: 'mlp',
  input: [1, 8, 8],
  classes: 10,
  widths: [24, 16],
  loss: 'crossEntropy',
  data: 'digits',
  mean: [4.9],
  std: [6],
};

function baseOf(seed: number): Base {
  const model = modelNamed(spec.model).build({ ...spec, weight: denseWeight() });
  const bytes = saveModel(spec, model.init(key(seed), ''));
  return { ...loadModel(bytes), checksum: fileChecksum(bytes) };
}

const base = baseOf(1);
const around = adapted({ ...base, weight: lowRankWeight({ format: 'tt', rank: 2 }) });
const good = saveDelta(base, deltasOf(around, around.init(key(1), '')));

type Json = Record<string, unknown>;
interface Header {
  spec: Json;
  base: unknown;
  nodes: Record<string, Json>;
  version: unknown;
}

/** The good file with its header or its tensors changed; its checksums are right. */
function forged(change: (header: Header, tensors: Map<string, StoredTensor>) => unknown): Uint8Array {
  const { tensors, metadata } = readSafetensors(good);
  const header = JSON.parse(metadata.get('rankwise.delta')!) as Header;
  change(header, tensors);
  return writeSafetensors(tensors, [['rankwise.delta', JSON.stringify(header)]], { checksums: true });
}

const read = (bytes: Uint8Array): unknown => withDelta(base, loadDelta(bytes));

test('the file as it was written is read', () => assert.ok(read(good)));

const forgeries: [string, (header: Header, tensors: Map<string, StoredTensor>) => unknown, RegExp][] = [
  ['of another base', (header) => (header.base = '00000000'), /trained on the file with checksum 00000000; got/],
  ['without a base', (header) => delete header.base, /base is a checksum of 8 digits; got nothing/],
  ['with a base that is none', (header) => (header.base = 'constructor'), /base is a checksum of 8 digits/],
  [
    'with a base that is a list',
    (header) => (header.base = ['00000000']),
    /base is a checksum of 8 digits; got a list/,
  ],
  ['of another model', (header) => (header.spec.widths = [24, 17]), /both files describe one model/],
  ['of a model that is none', (header) => (header.spec.model = 3), /model is a text; got 3/],
  ['of a later version', (header) => (header.version = 2), /has version 1; got 2/],
  ['with a node nowhere', (header) => (header.nodes['fc9.weight'] = header.nodes['fc1.weight']!), /has parts/],
  [
    'with a sum',
    (header) => (header.nodes.fc1 = { kind: 'sum', frozen: [] }),
    /a delta is one term; got a sum at 'fc1'/,
  ],
  ['without nodes', (header) => (header.nodes = {}), /belongs to a weight of the model; got 'fc1.weight.core0'/],
  [
    'for a bias',
    (_, tensors) => tensors.set('fc1.bias', { dtype: 'F32', shape: [24], bytes: new Uint8Array(96) }),
    /belongs to a weight of the model; got 'fc1.bias'/,
  ],
  [
    'of another shape',
    ({ nodes }, tensors) => {
      delete nodes['fc2.weight'];
      for (const name of [...tensors.keys()]) if (name.startsWith('fc2.')) tensors.delete(name);
      tensors.set('fc2.weight', { dtype: 'F32', shape: [24, 16], bytes: new Uint8Array(4 * 24 * 16) });
    },
    /the delta of fc2.weight is \[16, 24\]; got \[24, 16\]/,
  ],
  [
    'of another dtype',
    ({ nodes }, tensors) => {
      delete nodes['fc2.weight'];
      for (const name of [...tensors.keys()]) if (name.startsWith('fc2.')) tensors.delete(name);
      tensors.set('fc2.weight', { dtype: 'F64', shape: [16, 24], bytes: new Uint8Array(8 * 24 * 16) });
    },
    /the delta of fc2.weight is f32; got f64/,
  ],
  [
    'with a tensor in the way of another',
    (_, tensors) => tensors.set('fc1', { dtype: 'F32', shape: [1], bytes: new Uint8Array(4) }),
    /no tensor lies on the path of another/,
  ],
];
for (const [what, change, message] of forgeries) {
  test(`a file ${what} is refused`, () => refuses(() => read(forged(change)), message));
}

test('the delta of one model does not go with another, and models are no deltas', () => {
  refuses(() => withDelta(baseOf(2), loadDelta(good)), /trained on the file with checksum/);
  refuses(() => loadDelta(saveModel(spec, base.params)), /the metadata has 'rankwise.delta'/);
  refuses(() => loadModel(good), /the metadata has 'rankwise'; got/);
});

test('every bit counts: files that are nearly right are read or refused, nothing else', () => {
  fc.assert(
    fc.property(nearly([good]), (bytes) => {
      readOrRefuse(() => read(bytes));
    }),
    cases(300),
  );
  const flipped = good.slice();
  flipped[good.length - 3]! ^= 4;
  refuses(() => loadDelta(flipped), /checksum/);
});

test('a weight whose terms are all frozen has no place for a delta', () => {
  const { tensors, metadata } = readSafetensors(saveModel(spec, withDelta(base, loadDelta(good))));
  const header = JSON.parse(metadata.get('rankwise')!) as Header;
  header.nodes['fc1.weight']!.frozen = ['base', 'delta'];
  const bytes = writeSafetensors(tensors, [['rankwise', JSON.stringify(header)]]);
  const still = { ...loadModel(bytes), checksum: base.checksum };
  refuses(() => withDelta(still, loadDelta(good)), /belongs to a weight of the model; got 'fc1.weight'/);
});

test.run();
