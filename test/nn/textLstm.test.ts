/** The classifier of texts: padding changes nothing, the last word counts, and a toy language is learned. */

import type { Column } from '../../src/columns.ts';
import { ShapeError } from '../../src/errors.ts';
import { lowRankWeight } from '../../src/formats/make.ts';
import { lastState, lengthsOf } from '../../src/nn/lastState.ts';
import { textLstm } from '../../src/nn/models/textLstm.ts';
import { countsOf } from '../../src/nn/counts.ts';
import { key } from '../../src/random.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { classesOf, forward } from '../../src/train/evaluate.ts';
import { descent } from '../../src/methods/descent.ts';
import { adam } from '../../src/optim/adam.ts';
import { supervised } from '../../src/train/task.ts';
import { train } from '../../src/train/train.ts';
import { gradcheck } from '../support/gradcheck.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

/** Twelve numbers for [2, 3, 2]. */
const ramp = Array.from({ length: 12 }, (_, k) => (k % 5) - 1.5 * (k % 3) + 0.1 * k);

const test = suite('text-lstm');

const LENGTH = 6;
const words = (length: number, count = 20): Column[] =>
  Array.from({ length }, (_, k) => ({ name: `word${k}`, kind: 'index', count, group: 'words' }));
const options = { input: [LENGTH], classes: 2, columns: words(LENGTH), width: 0.125 };

test('padding behind a text changes nothing, whatever else is in the batch', () => {
  const model = textLstm.build(options);
  const params = model.init(key(1), '');
  const short = [3, 9, 0, 0, 0, 0];
  const long = [1, 2, 3, 4, 5, 6];
  const both = dataSync(forward(model, params, tensor([short, long])));
  const alone = dataSync(forward(model, params, tensor([short])));
  const cut = textLstm.build({ ...options, input: [2], columns: words(2) });
  const exact = dataSync(forward(cut, params, tensor([[3, 9]])));
  for (let c = 0; c < 2; c++) {
    assert.ok(Math.abs(both[c]! - exact[c]!) < 1e-6);
    assert.ok(Math.abs(alone[c]! - exact[c]!) < 1e-6);
  }
  const other = dataSync(forward(model, params, tensor([[3, 8, 0, 0, 0, 0]])));
  assert.ok(Math.abs(other[0]! - exact[0]!) > 1e-6);
  const inside = dataSync(forward(model, params, tensor([[3, 0, 9, 0, 0, 0]])));
  assert.ok(inside.every((v) => Number.isFinite(v)));
});

test('lengths are counted to the last word, and a text without words has one step', () => {
  const texts = tensor(Int32Array.of(1, 2, 0, 0, 3, 0, 0, 0, 0, 0, 4, 5), [3, 4]);
  assert.equal([...lengthsOf(texts)], [2, 1, 4]);
  const states = tensor(
    Float64Array.from({ length: 12 }, (_, k) => k),
    [2, 3, 2],
  );
  assert.equal([...dataSync(lastState(states, Int32Array.of(1, 3)))], [0, 1, 10, 11]);
  gradcheck((s) => lastState(s, Int32Array.of(2, 1)), [{ shape: [2, 3, 2], values: ramp }]);
  throws(() => lastState(states, Int32Array.of(1, 4)), ShapeError, /1\.\.3 for each text; got length 4/);
  throws(() => lastState(states, Int32Array.of(1)), ShapeError, /1 lengths for \[2, 3, 2\]/);
});

test('a word that decides is found anywhere in a text, with low-rank weights', async () => {
  const count = 120;
  const images = new Float32Array(count * LENGTH);
  const labels = new Int32Array(count);
  for (let n = 0; n < count; n++) {
    const length = 1 + (n % LENGTH);
    for (let k = 0; k < length; k++) images[n * LENGTH + k] = 2 + ((7 * n + 5 * k) % 18);
    labels[n] = n % 2;
    if (labels[n] === 1) images[n * LENGTH + ((3 * n) % length)] = 1;
  }
  const split = { count, images, labels };
  const model = textLstm.build({
    ...{ ...options, columns: words(LENGTH, 300), width: 0.25 },
    weight: lowRankWeight({ format: 'ttMatrix', rank: 4 }),
  });
  const data = { shape: [LENGTH], mean: Array(LENGTH).fill(0), std: Array(LENGTH).fill(1), train: split };
  const task = supervised({ model, data, epochs: 40, batchSize: 30 });
  const run = train(task, { method: descent({ optimizer: adam(), learningRate: 0.03 }) });
  const counts = countsOf(model, run.params);
  assert.ok(counts.parameters < counts.denseParameters / 2);
  for await (const step of run) void step;
  const found = classesOf(forward(model, run.params, tensor(images, [count, LENGTH])));
  run.dispose();
  const right = found.filter((c, n) => c === labels[n]).length;
  assert.ok(right >= 0.95 * count, `${right} of ${count}`);
});

test('what is no text is refused', () => {
  throws(() => textLstm.build({ input: [4], classes: 2 }), ShapeError, /the input is a text/);
  const mixed: Column[] = [...words(2), { name: 'n', kind: 'number' }];
  throws(
    () => textLstm.build({ ...options, input: [3], columns: mixed }),
    ShapeError,
    /columns of categories of one group/,
  );
  const apart: Column[] = words(2).map((column, k) => ({ ...column, group: `g${k}` }) as Column);
  throws(() => textLstm.build({ ...options, input: [2], columns: apart }), ShapeError, /2 groups/);
  const model = textLstm.build(options);
  throws(() => model.outputShape([5]), ShapeError, /a text of 6 words/);
  const params = model.init(key(1), '');
  throws(() => forward(model, params, tensor([[1, 2, 20, 0, 0, 0]])), ShapeError, /0 to 19; got 20/);
});

test.run();
