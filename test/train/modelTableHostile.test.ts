/** Files of models over tables whose columns or embeddings are forged: each is refused by name. */

import { lowRankWeight } from '../../src/formats/make.ts';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.ts';
import { modelNamed } from '../../src/nn/models/all.ts';
import { key } from '../../src/random.ts';
import { loadModel, type ModelSpec, saveModel } from '../../src/train/modelFile.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('hostile table');

const table: ModelSpec = {
  model: 'dlrm',
  input: [2],
  classes: 2,
  columns: [
    { name: 'user', kind: 'index', count: 300, fold: [15, 20] },
    { name: 'age', kind: 'number' },
  ],
  embeddingSize: 4,
  loss: 'crossEntropy',
  data: 'table',
  mean: [0, 1],
  std: [1, 1],
};
const user = { name: 'user', kind: 'index', count: 300 };
const age = { name: 'age', kind: 'number' };

const wrongTables: [string, unknown, RegExp][] = [
  ['columns', undefined, /has columns of categories; got none/],
  ['columns', [], /columns is a list of at least 1/],
  ['columns', [age, { ...age, name: 'more' }], /has columns of categories; got none/],
  ['columns', [user], /columns has 2 entries; got 1/],
  ['columns', [user, null], /columns\[1\] is an object; got null/],
  ['columns', [user, { kind: 'number' }], /columns\[1\]\.name is a text/],
  ['columns', [user, { ...age, kind: 'text' }], /kind is number; got "text"/],
  ['columns', [user, { ...age, count: 3 }], /has the fields name, kind; got "count"/],
  ['columns', [user, { ...age, name: 'user' }], /columns have names of their own/],
  ['columns', [{ ...user, count: 0 }, age], /count is a whole number in \[1/],
  ['columns', [{ ...user, count: 2 ** 30 }, age], /count is a whole number in \[1/],
  ['columns', [{ ...user, count: 1 << 24 }, age], /tables\.user\.weight is \[16777216, 4\]; got \[300, 4\]/],
  ['columns', [{ ...user, count: 149 }, age], /tables\.user\.weight is \[149, 4\]; got \[300, 4\]/],
  ['columns', [{ ...user, fold: [15, 19] }, age], /multiplies to that/],
  ['columns', [{ ...user, fold: [1 << 20, 1 << 20] }, age], /multiplies to that/],
  ['columns', [{ ...user, fold: [] }, age], /fold is a list of at least 1/],
  ['columns', [{ ...user, name: '__proto__' }, age], /tables\.|got/],
  ['columns', [{ ...user, group: 7 }, age], /group is a text/],
  ['columns', [user, { ...user, name: 'other', count: 5, group: 'g' }], /./],
  ['embedding', 'constructor', /embedding is table or hash or quotient/],
  ['embedding', 'hash', /tables\.user\.weight is \[30, 4\]; got \[300, 4\]/],
  ['embedding', 'quotient', /tables\.user\.table0 is \[\d+, 4\]; got nothing/],
  ['embeddingSize', 0, /embeddingSize is a whole number/],
  ['embeddingSize', 65_537, /embeddingSize is a whole number/],
  ['embeddingSize', 65_536, /is \[65536, 64\]; got \[4, 64\]/],
  ['embeddingBudget', -1, /embeddingBudget is a whole number/],
];
for (const [field, value, message] of wrongTables) {
  test(`a table whose ${field} is ${JSON.stringify(value)} is refused`, () => {
    const model = modelNamed('dlrm').build({ ...table, weight: lowRankWeight({ format: 'tt', rank: 2 }) });
    const { tensors, metadata } = readSafetensors(saveModel(table, model.init(key(1), '')));
    const header = JSON.parse(metadata.get('rankwise')!) as { spec: Record<string, unknown> };
    header.spec[field] = value;
    refuses(() => loadModel(writeSafetensors(tensors, [['rankwise', JSON.stringify(header)]])), message);
  });
}

/** A FormatError for the file, or a ShapeError where what it says does not fit together. */
function refuses(call: () => unknown, message: RegExp): void {
  try {
    call();
  } catch (error) {
    assert.match((error as Error).name, /^(FormatError|ShapeError)$/, String((error as Error).stack));
    assert.match((error as Error).message, message);
    return;
  }
  assert.unreachable();
}

test.run();
