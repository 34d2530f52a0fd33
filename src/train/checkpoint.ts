/**
 * A checkpoint is one safetensors file with everything that a run needs to go on: parameters, the method's state, the
 * step and the settings, with a checksum for each tensor. It names no time and no host.
 */

import { FormatError } from '../errors.ts';
import { type NodeDescription, pack, unpack } from '../formats/store.ts';
import { decodeTensor, readSafetensors, verifyChecksums, writeSafetensors } from '../io/safetensors.ts';
import type { Params } from '../nn/module.ts';
import { tensor } from '../tensor/create.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { Tree } from '../tree.ts';
import { fileTensors, header } from './modelFile.ts';
import type { Snapshot } from './train.ts';

const VERSION = 1;
const KEY = 'rankwise.checkpoint';

interface CheckpointHeader {
  readonly version: number;
  readonly step: number;
  readonly epochLoss: number;
  readonly nodes: Record<string, NodeDescription>;
  /** All leaves in order: the path alone for a tensor of the file, path and value for a plain number of the state. */
  readonly leaves: readonly (string | readonly [string, number])[];
  readonly config: unknown;
}

/** The bytes of a checkpoint. `config` is plain JSON: what the run was started with. */
export function saveCheckpoint(snapshot: Snapshot, config: unknown): Uint8Array {
  const { leaves, nodes } = pack({ params: snapshot.params, state: snapshot.state } as Tree<Tensor>);
  const tensors = new Map<string, Tensor>();
  const order = [...(leaves as ReadonlyMap<string, Tensor | number>)].map(([path, leaf]) => {
    if (!(leaf instanceof Tensor)) return [path, leaf] as const;
    tensors.set(path, leaf);
    return path;
  });
  const { step, epochLoss } = snapshot;
  const text: CheckpointHeader = { version: VERSION, step, epochLoss, nodes, leaves: order, config };
  const metadata = new Map([['format', 'pt'], [KEY, JSON.stringify(text)]]);
  return writeSafetensors(fileTensors(tensors), metadata, { checksums: true });
}

/** A checkpoint's snapshot and config. Throws FormatError where the file is damaged. */
export function loadCheckpoint(bytes: Uint8Array): { snapshot: Snapshot; config: unknown } {
  const file = readSafetensors(bytes);
  verifyChecksums(file);
  const { step, epochLoss, nodes, leaves: order, config } = header<CheckpointHeader>('loadCheckpoint', file.metadata, KEY);
  const leaves = new Map<string, Tensor | number>();
  for (const leaf of order) {
    const [path, number] = typeof leaf === 'string' ? [leaf] : leaf;
    const stored = file.tensors.get(path);
    if (number === undefined && stored === undefined) {
      throw new FormatError('loadCheckpoint', 'every tensor of the list is in the file', `no ${path}`, 'use an earlier checkpoint');
    }
    leaves.set(path, number ?? tensor(decodeTensor(stored!, path), stored!.shape));
  }
  const root = unpack({ leaves: leaves as ReadonlyMap<string, Tensor>, nodes }) as { params?: Params; state?: unknown };
  if (root.params === undefined) {
    throw new FormatError('loadCheckpoint', 'a checkpoint has parameters', 'none', 'use an earlier checkpoint');
  }
  return { snapshot: { params: root.params, state: root.state ?? {}, step, epochLoss }, config };
}
