/**
 * IDX, the format of MNIST: two zero bytes, a type, the order, the sizes as big-endian u32, then big-endian elements in
 * row-major order (Y. LeCun, C. Cortes, C. Burges, "The MNIST database"). Any failure is a FormatError.
 */

import { dtypeOf } from '../dtype.ts';
import { FormatError } from '../errors.ts';
import { showShape } from '../shape.ts';
import { decodeTensor, STORED_BITS, type StoredDtype, storedBytes, swapBytes, type TensorData } from './stored.ts';

const TYPES: ReadonlyMap<number, StoredDtype> = /* @__PURE__ */ new Map<number, StoredDtype>([
  [0x08, 'U8'],
  [0x09, 'I8'],
  [0x0b, 'I16'],
  [0x0c, 'I32'],
  [0x0d, 'F32'],
  [0x0e, 'F64'],
]);

function fault(rule: string, got: string, remedy = 'check that this is an IDX file, already unpacked'): FormatError {
  return new FormatError('readIdx', rule, got, remedy);
}

/** Reads a file: u8 stays u8, i8, i16 and i32 become i32, f32 and f64 stay. Order 1 to 8. */
export function readIdx(file: Uint8Array): TensorData {
  if (file.length < 4) throw fault('a file has at least 4 bytes', `${file.length}`);
  const stored = TYPES.get(file[2]!);
  const order = file[3]!;
  if (file[0] !== 0 || file[1] !== 0 || stored === undefined) {
    const got = [...file.subarray(0, 4)].map((b) => b.toString(16).padStart(2, '0')).join(' ');
    throw fault('a file starts with 00 00 and a type in 08, 09, 0b..0e', got);
  }
  if (order < 1 || order > 8) throw fault('the order is 1 to 8', `${order}`);
  const begin = 4 + 4 * order;
  if (file.length < begin) throw fault('the header is whole', `${file.length} of ${begin} bytes`);
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const shape = Array.from({ length: order }, (_, k) => view.getUint32(4 + 4 * k));
  if (storedBytes(stored, shape) !== file.length - begin) {
    throw fault(
      'the data fills the file',
      `${file.length - begin} bytes for ${stored} ${showShape(shape)}`,
      'get the file again: it is cut short, or has something added',
    );
  }
  let bytes = file.subarray(begin);
  const width = STORED_BITS[stored] / 8;
  if (width > 1) {
    bytes = new Uint8Array(bytes);
    swapBytes(bytes, width);
  }
  const data = decodeTensor({ dtype: stored, shape, bytes }, 'idx');
  return { dtype: dtypeOf(data)!, shape, data };
}
