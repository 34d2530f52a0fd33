/**
 * NumPy's .npy: magic, version, a header that is a Python dict literal, then the elements (numpy.lib.format, 1.0-3.0).
 * Reads booleans, integers and floats of either byte order and either element order. Pickled objects and structured
 * types are refused, and the header is parsed by the scanner below, never evaluated. Any failure is a FormatError.
 */

import { arrayOf, type DataArray, type Dtype, dtypeOf } from '../dtype.ts';
import { FormatError } from '../errors.ts';
import { MAX_ORDER, showShape, sizeOf } from '../shape.ts';
import { type Literal, readDict } from './pythonLiteral.ts';
import { showText } from './show.ts';
import { decodeTensor, encodeData, type StoredDtype, storedBytes, swapBytes, type TensorData } from './stored.ts';

const MAGIC = '\x93NUMPY';
const SAVE_AGAIN = 'save it from NumPy as a plain array of numbers, with allow_pickle=False';

const DTYPES: Readonly<Record<string, StoredDtype>> = {
  b1: 'BOOL',
  i1: 'I8',
  i2: 'I16',
  i4: 'I32',
  i8: 'I64',
  u1: 'U8',
  u2: 'U16',
  u4: 'U32',
  u8: 'U64',
  f2: 'F16',
  f4: 'F32',
  f8: 'F64',
};
const DESCR: Readonly<Record<Dtype, string>> = { f32: '<f4', f64: '<f8', i32: '<i4', u8: '|u1' };

function fault(rule: string, got: string, remedy = SAVE_AGAIN): FormatError {
  return new FormatError('readNpy', rule, got, remedy);
}

/** Reads a file: f2 and f4 become f32, f8 f64, b1 and u1 u8, other integers i32 when each fits; row-major order. */
export function readNpy(file: Uint8Array): TensorData {
  const { begin, end } = headerRange(file);
  const header = latin1(file.subarray(begin, end));
  if (!header.endsWith('\n')) throw fault('the header ends with a line break', showText(header.slice(-8)));
  const fields = readDict('readNpy', header);
  const { width, stored, swap } = dtypeField(fields.get('descr'));
  const shape = shapeField(fields.get('shape'));
  const fortran = fields.get('fortran_order');
  if (typeof fortran !== 'boolean' || fields.size !== 3) {
    throw fault('the header has descr, fortran_order and shape', [...fields.keys()].map(showText).join(', ') || 'none');
  }
  const expected = storedBytes(stored, shape);
  if (expected !== file.length - end) {
    throw fault(
      'the data fills the file',
      `${file.length - end} bytes for ${stored} ${showShape(shape)}`,
      'get the file again: it is cut short, or has something added',
    );
  }
  let bytes = file.subarray(end);
  if (swap) {
    bytes = new Uint8Array(bytes);
    swapBytes(bytes, width);
  }
  const decoded = decodeTensor({ dtype: stored, shape, bytes }, 'npy');
  const data = fortran ? fromColumnMajor(decoded, shape) : decoded;
  return { dtype: dtypeOf(data)!, shape, data };
}

/** The bytes of a .npy file, version 1.0, little-endian and row-major; NaN is written as one pattern. */
export function writeNpy(tensor: TensorData): Uint8Array {
  const { dtype, shape, data } = tensor;
  if (dtypeOf(data) !== dtype || sizeOf(shape) !== data.length) {
    const got = `${data.length} elements for ${dtype} ${showShape(shape)}`;
    throw new FormatError('writeNpy', 'data has the dtype and size it is said to have', got, 'pass the tensor’s own');
  }
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dict = `{'descr': '${DESCR[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const total = Math.ceil((10 + dict.length + 1) / 64) * 64;
  const text = `${MAGIC}\x01\x00  ${dict.padEnd(total - 11)}\n`;
  const file = new Uint8Array(total + data.byteLength);
  for (let i = 0; i < total; i++) file[i] = text.charCodeAt(i);
  new DataView(file.buffer).setUint16(8, total - 10, true);
  file.set(encodeData(data), total);
  return file;
}

/** Where the header's text lies. */
function headerRange(file: Uint8Array): { begin: number; end: number } {
  const magic = latin1(file.subarray(0, 6));
  if (magic !== MAGIC) throw fault('a .npy file starts with \\x93NUMPY', showText(magic), 'check that this is .npy');
  const [major, minor] = [file[6], file[7]];
  if (major === undefined || major < 1 || major > 3 || minor !== 0) {
    throw fault('the version is 1.0, 2.0 or 3.0', `${major}.${minor}`);
  }
  const begin = major === 1 ? 10 : 12;
  if (file.length < begin) throw fault('the header is whole', `${file.length} bytes`);
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  // The bound of NumPy itself.
  if (length > 10_000 || begin + length > file.length) {
    throw fault('the header has at most 10000 bytes and ends within the file', `${length} in ${file.length}`);
  }
  return { begin, end: begin + length };
}

function dtypeField(descr: Literal | undefined): { width: number; stored: StoredDtype; swap: boolean } {
  const parts = typeof descr === 'string' ? /^([<>|=])([bfiu][1248])$/.exec(descr) : null;
  const stored = parts === null ? undefined : DTYPES[parts[2]!];
  const width = parts === null ? 0 : Number(parts[2]![1]);
  if (stored === undefined || (parts![1] === '|' && width > 1)) {
    throw fault('elements are booleans, integers or floats', `descr ${showText(String(descr))}`);
  }
  return { width, stored, swap: parts![1] === '>' && width > 1 };
}

function shapeField(shape: Literal | undefined): readonly number[] {
  if (!Array.isArray(shape) || shape.length > MAX_ORDER) {
    throw fault(`shape is a tuple of at most ${MAX_ORDER} sizes`, showText(String(shape)));
  }
  return shape;
}

/** `data` with the first mode fastest (Fortran) as row-major. */
function fromColumnMajor(data: DataArray, shape: readonly number[]): DataArray {
  const out = arrayOf(dtypeOf(data)!, data.length);
  const index = new Array<number>(shape.length).fill(0);
  const strides: number[] = [];
  let step = 1;
  for (const n of shape) {
    strides.push(step);
    step *= n;
  }
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from]!;
    for (let k = shape.length - 1; k >= 0; k--) {
      from += strides[k]!;
      if (++index[k]! < shape[k]!) break;
      from -= strides[k]! * shape[k]!;
      index[k] = 0;
    }
  }
  return out;
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
