/**
 * Low-rank tensors in a file: every part a tensor of its own, named NAME.PART, so that any reader of safetensors sees
 * them; the networks are in the metadata. Tensors that stay dense are kept beside them, whatever their dtype.
 */

import { FormatError } from '../errors.ts';
import { Factored } from '../formats/network.ts';
import { eachNode, type NodeDescription, nodeDescriptions, pack, unpack } from '../formats/store.ts';
import { tensor } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Tree } from '../tree.ts';
import { fileTensors, headerOf, readHeader } from './header.ts';
import { decodeTensor, readSafetensors, type StoredTensor, type TensorData, writeSafetensors } from './safetensors.ts';

const KEY = 'rankwise.tensors';

/** Tensors of a file by name: low-rank ones, and dense ones as they are stored. */
export type LowRankFile = ReadonlyMap<string, Factored | StoredTensor>;

/** Whether the metadata of a file says that it holds low-rank tensors. */
export function isLowRankFile(metadata: ReadonlyMap<string, string>): boolean {
  return metadata.has(KEY);
}

/** The bytes of a file. Throws NonFiniteError where a part is not finite, FormatError where names collide. */
export function saveLowRank(tensors: LowRankFile): Uint8Array {
  const nodes: [string, NodeDescription][] = [];
  const stored: [string, TensorData | StoredTensor][] = [];
  for (const [name, x] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!(x instanceof Factored)) {
      stored.push([name, x]);
      continue;
    }
    const { leaves, node } = packed(name, x);
    nodes.push([name, node]);
    stored.push(...fileTensors('saveLowRank', leaves, 'decompose finite numbers'));
  }
  return writeSafetensors(stored, headerOf(KEY, { nodes: Object.fromEntries(nodes) }));
}

function packed(name: string, x: Factored): { leaves: Map<string, Tensor>; node: NodeDescription } {
  const { leaves, nodes } = pack({ x } as unknown as Tree<Tensor>);
  const renamed = [...leaves].map(([path, part]): [string, Tensor] => [`${name}${path.slice(1)}`, part]);
  return { leaves: new Map(renamed), node: nodes.x! };
}

/** The tensors of a file's bytes. Throws FormatError for files that are damaged, hostile or not rankwise's. */
export function loadLowRank(bytes: Uint8Array): LowRankFile {
  const { tensors, metadata } = readSafetensors(bytes);
  const header = { nodes: nodeDescriptions };
  const { nodes } = readHeader<{ nodes: Record<string, NodeDescription> }>('loadLowRank', metadata, KEY, header);
  const found = new Map<string, Factored | StoredTensor>(tensors);
  for (const [name, node] of Object.entries(nodes)) {
    if (node.kind !== 'factored') {
      throw new FormatError('loadLowRank', 'every node is a low-rank tensor', `a ${node.kind}`, 'give another file');
    }
    const leaves = new Map<string, Tensor>();
    for (const part of Object.keys(node.net.parts)) {
      const path = `${name}.${part}`;
      const stored = tensors.get(path);
      if (stored === undefined) throw new FormatError('loadLowRank', `the file has ${path}`, 'none', 'get it again');
      leaves.set(`x.${part}`, tensor(decodeTensor(stored, path), stored.shape));
      found.delete(path);
    }
    eachNode(unpack({ leaves, nodes: { x: node } }), (x) => found.set(name, x as Factored));
  }
  return found;
}
