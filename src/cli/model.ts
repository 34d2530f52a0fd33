/** Finding and feeding a trained model: what `eval`, `predict` and `inspect` share. */

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FormatError } from '../errors.ts';
import type { Dataset, Split } from '../io/dataset.ts';
import { sameShape, showShape } from '../shape.ts';
import { readBytes } from '../node/files.ts';
import { type LoadedModel, loadModel } from '../train/modelFile.ts';

/** The largest model file that is read. */
export const MOST_BYTES: number = 4 * 2 ** 30;

/** The model file of a path: the file itself, or `model.safetensors` in a folder. */
export function modelPath(path: string): string {
  const inside = join(path, 'model.safetensors');
  return existsSync(path) && statSync(path).isDirectory() ? inside : path;
}

/** A model that tells classes. Throws FormatError for others, and for what is no model. */
export async function openClassifier(op: string, path: string): Promise<LoadedModel> {
  return checkClassifier(op, loadModel(await readBytes(modelPath(path), MOST_BYTES)));
}

/** The model, if it tells classes. Throws FormatError for others. */
export function checkClassifier(op: string, loaded: LoadedModel): LoadedModel {
  if (loaded.spec.loss === 'crossEntropy') return loaded;
  throw new FormatError(op, 'the model tells classes', `the loss ${loaded.spec.loss}`, 'use the library for others');
}

/** A split of a data set as the model takes it. Throws FormatError where shapes or classes do not fit. */
export function splitFor(op: string, { spec }: LoadedModel, data: Dataset, name: 'train' | 'test'): Split {
  if (!sameShape(data.shape, spec.input) || data.classes !== spec.classes) {
    const rule = `the model takes ${showShape(spec.input)} in ${spec.classes} classes`;
    const got = `${showShape(data.shape)} in ${data.classes} classes from ${data.name}`;
    throw new FormatError(op, rule, got, 'use data like that it was trained on');
  }
  const names = [spec.labels, data.classNames].map((list) => list?.join(', '));
  if (names.every((list) => list !== undefined) && names[0] !== names[1]) {
    const rule = `the classes are ${names[0]}`;
    throw new FormatError(op, rule, `${names[1]} in ${data.name}`, 'use data like that it was trained on');
  }
  return data[name];
}
