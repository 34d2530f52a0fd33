/** What `inspect` tells of a model: its layers with their formats, ranks and costs. */

import { Factored, ranksOf } from '../formats/network.ts';
import { eachNode } from '../formats/store.ts';
import { countsOf, ranksByPath } from '../nn/counts.ts';
import { loadModel } from '../train/modelFile.ts';
import { Exit, type Invocation } from './command.ts';
import { grouped, table } from './output.ts';
import { size } from './report.ts';

/** Prints the model of a file's bytes. Throws FormatError for what is damaged. */
export function showModel(bytes: Uint8Array, { output }: Invocation): number {
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
