/**
 * A classifier of texts: an embedding of words, long short-term memory, a linear layer on the state at the last word. Word 0
 * is padding behind a text; it changes nothing.
 */

import type { IndexColumn } from '../../columns.ts';
import { ShapeError } from '../../errors.ts';
import { slice } from '../../ops/slice.ts';
import { fold } from '../../random.ts';
import { showShape } from '../../shape.ts';
import { indexTable } from '../indices.ts';
import { lastState, lengthsOf } from '../lastState.ts';
import { linear } from '../linear.ts';
import { branch, childContext, childPath, type Module } from '../module.ts';
import { lstm } from '../recurrent.ts';
import { columnTable } from './columnTable.ts';
import { denseBy, type ModelFamily, type ModelOptions, scaled } from './model.ts';

/** Length of the vectors of words, and of the state. */
const SIZE = 64;
const STATE = 64;
/** Each word is a step of its own in the gradient. */
const MOST_WORDS = 4096;

export const textLstm: ModelFamily = {
  name: 'text-lstm',
  about: `an embedding of words (${SIZE}), an LSTM (${STATE}), a classifier of its last state`,
  needsColumns: true,
  build(options) {
    const [word, length] = wordsOf(options);
    const size = scaled(options.embeddingSize ?? SIZE, options);
    const state = scaled(STATE, options);
    const { weight, classes } = options;
    const layers = {
      embedding: columnTable(word, 0, size, options),
      lstm: lstm({ in: size, size: state, sequence: true, ...(weight === undefined ? {} : { weight }) }),
      classifier: linear({ in: state, out: classes, gain: 1, weight: denseBy(options), isDense: true }),
    };
    return overWords(word, length, classes, layers);
  },
};

/** The column that stands for all, and how many there are. Throws ShapeError unless all index one table. */
function wordsOf({ input, columns = [] }: ModelOptions): [IndexColumn, number] {
  const [first] = columns;
  const areWords = columns.every((column) => column.kind === 'index' && column.group !== undefined);
  const groups = new Set(columns.map((column) => (column.kind === 'index' ? column.group : undefined)));
  const fits = input.length === 1 && input[0] === columns.length && columns.length <= MOST_WORDS;
  if (first?.kind === 'index' && areWords && groups.size === 1 && fits) return [first, columns.length];
  const rule = `the input is a text of at most ${MOST_WORDS} words: columns of categories of one group`;
  const got = `${showShape(input)} with ${groups.size} groups`;
  throw new ShapeError('textLstm', rule, got, "use data such as 'spam', or another model");
}

function overWords(
  word: IndexColumn,
  length: number,
  classes: number,
  layers: Record<'embedding' | 'lstm' | 'classifier', Module>,
): Module {
  const entries = Object.entries(layers);
  const placed = Array.from({ length }, (_, at) => ({ column: word, at }));
  const outputShape: Module['outputShape'] = (input) => {
    if (input.length === 1 && input[0] === length) return [classes];
    throw new ShapeError('textLstm', `the input is a text of ${length} words`, showShape(input), 'check the data');
  };
  return {
    kind: 'textLstm',
    children: layers,
    init: (key, path) =>
      Object.fromEntries(entries.map(([name, layer]) => [name, layer.init(fold(key, name), childPath(path, name))])),
    apply: (params, x, context) => {
      outputShape(x.shape.slice(1));
      const words = indexTable(context.path || 'textLstm', x, placed);
      const lengths = lengthsOf(words);
      // No text of the batch has more: what comes behind is padding in all.
      const steps = Math.max(...lengths);
      const run = (name: keyof typeof layers, y: typeof x): typeof x =>
        layers[name].apply(branch(params, name), y, childContext(context, name));
      const states = run('lstm', run('embedding', slice(words, [null, [0, steps]])));
      return run('classifier', lastState(states, lengths));
    },
    outputShape,
    profile: (params, input, path) => {
      const inside = (name: keyof typeof layers, shape: readonly number[]): ReturnType<Module['profile']> =>
        layers[name].profile(branch(params, name), shape, childPath(path, name));
      const vectors = layers.embedding.outputShape(input);
      const states = layers.lstm.outputShape(vectors);
      return [...inside('embedding', input), ...inside('lstm', vectors), ...inside('classifier', states.slice(1))];
    },
  };
}
