/**
 * Fields of protocol buffer messages, encoded by hand (the wire format of protobuf.dev/programming-guides/encoding):
 * a field is its number and wire type as a varint, then the value. Of the wire types only varint, 64-bit, 32-bit and
 * length-delimited are needed. Cost: one copy a level of nesting.
 */

/** Least significant seven bits first; exact for safe integers from 0 up. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return bytes;
}

/** One array out of many. */
export function joined(parts: readonly ArrayLike<number>[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** int64 and friends: a safe integer from 0 up. */
export function intField(field: number, value: number): Uint8Array {
  return joined([varint(8 * field), varint(value)]);
}

function fixed(field: number, wire: number, bytes: number, write: (view: DataView) => void): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes));
  write(view);
  return joined([varint(8 * field + wire), new Uint8Array(view.buffer)]);
}

export function doubleField(field: number, value: number): Uint8Array {
  return fixed(field, 1, 8, (view) => view.setFloat64(0, value, true));
}

export function floatField(field: number, value: number): Uint8Array {
  return fixed(field, 5, 4, (view) => view.setFloat32(0, value, true));
}

/** A message, or bytes. */
export function bytesField(field: number, bytes: ArrayLike<number>): Uint8Array {
  return joined([varint(8 * field + 2), varint(bytes.length), bytes]);
}

export function textField(field: number, text: string): Uint8Array {
  return bytesField(field, new TextEncoder().encode(text));
}

/** A repeated double, packed. */
export function doublesField(field: number, values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  for (const [k, value] of values.entries()) view.setFloat64(8 * k, value, true);
  return bytesField(field, new Uint8Array(view.buffer));
}
