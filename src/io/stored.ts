/**
 * Tensors as files store them: a dtype name of safetensors, a shape, and little-endian bytes in row-major order.
 * Every reader ends here, so the conversions to the four dtypes of the engine are written once.
 */

import type { DataArray, Dtype } from '../dtype.ts';
import { FormatError } from '../errors.ts';
import type { Shape } from '../shape.ts';
import { showText } from './show.ts';

const TWO_32 = 0x100000000;

/** The element types of safetensors in its own order (ascending alignment), with their bits. */
export const STORED_BITS = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const;

export type StoredDtype = keyof typeof STORED_BITS;

/** A tensor in a file; `bytes` is a view of the file and may start at any offset. */
export interface StoredTensor {
  readonly dtype: StoredDtype;
  readonly shape: Shape;
  readonly bytes: Uint8Array;
}

/** A tensor of the engine, in row-major order. */
export interface TensorData {
  readonly dtype: Dtype;
  readonly shape: Shape;
  readonly data: DataArray;
}

/** The stored name of an engine dtype. */
export function storedDtype(dtype: Dtype): StoredDtype {
  return dtype.toUpperCase() as StoredDtype;
}

export function isStoredDtype(name: string): name is StoredDtype {
  return Object.hasOwn(STORED_BITS, name);
}

/** Bytes of `shape` elements of `dtype`, or undefined when not whole or not a safe integer. Zeros are met last. */
export function storedBytes(dtype: StoredDtype, shape: Shape): number | undefined {
  let bits: number = STORED_BITS[dtype];
  for (const n of shape) {
    if (n > 0) bits *= n;
    if (bits > Number.MAX_SAFE_INTEGER) return undefined;
  }
  if (shape.includes(0)) return 0;
  return bits % 8 === 0 ? bits / 8 : undefined;
}

/**
 * The elements as a new typed array: F32, F64, I32 and U8 as they are, F16 and BF16 as f32, BOOL as u8, the other
 * integers as i32 when each fits. FormatError for the small floats, complex numbers and integers beyond i32.
 */
export function decodeTensor(stored: StoredTensor, name = 'tensor'): DataArray {
  // A copy: it is aligned, and neither keeps a whole file alive nor shares its bytes with a tensor that changes.
  const bytes = new Uint8Array(stored.bytes);
  const view = new DataView(bytes.buffer);
  switch (stored.dtype) {
    case 'U8':
    case 'BOOL':
      return bytes;
    case 'F32':
      return new Float32Array(bytes.buffer);
    case 'F64':
      return new Float64Array(bytes.buffer);
    case 'I32':
      return new Int32Array(bytes.buffer);
    case 'F16':
      return fromHalves(new Uint16Array(bytes.buffer));
    case 'BF16':
      return fromBrainHalves(new Uint16Array(bytes.buffer));
    case 'I8':
      return Int32Array.from(new Int8Array(bytes.buffer));
    case 'I16':
      return Int32Array.from(new Int16Array(bytes.buffer));
    case 'U16':
      return Int32Array.from(new Uint16Array(bytes.buffer));
    case 'U32':
      return toInt32(name, bytes.length / 4, (k) => view.getUint32(4 * k, true));
    case 'I64':
      return toInt32(
        name,
        bytes.length / 8,
        (k) => view.getInt32(8 * k + 4, true) * TWO_32 + view.getUint32(8 * k, true),
      );
    case 'U64':
      return toInt32(
        name,
        bytes.length / 8,
        (k) => view.getUint32(8 * k + 4, true) * TWO_32 + view.getUint32(8 * k, true),
      );
    default:
      throw new FormatError(
        'decodeTensor',
        'the dtype is F64, F32, F16, BF16, BOOL or an integer',
        `${stored.dtype} for ${showText(name)}`,
        'convert the tensor to F32 in the program that wrote it',
      );
  }
}

function toInt32(name: string, n: number, read: (k: number) => number): Int32Array {
  const out = new Int32Array(n);
  for (let k = 0; k < n; k++) {
    const value = read(k);
    out[k] = value;
    // Rounding of large values in `read` cannot bring them into the range of i32.
    if (out[k] !== value) {
      throw new FormatError(
        'decodeTensor',
        'integers fit in i32',
        `${value} at element ${k} of ${showText(name)}`,
        'store the tensor as I32 or F64',
      );
    }
  }
  return out;
}

function fromHalves(halves: Uint16Array): Float32Array {
  const out = new Float32Array(halves.length);
  for (let k = 0; k < out.length; k++) out[k] = halfToFloat(halves[k]!);
  return out;
}

/** A bfloat16 is the upper half of an f32. */
function fromBrainHalves(halves: Uint16Array): Float32Array {
  const out = new Uint32Array(halves.length);
  for (let k = 0; k < out.length; k++) out[k] = halves[k]! << 16;
  return new Float32Array(out.buffer);
}

/** IEEE 754 half to float, exact; NaN becomes the quiet NaN. */
export function halfToFloat(h: number): number {
  const sign = (h & 0x8000) === 0 ? 1 : -1;
  const exponent = (h >>> 10) & 31;
  const fraction = h & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  // Both factors and the product are exact: (1024 + fraction) * 2^(exponent - 25).
  if (exponent === 0) return (sign * fraction) / 16777216;
  return sign * (1024 + fraction) * (exponent >= 25 ? 1 << (exponent - 25) : 1 / (1 << (25 - exponent)));
}

/** Reverses the bytes of each element, in place: big-endian to little-endian. */
export function swapBytes(bytes: Uint8Array, width: number): void {
  for (let i = 0; i + width <= bytes.length; i += width) {
    for (let a = i, b = i + width - 1; a < b; a++, b--) {
      const byte = bytes[a]!;
      bytes[a] = bytes[b]!;
      bytes[b] = byte;
    }
  }
}

/** `data` as little-endian bytes with every NaN made the same one, so that equal runs give equal files. */
export function encodeData(data: DataArray): Uint8Array {
  const bytes = new Uint8Array(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const words = data.BYTES_PER_ELEMENT / 4;
  if (data instanceof Float32Array || data instanceof Float64Array) {
    const bits = new Uint32Array(bytes.buffer);
    for (let k = 0; k < data.length; k++) {
      if (!Number.isNaN(data[k])) continue;
      bits[words * k] = 0;
      bits[words * k + words - 1] = words === 1 ? 0x7fc00000 : 0x7ff80000;
    }
  }
  return bytes;
}
