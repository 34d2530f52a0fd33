/**
 * `model.safetensors`: the weights by path, and in the metadata what is needed to build the model again. It holds no
 * time, host, backend or optimizer state, so the same run gives the same bytes everywhere.
 */

import { FormatError, NonFiniteError } from '../errors.ts';
import { type NodeDescription, nodeDescriptions, pack, unpack } from '../formats/store.ts';
import { decodeTensor, readSafetensors, type TensorData, writeSafetensors } from '../io/safetensors.ts';
import { type Check, object, readJson } from '../json.ts';
import type { Module, Params } from '../nn/module.ts';
import { tensor } from '../tensor/create.ts';
import { dataSync } from '../tensor/read.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Tree } from '../tree.ts';
import { type ModelSpec, modelOf, modelSpec } from './modelSpec.ts';
import { checkParams } from './structure.ts';

export type { ModelSpec } from './modelSpec.ts';

export interface LoadedModel {
  readonly spec: ModelSpec;
  readonly model: Module;
  readonly params: Params;
}

interface ModelHeader {
  readonly spec: ModelSpec;
  readonly nodes: Readonly<Record<string, NodeDescription>>;
}

const VERSION = 1;
const KEY = 'rankwise';

/** Tensors by path as data for a file. Throws NonFiniteError where a number is not finite. */
export function fileTensors(op: string, leaves: ReadonlyMap<string, Tensor>): [string, TensorData][] {
  return [...leaves].map(([path, x]) => {
    const data = dataSync(x);
    const bad = Array.prototype.findIndex.call(data, (v: number) => !Number.isFinite(v));
    if (bad >= 0) {
      const remedy = 'lower the learning rate, or clip gradients';
      throw new NonFiniteError(op, 'what is saved is finite', `${data[bad]} in ${path}`, remedy);
    }
    return [path, { dtype: x.dtype, shape: x.shape, data }];
  });
}

/** The bytes of a model file. Throws FormatError for a wrong spec, NonFiniteError where a weight is not finite. */
export function saveModel(spec: ModelSpec, params: Params): Uint8Array {
  const { leaves, nodes } = pack(params as Tree<Tensor>);
  // Checked and in one order, so that equal specs give equal bytes.
  const header: ModelHeader = { spec: modelSpec(spec, { op: 'saveModel', path: 'spec' }), nodes };
  const text = JSON.stringify({ version: VERSION, ...header });
  return writeSafetensors(fileTensors('saveModel', leaves), [...headerOf(KEY, text)]);
}

/** The metadata of a file of ours. */
export function headerOf(key: string, text: string): ReadonlyMap<string, string> {
  return new Map([['format', 'pt']]).set(key, text);
}

/** The model of a file's bytes. Throws FormatError for files that are damaged, hostile or not rankwise's. */
export function loadModel(bytes: Uint8Array): LoadedModel {
  const op = 'loadModel';
  const { tensors, metadata } = readSafetensors(bytes);
  const { spec, nodes } = readHeader<ModelHeader>(op, metadata, KEY, { spec: modelSpec, nodes: nodeDescriptions });
  const leaves = new Map<string, Tensor>();
  for (const [path, stored] of tensors) leaves.set(path, tensor(decodeTensor(stored, path), stored.shape));
  const model = modelOf(spec);
  const output = model.outputShape(spec.input);
  if (output.length !== 1 || output[0] !== spec.classes) {
    throw new FormatError(op, `the model has ${spec.classes} outputs`, `[${output.join(', ')}]`, 'the file is damaged');
  }
  const params = unpack({ leaves, nodes }) as Params;
  checkParams(op, (weight) => modelOf(spec, weight), params);
  return { spec, model, params };
}

/** The JSON object that a file carries in its metadata under `key`. Throws FormatError where it is missing or newer. */
export function readHeader<H>(
  op: string,
  metadata: ReadonlyMap<string, string>,
  key: string,
  fields: { readonly [K in keyof H]-?: Check<H[K]> },
): H {
  const text = metadata.get(key);
  if (text === undefined) {
    const got = `[${[...metadata.keys()].join(', ')}]`;
    throw new FormatError(op, `the metadata has '${key}'`, got, 'give a file that rankwise wrote');
  }
  const check = object<H>(fields);
  return readJson(op, `'${key}'`, text, (value, at) => {
    const { version, ...rest } = (value ?? {}) as { version?: unknown };
    if (version === VERSION) return check(rest, at);
    const rule = `the file has version ${VERSION}`;
    throw new FormatError(op, rule, JSON.stringify(version) ?? 'none', 'use the release that wrote it');
  });
}
