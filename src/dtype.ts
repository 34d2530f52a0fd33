/** Element types. Arithmetic is in f32 and f64; i32 and u8 store labels, indices, ranks and pixels. */

import { DtypeError } from './errors.ts';

export type Real = 'f32' | 'f64';
export type Dtype = Real | 'i32' | 'u8';
export type RealArray = Float32Array | Float64Array;
export type DataArray = RealArray | Int32Array | Uint8Array;

const sizes = { f32: 4, f64: 8, i32: 4, u8: 1 } as const;
const constructors = { f32: Float32Array, f64: Float64Array, i32: Int32Array, u8: Uint8Array } as const;

export const dtypes: readonly Dtype[] = ['f32', 'f64', 'i32', 'u8'];
export const realDtypes: readonly Real[] = ['f32', 'f64'];

/** The distance from 1 to the next number: LAPACK's precision. */
export const ulps: Readonly<Record<Real, number>> = { f32: 1.1920928955078125e-7, f64: 2.220446049250313e-16 };

/** Bytes of one element. */
export function bytesOf(dtype: Dtype): number {
  return sizes[dtype];
}

/** A new zeroed typed array. */
export function arrayOf(dtype: Dtype, length: number): DataArray {
  const make = constructors[dtype];
  if (make === undefined) {
    throw new DtypeError('dtype', `a dtype is one of ${dtypes.join(', ')}`, `'${String(dtype)}'`, 'choose one of them');
  }
  return new make(length);
}

/** A typed array over existing bytes; `byteOffset` must be aligned to the element. */
export function viewOf(dtype: Dtype, buffer: ArrayBuffer, byteOffset: number, length?: number): DataArray {
  return new constructors[dtype](buffer, byteOffset, length);
}

/** The dtype of a typed array, or undefined for kinds that tensors do not store. */
export function dtypeOf(array: ArrayBufferView): Dtype | undefined {
  if (array instanceof Float32Array) return 'f32';
  if (array instanceof Float64Array) return 'f64';
  if (array instanceof Int32Array) return 'i32';
  if (array instanceof Uint8Array) return 'u8';
  return undefined;
}

export function isReal(dtype: Dtype): dtype is Real {
  return dtype === 'f32' || dtype === 'f64';
}

/** The common dtype of the operands of `op`. Mixing throws: a silent conversion hides a copy and a loss of bits. */
export function sameDtype(op: string, operands: readonly { readonly dtype: Dtype }[]): Dtype {
  const first = operands[0]!.dtype;
  for (const x of operands) {
    if (x.dtype !== first) {
      throw new DtypeError(op, 'operands must share a dtype', `${first} and ${x.dtype}`, 'convert one with cast()');
    }
  }
  return first;
}

/** As sameDtype, and the dtype must be f32 or f64. */
export function realDtype(op: string, operands: readonly { readonly dtype: Dtype }[]): Real {
  const dtype = sameDtype(op, operands);
  if (!isReal(dtype)) {
    throw new DtypeError(op, 'arithmetic needs f32 or f64', dtype, "convert with cast(x, 'f32')");
  }
  return dtype;
}
