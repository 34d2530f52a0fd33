/**
 * `model.safetensors`: the weights by path, and in the metadata what is needed to build the model again. It holds no
 * time, host, backend or optimizer state, so the same run gives the same bytes everywhere.
 */

import { FormatError } from '../errors.ts';
import { type NodeDescription, pack, unpack } from '../formats/store.ts';
import { decodeTensor, readSafetensors, type TensorData, writeSafetensors } from '../io/safetensors.ts';
import { modelNamed } from '../nn/models/all.ts';
import type { LossKind } from '../nn/loss.ts';
import type { Module, Params } from '../nn/module.ts';
import { tensor } from '../tensor/create.ts';
import { dataSync } from '../tensor/read.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Tree } from '../tree.ts';

/** How to build the model and feed it: plain values. */
export interface ModelSpec {
  /** A name of the model table. */
  readonly model: string;
  readonly input: readonly number[];
  readonly classes: number;
  readonly widths?: readonly number[];
  readonly width?: number;
  readonly loss: LossKind;
  /** The name of the data it was trained on. */
  readonly data: string;
  /** Per channel, or one for all: inputs are (x - mean) / std. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Names of the classes, where they are not numbers. */
  readonly labels?: readonly string[];
}

export interface LoadedModel {
  readonly spec: ModelSpec;
  readonly model: Module;
  readonly params: Params;
}

const VERSION = 1;
const KEY = 'rankwise';

/** Tensors by path as data for a file. */
export function fileTensors(leaves: ReadonlyMap<string, Tensor>, prefix = ''): [string, TensorData][] {
  return [...leaves].map(([path, x]) => [`${prefix}${path}`, { dtype: x.dtype, shape: x.shape, data: dataSync(x) }]);
}

/** The bytes of a model file. */
export function saveModel(spec: ModelSpec, params: Params): Uint8Array {
  const { leaves, nodes } = pack(params as Tree<Tensor>);
  const header = JSON.stringify({ version: VERSION, spec, nodes });
  return writeSafetensors(fileTensors(leaves), new Map([['format', 'pt'], [KEY, header]]));
}

/** The model of a file's bytes. Throws FormatError for files that are damaged or not rankwise's. */
export function loadModel(bytes: Uint8Array): LoadedModel {
  const { tensors, metadata } = readSafetensors(bytes);
  const { spec, nodes } = header<{ spec: ModelSpec; nodes: Record<string, NodeDescription> }>('loadModel', metadata, KEY);
  const leaves = new Map<string, Tensor>();
  for (const [path, stored] of tensors) leaves.set(path, tensor(decodeTensor(stored, path), stored.shape));
  const { model: name, ...options } = spec;
  const model = modelNamed(name).build(options);
  return { spec, model, params: unpack({ leaves, nodes }) as Params };
}

/** The JSON object that a file carries in its metadata under `key`; throws FormatError where it is missing or newer. */
export function header<H>(op: string, metadata: ReadonlyMap<string, string>, key: string): H {
  const text = metadata.get(key);
  if (text === undefined) {
    throw new FormatError(op, `the metadata has '${key}'`, `[${[...metadata.keys()].join(', ')}]`, 'give a file that rankwise wrote');
  }
  let parsed: { version?: unknown };
  try {
    parsed = JSON.parse(text) as { version?: unknown };
  } catch (cause) {
    throw new FormatError(op, `'${key}' is JSON`, String(cause), 'the file is damaged');
  }
  if (parsed === null || typeof parsed !== 'object' || parsed.version !== VERSION) {
    throw new FormatError(op, `the file has version ${VERSION}`, String(parsed?.version), 'use the release that wrote it');
  }
  return parsed as H;
}
