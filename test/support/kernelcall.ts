/** One call of a kernel on one backend: a sample's arrays become operands, and come back as plain arrays. */

import type { Backend, Operand, Trouble } from '../../src/backend/backend.ts';
import { arrayOf, type DataArray, type Dtype, isReal } from '../../src/dtype.ts';
import type { Args, Fields, Kernel, Kind, Sample } from '../../src/kernels/kernel.ts';

export type AnyKernel = Kernel<Fields>;
export type AnySample = Sample<Fields>;
/** Contents of operands by field name; absent ones are left out. */
export type Contents = Readonly<Record<string, DataArray>>;

const isAddress = (kind: Kind): boolean => kind !== 'int' && kind !== 'real' && kind !== 'dims';

/** The contents of a sample's operands in the dtype under test. Fields that share an array share the copy. */
export function contentsOf(kernel: AnyKernel, dtype: Dtype, sample: AnySample): Contents {
  const copies = new Map<unknown, DataArray>();
  const contents: Record<string, DataArray> = {};
  for (const name in kernel.fields) {
    const value = (sample as Record<string, unknown>)[name] as DataArray | null;
    if (value === undefined) throw new Error(`${kernel.name}: the sample has no ${name}`);
    if (!isAddress(kernel.fields[name]!) || value === null) continue;
    if (!copies.has(value)) copies.set(value, kernel.fields[name] === 'data' ? converted(value, dtype) : value.slice());
    contents[name] = copies.get(value)!;
  }
  return contents;
}

/** NaN marks elements that are not set; integers have a mark of their own. */
function converted(values: DataArray, dtype: Dtype): DataArray {
  const into = arrayOf(dtype, values.length);
  const mark = isReal(dtype) ? NaN : 0xa5;
  for (let k = 0; k < into.length; k++) into[k] = Number.isNaN(values[k]) ? mark : values[k]!;
  return into;
}

/** Arguments from operands by field name; numbers and lists are the sample's. */
export function argsOf(
  kernel: AnyKernel,
  sample: AnySample,
  operands: ReadonlyMap<DataArray, Operand>,
  contents: Contents,
): Args<Fields, Operand> {
  const args: Record<string, unknown> = {};
  for (const name in kernel.fields) {
    const array = contents[name];
    if (!isAddress(kernel.fields[name]!)) args[name] = (sample as Record<string, unknown>)[name];
    else args[name] = array === undefined ? null : operands.get(array)!;
  }
  return args as Args<Fields, Operand>;
}

/** Same numbers: NaN equals NaN whatever its bits, and -0 differs from 0. Returns the first index that differs, or -1. */
export function firstDifference(a: DataArray, b: DataArray): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  for (let k = 0; k < a.length; k++) if (!Object.is(a[k], b[k])) return k;
  return -1;
}

/** Runs a kernel once on operands of its own, and returns what it left behind. */
export function callKernel<F extends Fields>(
  backend: Backend,
  kernel: Kernel<F>,
  dtype: Dtype,
  sample: Sample<F>,
): { readonly contents: Contents; readonly trouble: Trouble | null } {
  const any = kernel as unknown as AnyKernel;
  const contents = contentsOf(any, dtype, sample as AnySample);
  const operands = new Map<DataArray, Operand>();
  for (const name in contents) {
    const array = contents[name]!;
    if (operands.has(array)) continue;
    operands.set(array, { block: backend.alloc(array.byteLength, kernel.name), byteOffset: 0 });
    backend.write(operands.get(array)!, array);
  }
  backend.run(any, dtype, argsOf(any, sample as AnySample, operands, contents));
  for (const [array, operand] of operands) backend.readSync!(operand, array);
  for (const { block } of operands.values()) backend.free(block);
  return { contents, trouble: backend.trouble() };
}
