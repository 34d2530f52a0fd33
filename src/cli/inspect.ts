/** `rankwise inspect`: what a file holds. Models show their layers, formats and ranks; other files their tensors. */

import { FormatError } from '../errors.ts';
import { Factored, ranksOf } from '../formats/network.ts';
import { eachNode } from '../formats/store.ts';
import { readNpy } from '../io/npy.ts';
import { readSafetensors } from '../io/safetensors.ts';
import { readBytes } from '../node/files.ts';
import { countsOf, ranksByPath } from '../train/counts.ts';
import { loadModel } from '../train/modelFile.ts';
import { type Command, Exit, type Invocation } from './command.ts';
import { modelPath } from './model.ts';
import { grouped, table } from './output.ts';
import { size } from './report.ts';

const MOST_BYTES = 4 * 2 ** 30;

export const inspect: Command = {
  name: 'inspect',
  about: 'what a model, .safetensors or .npy file holds',
  words: 'FILE',
  wordCount: [1, 1],
  options: {},
  examples: [
    ['rankwise inspect run', 'layers, formats, ranks and costs of a trained model'],
    ['rankwise inspect weights.safetensors --json', 'the tensors of any safetensors file'],
  ],
  async run(invocation) {
    const path = modelPath(invocation.words[0]!);
    const bytes = await readBytes(path, MOST_BYTES);
    if (path.endsWith('.npy')) return showArray(bytes, invocation);
    const { tensors, metadata } = readSafetensors(bytes);
    if (metadata.has('rankwise')) return showModel(bytes, invocation);
    const rows = [...tensors].map(([name, { dtype, shape, bytes: data }]) => ({
      name,
      dtype,
      shape,
      bytes: data.length,
    }));
    invocation.output.result({
      file: path,
      bytes: bytes.length,
      metadata: Object.fromEntries(metadata),
      tensors: rows,
    });
    const cells = rows.map((row) => [row.name, row.dtype, row.shape.join('x'), size(row.bytes)]);
    for (const line of table(['tensor', 'dtype', 'shape', 'size'], cells)) invocation.output.line(line);
    return Exit.ok;
  },
};

function showArray(bytes: Uint8Array, { output }: Invocation): number {
  const { dtype, shape, data } = readNpy(bytes);
  if (data.length === 0) throw new FormatError('inspect', 'the array has elements', 'none', 'check the file');
  let [least, most, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const x of data) {
    least = Math.min(least, x);
    most = Math.max(most, x);
    sum += x;
  }
  const facts = { dtype, shape, least, most, mean: sum / data.length };
  output.result(facts);
  output.line(`${dtype} [${shape.join(', ')}]  least ${least}  most ${most}  mean ${facts.mean}`);
  return Exit.ok;
}

function showModel(bytes: Uint8Array, { output }: Invocation): number {
  const { spec, model, params } = loadModel(bytes);
  const layers = model.profile(params, spec.input, '');
  const counts = countsOf(model, params);
  output.result({ spec, ...counts, bytes: bytes.length, ranks: ranksByPath(params), layers });
  const weights: [path: string, how: string][] = [];
  eachNode(params, (node, path) => {
    if (node instanceof Factored) weights.push([path, `${node.format} ${Object.values(ranksOf(node)).join(',')}`]);
  });
  const howOf = (layer: string): string =>
    [...new Set(weights.flatMap(([path, how]) => (path.startsWith(`${layer}.`) ? how : [])))].join(' ');
  output.line(
    `${spec.model} on ${spec.data}, input ${spec.input.join('x')}, ${spec.classes} classes, ${size(bytes.length)}`,
  );
  const cells = layers.map((layer) => [
    layer.path,
    layer.kind,
    howOf(layer.path),
    layer.output.join('x'),
    grouped(layer.parameters),
    grouped(layer.denseParameters),
    grouped(layer.flops),
  ]);
  const headings = ['layer', 'kind', 'format and ranks', 'output', 'parameters', 'dense', 'flops'];
  for (const line of table(headings, cells)) output.line(line);
  const { parameters, denseParameters, compression } = counts;
  output.line(
    `total: ${grouped(parameters)} parameters of ${grouped(denseParameters)} (${compression.toFixed(2)}x smaller)`,
  );
  return Exit.ok;
}
