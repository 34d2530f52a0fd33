/** `rankwise predict`: classes of inputs from a file or a data set. */

import type { Column } from '../columns.ts';
import { FormatError, NonFiniteError, ShapeError } from '../errors.ts';
import { readCsv } from '../io/csv.ts';
import { readNpy } from '../io/npy.ts';
import { softmax } from '../ops/softmax.ts';
import { readBytes } from '../node/files.ts';
import { showShape, sizeOf } from '../shape.ts';
import { tensor } from '../tensor/create.ts';
import { dataSync } from '../tensor/read.ts';
import { scope } from '../tensor/scope.ts';
import { classesOf, forward } from '../train/evaluate.ts';
import type { LoadedModel } from '../train/modelFile.ts';
import { pause } from '../train/pause.ts';
import { openAdapted } from './adapt.ts';
import { type Command, Exit, UsageError, type Values } from './command.ts';
import { openData } from './data.ts';
import { openClassifier, splitFor } from './model.ts';
import { table } from './output.ts';

const MOST_BYTES = 2 ** 30;
const BATCH = 256;

/** Inputs as stored: raw values, one row an example. */
interface Inputs {
  readonly values: ArrayLike<number>;
  readonly count: number;
  readonly labels?: Int32Array;
}

export const predict: Command = {
  name: 'predict',
  about: 'classes of inputs from a .csv or .npy file, or from a data set',
  words: 'MODEL [FILE]',
  wordCount: [1, 2],
  options: {
    data: { kind: 'text', value: 'NAME', about: 'take inputs from the test part of this set instead of a file' },
    'data-dir': { kind: 'text', value: 'DIR', about: "where a named set's files lie" },
    delta: { kind: 'text', value: 'FILE', about: 'a delta trained beside the model' },
    first: { kind: 'number', value: 'N', about: 'only the first N inputs', min: 1, whole: true },
  },
  examples: [
    ['rankwise predict run inputs.csv', 'one row of raw values an input, no label column'],
    ['rankwise predict run --data digits --first 5', 'the first five test digits'],
  ],
  async run({ words, values, output }) {
    if ((words[1] === undefined) === (values.data === undefined)) {
      const got = words[1] === undefined ? 'neither' : 'both';
      throw new UsageError(`predict: inputs come from FILE or from --data; got ${got}; give one of them`);
    }
    const { delta } = values;
    const loaded = await (typeof delta === 'string'
      ? openAdapted('predict', words[0]!, delta)
      : openClassifier('predict', words[0]!));
    const inputs = await readInputs(loaded, words[1], values);
    const count = Math.min(inputs.count, (values.first as number | undefined) ?? inputs.count);
    const rows: Prediction[] = [];
    for (let from = 0; from < count; from += BATCH) {
      rows.push(...predictBatch(loaded, inputs, from, Math.min(BATCH, count - from)));
      output.progress(`${rows.length} of ${count}`);
      await pause();
    }
    output.result({ predictions: rows });
    const cells = rows.map((row) => [
      String(row.index),
      String(row.class),
      row.probability.toFixed(4),
      ...(row.label === undefined ? [] : [String(row.label)]),
    ]);
    const headings = ['input', 'class', 'probability', ...(inputs.labels === undefined ? [] : ['label'])];
    for (const line of table(headings, cells)) output.line(line);
    return Exit.ok;
  },
};

async function readInputs(loaded: LoadedModel, file: string | undefined, values: Values): Promise<Inputs> {
  const { data, 'data-dir': dir } = values;
  if (typeof data === 'string') {
    const split = splitFor('predict', loaded, await openData(data, dir), 'test');
    return { values: split.images, count: split.count, labels: split.labels };
  }
  const bytes = await readBytes(file!, MOST_BYTES);
  const { shape, data: numbers } = file!.endsWith('.npy') ? readNpy(bytes) : readRows(bytes, loaded.spec.columns);
  const each = sizeOf(loaded.spec.input);
  if (shape.length < 2 || sizeOf(shape.slice(1)) !== each) {
    const rule = `an input has ${each} values ${showShape(loaded.spec.input)}`;
    throw new ShapeError('predict', rule, `${showShape(shape)} in ${file}`, 'give one row an input, without labels');
  }
  if (shape[0] === 0) throw new FormatError('predict', 'the file has inputs', 'none', 'add rows');
  const bad = Array.prototype.findIndex.call(numbers, (x: number) => !Number.isFinite(x));
  if (bad >= 0)
    throw new NonFiniteError(
      'predict',
      'inputs are finite',
      `${numbers[bad]} in row ${Math.floor(bad / each)}`,
      'fill it',
    );
  return { values: numbers, count: shape[0]! };
}

function readRows(bytes: Uint8Array, known?: readonly Column[]): { shape: number[]; data: Float32Array } {
  const { rows, columns, features } = readCsv(bytes, { label: null, ...(known ? { categories: { known } } : {}) });
  return { shape: [rows, columns], data: features };
}

interface Prediction {
  readonly index: number;
  readonly class: number | string;
  readonly probability: number;
  readonly label?: number | string;
}

function predictBatch(
  { spec, model, params }: LoadedModel,
  { values, labels }: Inputs,
  from: number,
  count: number,
): Prediction[] {
  const each = sizeOf(spec.input);
  const plane = each / spec.mean.length;
  const normal = Float32Array.from({ length: count * each }, (_, k) => {
    const channel = Math.floor((k % each) / plane);
    return (values[from * each + k]! - spec.mean[channel]!) / spec.std[channel]!;
  });
  const nameOf = (c: number): number | string => spec.labels?.[c] ?? c;
  return scope(() => {
    const outputs = forward(model, params, tensor(normal, [count, ...spec.input]));
    const probabilities = dataSync(softmax(outputs));
    if (!probabilities.every((p: number) => Number.isFinite(p))) {
      const got = 'others for these inputs';
      throw new NonFiniteError('predict', 'the outputs of the model are finite', got, 'scale inputs as in training');
    }
    return Array.from(classesOf(outputs), (c, b) => ({
      index: from + b,
      class: nameOf(c),
      probability: probabilities[b * spec.classes + c]!,
      ...(labels === undefined ? {} : { label: nameOf(labels[from + b]!) }),
    }));
  });
}
