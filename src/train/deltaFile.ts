/**
 * `delta.safetensors`: the trained terms of an adapted model alone, by the path of their weight, with the description of
 * the model that they belong to and the checksum of its file. And putting them back.
 */

import { FormatError } from '../errors.ts';
import { full } from '../formats/algebra.ts';
import { Factored } from '../formats/network.ts';
import { type NodeDescription, nodeDescriptions, pack, unpack, withNodes } from '../formats/store.ts';
import type { Weight } from '../formats/weight.ts';
import { crc32c, showCrc } from '../io/crc32c.ts';
import { fileTensors, headerOf, readHeader } from '../io/header.ts';
import { decodeTensor, readSafetensors, verifyChecksums, writeSafetensors } from '../io/safetensors.ts';
import { type Check, refuse } from '../json.ts';
import { sitesOf } from '../methods/sites.ts';
import type { Params } from '../nn/module.ts';
import { sameShape, showShape } from '../shape.ts';
import { tensor } from '../tensor/create.ts';
import { scope } from '../tensor/scope.ts';
import { Tensor } from '../tensor/tensor.ts';
import { leavesOf, type Tree } from '../tree.ts';
import { type Deltas, summed } from './adapt.ts';
import type { LoadedModel } from './modelFile.ts';
import { type ModelSpec, modelSpec } from './modelSpec.ts';

/** A model that deltas are trained on, and which file it came from. */
export interface Base extends LoadedModel {
  /** The CRC-32C of the file. */
  readonly checksum: string;
}

export interface Delta {
  /** Of the model that it was trained on. */
  readonly spec: ModelSpec;
  /** The checksum of that model's file. */
  readonly base: string;
  readonly deltas: Deltas;
}

interface DeltaHeader {
  readonly spec: ModelSpec;
  readonly base: string;
  readonly nodes: Readonly<Record<string, NodeDescription>>;
}

const KEY = 'rankwise.delta';

/** What tells one model file from another. */
export function fileChecksum(bytes: Uint8Array): string {
  return showCrc(crc32c(bytes));
}

/** The bytes of a delta file. Throws NonFiniteError where training has left finite numbers. */
export function saveDelta({ spec, checksum }: Pick<Base, 'spec' | 'checksum'>, deltas: Deltas): Uint8Array {
  const { leaves, nodes } = pack(Object.fromEntries(deltas) as Tree<Tensor>);
  const header: DeltaHeader = { spec: modelSpec(spec, { op: 'saveDelta', path: 'spec' }), base: checksum, nodes };
  return writeSafetensors(fileTensors('saveDelta', leaves), headerOf(KEY, header), { checksums: true });
}

const checksum: Check<string> = (value, at) =>
  typeof value === 'string' && /^[0-9a-f]{8}$/.test(value) ? value : refuse(at, 'is a checksum of 8 digits', value);

/** The deltas of a file's bytes. Throws FormatError for files that are damaged, hostile or no deltas. */
export function loadDelta(bytes: Uint8Array): Delta {
  const op = 'loadDelta';
  const file = readSafetensors(bytes);
  const { spec, base, nodes } = readHeader<DeltaHeader>(op, file.metadata, KEY, {
    spec: modelSpec,
    base: checksum,
    nodes: nodeDescriptions,
  });
  verifyChecksums(file);
  const leaves = new Map<string, Tensor>();
  for (const [path, stored] of file.tensors) leaves.set(path, tensor(decodeTensor(stored, path), stored.shape));
  const deltas = new Map<string, Tensor | Factored>();
  gather(unpack({ leaves, nodes }), '', deltas);
  return { spec, base, deltas };
}

/** All tensors and low-rank tensors of a tree by path. Throws FormatError for sums. */
function gather(tree: unknown, path: string, deltas: Map<string, Tensor | Factored>): void {
  if (tree instanceof Tensor || tree instanceof Factored) deltas.set(path, tree);
  else if (Object.getPrototypeOf(tree) !== null) {
    throw new FormatError('loadDelta', 'a delta is one term', `a sum at '${path}'`, 'the file is damaged');
  } else {
    for (const [name, child] of Object.entries(tree as object))
      gather(child, path === '' ? name : `${path}.${name}`, deltas);
  }
}

/**
 * The parameters of a model with its deltas: each weight a sum of frozen terms and the delta. Throws FormatError where
 * the deltas were trained on another file, or do not fit the weights.
 */
export function withDelta(base: Base, delta: Delta): Params {
  const op = 'delta';
  if (delta.base !== base.checksum) {
    const rule = `the delta was trained on the file with checksum ${delta.base}`;
    throw new FormatError(op, rule, base.checksum, 'give the model that it was trained on');
  }
  const at = { op, path: 'spec' };
  if (JSON.stringify(modelSpec(delta.spec, at)) !== JSON.stringify(modelSpec(base.spec, at))) {
    throw new FormatError(op, 'both files describe one model', 'two', 'give the model that it was trained on');
  }
  const sites = new Map(sitesOf(base.model, base.params).map((site) => [site.path, site]));
  const nodes = new Map<string, Weight>();
  for (const [path, term] of delta.deltas) {
    const site = sites.get(path);
    const fault = (rule: string, got: string): FormatError =>
      new FormatError(op, rule, got, 'the delta file is damaged');
    if (site === undefined) throw fault('a delta belongs to a weight of the model', `'${path}'`);
    if (!sameShape(site.weight.shape, term.shape)) {
      throw fault(`the delta of ${path} is ${showShape(site.weight.shape)}`, showShape(term.shape));
    }
    const dtypes = [site.weight, term].map((x) => [...leavesOf<Tensor>(x as Tree<Tensor>).values()][0]!.dtype);
    const same = [...leavesOf<Tensor>(term as Tree<Tensor>).values()].every(({ dtype }) => dtype === dtypes[0]);
    if (!same) throw fault(`the delta of ${path} is ${dtypes[0]}`, String(dtypes[1]));
    nodes.set(path, summed(site.weight, term));
  }
  return withNodes(base.params, nodes) as Params;
}

/** The parameters with every sum that has a delta added up to one dense weight. */
export function addedUp(params: Params, { deltas }: Delta): Params {
  return scope(() => {
    const dense = new Map<string, Tensor>();
    const visit = (tree: unknown, path: string): void => {
      if (deltas.has(path)) dense.set(path, full(tree as Weight));
      else if (typeof tree === 'object' && tree !== null && !(tree instanceof Tensor) && !(tree instanceof Factored)) {
        for (const [name, child] of Object.entries(tree)) visit(child, path === '' ? name : `${path}.${name}`);
      }
    };
    visit(params, '');
    return withNodes(params, dense) as Params;
  });
}
