/** `rankwise full`: dense tensors from low-rank ones. */

import { full as fullOf } from '../formats/algebra.ts';
import { Factored } from '../formats/network.ts';
import type { StoredTensor, TensorData } from '../io/safetensors.ts';
import { dataSync } from '../tensor/read.ts';
import { scope } from '../tensor/scope.ts';
import { type Command, Exit, UsageError } from './command.ts';
import { printable, table } from './output.ts';
import { size } from './report.ts';
import { checkFree, chosen, readTensors, writeDense } from './tensors.ts';

export const full: Command = {
  name: 'full',
  about: 'dense tensors from the low-rank ones of a file',
  words: 'FILE',
  wordCount: [1, 1],
  options: {
    out: { kind: 'text', value: 'FILE', short: 'o', about: 'where to write: .safetensors, or .npy for one tensor' },
    tensor: { kind: 'text', value: 'NAME', about: 'only this tensor' },
    force: { kind: 'flag', about: 'replace --out where it exists' },
  },
  examples: [
    ['rankwise full small.safetensors -o again.safetensors', 'every tensor dense again'],
    ['rankwise full small.safetensors --tensor fc1.weight -o fc1.npy', 'one tensor, for NumPy'],
  ],
  async run({ words, values, output }) {
    const path = values.out as string | undefined;
    if (path === undefined) throw new UsageError('full: --out says where to write; got none; write -o FILE');
    await checkFree('full', '--out', path, values.force === true);
    const file = await readTensors(words[0]!);
    const tensors = new Map<string, TensorData | StoredTensor>();
    const wanted = chosen('full', file.tensors, values.tensor, () => true);
    for (const [name, x] of wanted) {
      output.progress(`${printable(name)}, ${tensors.size + 1} of ${wanted.length}`);
      tensors.set(name, x instanceof Factored ? denseOf(x) : x);
    }
    const bytes = await writeDense('full', path, tensors);
    const rows = [...tensors].map(([name, { dtype, shape }]) => ({ name, dtype: dtype.toUpperCase(), shape }));
    output.result({ file: words[0]!, out: path, bytes, tensors: rows });
    const cells = rows.map(({ name, dtype, shape }) => [name, dtype, shape.join('x')]);
    for (const line of table(['tensor', 'dtype', 'shape'], cells)) output.line(line);
    output.line(`written        ${path}, ${size(bytes)}`);
    return Exit.ok;
  },
};

function denseOf(x: Factored): TensorData {
  const dense = scope(() => fullOf(x));
  return { dtype: dense.dtype, shape: dense.shape, data: dataSync(dense) };
}
