/**
 * `model.safetensors`: the weights by path, and in the metadata what is needed to build the model again. It holds no
 * time, host, backend or optimizer state, so the same run gives the same bytes everywhere.
 */

import { FormatError } from '../errors.ts';
import { type NodeDescription, nodeDescriptions, pack, unpack } from '../formats/store.ts';
import { fileTensors, headerOf, readHeader } from '../io/header.ts';
import { decodeTensor, readSafetensors, writeSafetensors } from '../io/safetensors.ts';
import type { Module, Params } from '../nn/module.ts';
import { tensor } from '../tensor/create.ts';
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

const KEY = 'rankwise';

/** The bytes of a model file. Throws FormatError for a wrong spec, NonFiniteError where a weight is not finite. */
export function saveModel(spec: ModelSpec, params: Params): Uint8Array {
  const { leaves, nodes } = pack(params as Tree<Tensor>);
  // Checked and in one order, so that equal specs give equal bytes.
  const header: ModelHeader = { spec: modelSpec(spec, { op: 'saveModel', path: 'spec' }), nodes };
  return writeSafetensors(fileTensors('saveModel', leaves), headerOf(KEY, header));
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
