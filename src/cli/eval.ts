/** `rankwise eval`: loss and accuracy of a trained model on a data set. */

import { countsOf } from '../nn/counts.ts';
import { evaluate } from '../train/evaluate.ts';
import { batchesOf } from '../train/task.ts';
import { openAdapted } from './adapt.ts';
import { type Command, Exit } from './command.ts';
import { openData } from './data.ts';
import { openClassifier, splitFor } from './model.ts';
import { grouped } from './output.ts';
import { percent } from './report.ts';

export const evaluateCommand: Command = {
  name: 'eval',
  about: 'measure a trained model on a data set',
  words: 'MODEL',
  wordCount: [1, 1],
  options: {
    data: { kind: 'text', value: 'NAME', about: 'default: the set it was trained on' },
    'data-dir': { kind: 'text', value: 'DIR', about: "where a named set's files lie" },
    delta: { kind: 'text', value: 'FILE', about: 'a delta trained beside the model' },
    split: { kind: 'text', value: 'NAME', about: 'which part', fallback: 'test', choices: ['test', 'train'] },
  },
  examples: [
    ['rankwise eval run', 'the model of the folder run on its test set'],
    ['rankwise eval run/model.safetensors --data mnist --json', 'another set, one JSON object'],
  ],
  async run({ words, values, output }) {
    const { delta } = values;
    const loaded = await (typeof delta === 'string'
      ? openAdapted('eval', words[0]!, delta)
      : openClassifier('eval', words[0]!));
    const data = await openData((values.data as string | undefined) ?? loaded.spec.data, values['data-dir']);
    const split = splitFor('eval', loaded, data, values.split as 'train' | 'test');
    // The model normalizes as it was trained, whatever the data's own moments are.
    const { mean, std } = loaded.spec;
    const measured = await evaluate(loaded.model, loaded.params, batchesOf(split, { shape: data.shape, mean, std }));
    const counts = countsOf(loaded.model, loaded.params);
    output.result({ ...measured, ...counts, data: data.name, split: values.split });
    output.line(
      `accuracy    ${output.bold(percent(measured.accuracy!))} of ${grouped(measured.samples)} (${data.name} ${values.split})`,
    );
    output.line(`loss        ${measured.loss.toFixed(4)}`);
    output.line(`parameters  ${grouped(counts.parameters)} of ${grouped(counts.denseParameters)}`);
    return Exit.ok;
  },
};
