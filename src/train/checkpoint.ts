/**
 * A checkpoint is one safetensors file with everything that a run needs to go on: parameters, the method's state, the
 * step and the settings, with a checksum for each tensor. It names no time and no host.
 */

import { FormatError, NonFiniteError } from '../errors.ts';
import { type NodeDescription, nodeDescriptions, pack, unpack } from '../formats/store.ts';
import { fileTensors, headerOf, readHeader } from '../io/header.ts';
import {
  decodeTensor,
  readSafetensors,
  type StoredTensor,
  verifyChecksums,
  writeSafetensors,
} from '../io/safetensors.ts';
import { type Check, listOf, number, object, optional, text, whole } from '../json.ts';
import type { Params } from '../nn/module.ts';
import { tensor } from '../tensor/create.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { Tree } from '../tree.ts';
import type { GuardState } from './guard.ts';
import type { Snapshot } from './train.ts';

const KEY = 'rankwise.checkpoint';

/** The path alone for a tensor of the file, path and value for a plain number of the state. */
type Leaf = string | readonly [path: string, value: number];

interface CheckpointHeader {
  readonly step: number;
  readonly epochLoss: number;
  readonly guard?: GuardState;
  readonly nodes: Readonly<Record<string, NodeDescription>>;
  /** All leaves in order. */
  readonly leaves: readonly Leaf[];
  /** What the run was started with: plain JSON. */
  readonly config: unknown;
}

const guardState = object<GuardState>({
  rate: number(0, 1),
  average: number(),
  first: number(0),
  high: whole(),
  rollbacks: whole(),
  skipped: listOf(whole()),
});

const leaf: Check<Leaf> = (value, at) => {
  if (!Array.isArray(value)) return text(value, at);
  return [text(value[0], at), number()(value[1], at)];
};

/** The bytes of a checkpoint. `config` is plain JSON. Throws NonFiniteError where training has left finite numbers. */
export function saveCheckpoint(snapshot: Snapshot, config: unknown): Uint8Array {
  const { leaves, nodes } = pack({ params: snapshot.params, state: snapshot.state } as Tree<Tensor>);
  const tensors = new Map<string, Tensor>();
  const order = [...(leaves as ReadonlyMap<string, Tensor | number>)].map(([path, value]): Leaf => {
    if (value instanceof Tensor) {
      tensors.set(path, value);
      return path;
    }
    if (Number.isFinite(value)) return [path, value];
    const rule = 'state is tensors and finite numbers';
    throw new NonFiniteError('saveCheckpoint', rule, `${String(value)} in ${path}`, 'lower the learning rate');
  });
  const { step, epochLoss, guard } = snapshot;
  const kept = guard === undefined ? {} : { guard };
  const header: CheckpointHeader = { step, epochLoss, ...kept, nodes, leaves: order, config };
  return writeSafetensors(fileTensors('saveCheckpoint', tensors), headerOf(KEY, header), { checksums: true });
}

/** A checkpoint's snapshot and config. Throws FormatError where the file is damaged or not a checkpoint. */
export function loadCheckpoint(bytes: Uint8Array): { snapshot: Snapshot; config: unknown } {
  const file = readSafetensors(bytes);
  const { step, epochLoss, guard, nodes, leaves, config } = readHeader<CheckpointHeader>(OP, file.metadata, KEY, {
    step: whole(),
    epochLoss: number(),
    guard: optional(guardState),
    nodes: nodeDescriptions,
    leaves: listOf(leaf),
    config: (value) => value,
  });
  verifyChecksums(file);
  const root = unpack({ leaves: leavesFrom(leaves, file.tensors) as ReadonlyMap<string, Tensor>, nodes });
  const { params, state } = root as { params?: Params; state?: unknown };
  if (params === undefined) throw fault('a checkpoint has parameters', 'none');
  const kept = guard === undefined ? {} : { guard };
  return { snapshot: { params, state: state ?? {}, step, epochLoss, ...kept }, config };
}

const OP = 'loadCheckpoint';
const fault = (rule: string, got: string): FormatError => new FormatError(OP, rule, got, 'use an earlier checkpoint');

function leavesFrom(order: readonly Leaf[], tensors: ReadonlyMap<string, StoredTensor>): Map<string, Tensor | number> {
  const leaves = new Map<string, Tensor | number>();
  let count = 0;
  for (const entry of order) {
    if (typeof entry !== 'string') {
      leaves.set(entry[0], entry[1]);
      continue;
    }
    const stored = tensors.get(entry);
    if (stored === undefined) throw fault('every tensor of the list is in the file', `no ${entry}`);
    leaves.set(entry, tensor(decodeTensor(stored, entry), stored.shape));
    count++;
  }
  if (leaves.size === order.length && count === tensors.size) return leaves;
  throw fault('every tensor of the file is in the list once', `${order.length} and ${tensors.size}`);
}
