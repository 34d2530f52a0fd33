/**
 * Files of rankwise are safetensors files whose metadata carries one JSON object, with a version, under a key of ours:
 * what the tensors alone do not tell.
 */

import { FormatError, NonFiniteError } from '../errors.ts';
import { type Check, object, readJson } from '../json.ts';
import { dataSync } from '../tensor/read.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { TensorData } from './stored.ts';

const VERSION = 1;

/** Tensors by path as data for a file. Throws NonFiniteError where a number is not finite. */
export function fileTensors(
  op: string,
  leaves: ReadonlyMap<string, Tensor>,
  remedy = 'lower the learning rate, or clip gradients',
): [string, TensorData][] {
  return [...leaves].map(([path, x]) => {
    const data = dataSync(x);
    const bad = Array.prototype.findIndex.call(data, (v: number) => !Number.isFinite(v));
    if (bad >= 0) {
      throw new NonFiniteError(op, 'what is saved is finite', `${data[bad]} in ${path}`, remedy);
    }
    return [path, { dtype: x.dtype, shape: x.shape, data }];
  });
}

/** The metadata of a file of ours: a JSON object under `key`. Keep one order of its fields, for equal bytes. */
export function headerOf(key: string, header: object): ReadonlyMap<string, string> {
  return new Map([['format', 'pt']]).set(key, JSON.stringify({ version: VERSION, ...header }));
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
