/** `rankwise merge`: a model file from a model and a delta that was trained beside it. */

import { readBytes, writeAtomic } from '../node/files.ts';
import { countsOf } from '../nn/counts.ts';
import { addedUp, loadDelta, withDelta } from '../train/deltaFile.ts';
import { saveModel } from '../train/modelFile.ts';
import { openBase } from './adapt.ts';
import { type Command, Exit, UsageError } from './command.ts';
import { MOST_BYTES } from './model.ts';
import { grouped } from './output.ts';
import { size } from './report.ts';
import { checkFree } from './tensors.ts';

export const merge: Command = {
  name: 'merge',
  about: 'one model of a model and a delta that was trained beside it',
  words: 'MODEL DELTA',
  wordCount: [2, 2],
  options: {
    out: { kind: 'text', value: 'FILE', short: 'o', about: 'where to write' },
    'keep-terms': { kind: 'flag', about: 'keep weights as sums, instead of adding them up to dense ones' },
    force: { kind: 'flag', about: 'replace --out where it exists' },
  },
  examples: [
    ['rankwise merge base run/delta.safetensors -o merged.safetensors', 'a drop-in model'],
    ['rankwise merge base run/delta.safetensors --keep-terms -o both.safetensors', 'frozen weights and deltas apart'],
  ],
  async run({ words, values, output }) {
    const path = values.out as string | undefined;
    if (path === undefined) throw new UsageError('merge: --out says where to write; got none; write -o FILE');
    await checkFree('merge', '--out', path, values.force === true);
    const base = await openBase('merge', words[0]!);
    const delta = loadDelta(await readBytes(words[1]!, MOST_BYTES));
    const sums = withDelta(base, delta);
    const params = values['keep-terms'] === true ? sums : addedUp(sums, delta);
    const bytes = saveModel(base.spec, params);
    await writeAtomic(path, bytes);
    const counts = countsOf(base.model, params);
    output.result({ out: path, bytes: bytes.length, deltas: [...delta.deltas.keys()], ...counts });
    output.line(`merged         ${[...delta.deltas.keys()].join(', ')}`);
    output.line(`parameters     ${grouped(counts.parameters)} of ${grouped(counts.denseParameters)}`);
    output.line(`written        ${path}, ${size(bytes.length)}`);
    return Exit.ok;
  },
};
