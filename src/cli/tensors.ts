/** Files of tensors: what `inspect`, `decompose`, `round` and `full` read, whatever its format, and what they write. */

import { extname } from 'node:path';
import { dtypeOf } from '../dtype.ts';
import { DtypeError, FormatError } from '../errors.ts';
import type { Axis, Role } from '../formats/format.ts';
import { Factored } from '../formats/network.ts';
import { isLowRankFile, type LowRankFile, loadLowRank } from '../io/lowRank.ts';
import { readNpy, writeNpy } from '../io/npy.ts';
import { readNpz } from '../io/npz.ts';
import {
  decodeTensor,
  readSafetensors,
  type StoredTensor,
  type TensorData,
  writeSafetensors,
} from '../io/safetensors.ts';
import { encodeData, storedDtype } from '../io/stored.ts';
import { isFile, readBytes, writeAtomic } from '../node/files.ts';
import { inflateRaw } from '../node/unpack.ts';
import { tensor } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { UsageError } from './command.ts';
import { printable } from './output.ts';

export const MOST_BYTES: number = 4 * 2 ** 30;

/** A file of tensors that is not a model. */
export interface TensorFile {
  readonly bytes: number;
  readonly tensors: LowRankFile;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Stored names of dtypes that are decomposed; half precision becomes f32. */
const FLOATS = ['F64', 'F32', 'F16', 'BF16'];

/** Reads .npy, .npz or .safetensors. Throws FormatError for others and for what is damaged. */
export async function readTensors(path: string): Promise<TensorFile> {
  const file = await readBytes(path, MOST_BYTES);
  const bytes = file.length;
  const kind = extname(path).toLowerCase();
  if (kind === '.npy') return { bytes, tensors: new Map([['array', stored(readNpy(file))]]), metadata: new Map() };
  if (kind === '.npz') {
    const arrays = [...(await readNpz(file, inflateRaw))].map(([name, x]): [string, StoredTensor] => [name, stored(x)]);
    return { bytes, tensors: new Map(arrays), metadata: new Map() };
  }
  const { tensors, metadata } = readSafetensors(file);
  return { bytes, tensors: isLowRankFile(metadata) ? loadLowRank(file) : tensors, metadata };
}

function stored({ dtype, shape, data }: TensorData): StoredTensor {
  return { dtype: storedDtype(dtype), shape, bytes: encodeData(data) };
}

/** Whether a tensor of a file can be decomposed: floating point, two modes or more, none empty. */
export function isDecomposable(x: Factored | StoredTensor): x is StoredTensor {
  return !(x instanceof Factored) && FLOATS.includes(x.dtype) && x.shape.length >= 2 && !x.shape.includes(0);
}

/** The tensor in memory, f64 where it is stored so and f32 else. Throws DtypeError for integers. */
export function tensorOf(op: string, name: string, x: StoredTensor): Tensor {
  if (!FLOATS.includes(x.dtype)) {
    throw new DtypeError(op, `${printable(name)} is floating point`, x.dtype, 'convert it to f32 or f64');
  }
  return tensor(decodeTensor(x, name), x.shape);
}

const ROLES: readonly Role[] = ['out', 'in', 'window'];

/** Axes as formats see them: a matrix has rows and columns, the modes of other tensors are alike, unless `roles` says. */
export function axesOf(shape: readonly number[], roles?: readonly Role[]): Axis[] {
  return shape.map((size, k) => ({ size, role: roles?.[k] ?? (shape.length === 2 && k === 1 ? 'in' : 'out') }));
}

/** 'out,in,window,window'. Throws UsageError for other words. */
export function parseRoles(op: string, text: string): Role[] {
  const roles = text.split(',') as Role[];
  if (roles.every((role) => ROLES.includes(role))) return roles;
  throw new UsageError(`${op}: --roles is a list of ${ROLES.join(', ')}; got '${text}'; write such as out,in`);
}

/** '4x8,8x8' as the modes of each axis. Throws UsageError for other texts. */
export function parseFold(op: string, text: string): number[][] {
  const fold = text.split(',').map((axis) => axis.split('x').map(Number));
  if (fold.flat().every((n) => Number.isSafeInteger(n) && n >= 1)) return fold;
  throw new UsageError(`${op}: --fold is the modes of each axis; got '${text}'; write such as 4x8,8x8`);
}

/** How axes are cut unless the caller says: a matrix as the format cuts weights, the modes of other tensors not at all. */
export function foldOf(shape: readonly number[]): number[][] | undefined {
  return shape.length === 2 ? undefined : shape.map((n) => [n]);
}

/** The tensors asked for by name, or all that `fits`. Throws FormatError where there is none of the name. */
export function chosen<X>(
  op: string,
  all: ReadonlyMap<string, X>,
  name: unknown,
  fits: (x: X) => boolean,
): [string, X][] {
  if (name === undefined) return [...all].filter(([, x]) => fits(x));
  const found = all.get(name as string);
  if (found !== undefined && fits(found)) return [[name as string, found]];
  const names = [...all].filter(([, x]) => fits(x)).map(([known]) => printable(known));
  const shown = names.length > 12 ? [...names.slice(0, 12), `${names.length - 12} more`] : names;
  const rule = found === undefined ? 'the file has the tensor' : 'the tensor is of the right kind';
  throw new FormatError(
    op,
    rule,
    `'${printable(name as string)}'`,
    `choose from ${shown.join(', ') || 'another file'}`,
  );
}

/** Refuses to replace what is there. Throws FormatError unless `force`. */
export async function checkFree(op: string, option: string, path: string, force: boolean): Promise<void> {
  if (force || !(await isFile(path))) return;
  throw new FormatError(op, `${option} names a new file`, `'${path}', which exists`, 'choose another, or give --force');
}

/** Writes dense tensors: one as .npy, any number as .safetensors. Throws FormatError for other endings. */
export async function writeDense(
  op: string,
  path: string,
  tensors: ReadonlyMap<string, TensorData | StoredTensor>,
): Promise<number> {
  const kind = extname(path).toLowerCase();
  const only = tensors.size === 1 ? [...tensors.values()][0]! : undefined;
  if (kind === '.npy' && only !== undefined) {
    const data = 'data' in only ? only.data : decodeTensor(only);
    return written(path, writeNpy({ dtype: dtypeOf(data)!, shape: only.shape, data }));
  }
  if (kind === '.safetensors') return written(path, writeSafetensors([...tensors], [['format', 'pt']]));
  const rule = tensors.size === 1 ? '--out ends in .npy or .safetensors' : '--out ends in .safetensors';
  throw new FormatError(
    op,
    rule,
    `'${path}'`,
    tensors.size === 1 ? 'rename it' : 'rename it, or name one with --tensor',
  );
}

/** Writes a file whole and returns its size. */
export async function written(path: string, bytes: Uint8Array): Promise<number> {
  await writeAtomic(path, bytes);
  return bytes.length;
}
