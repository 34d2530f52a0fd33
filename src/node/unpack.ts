/** gzip and zlib through the host's unpacker, with a cap on what comes out; any fault is a FormatError. */

import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { damaged, tooLarge } from '../io/inflate.ts';

/** 1 GiB: the largest output when its size is not known. */
const MOST_BYTES = 0x40000000;

/** Unpacks gzip to at most `maxBytes`: by default 200 times the input and 1 MiB, and at most 1 GiB. */
export function gunzip(
  bytes: Uint8Array,
  maxBytes: number = Math.min(MOST_BYTES, 200 * bytes.length + 0x100000),
): Uint8Array {
  return unpack('gunzip', gunzipSync, bytes, maxBytes);
}

/** Unpacks zlib to at most `maxBytes`: the Inflate that decodePng takes. */
export function inflate(bytes: Uint8Array, maxBytes: number): Uint8Array {
  return unpack('inflate', inflateSync, bytes, maxBytes);
}

/** Unpacks raw deflate to at most `maxBytes`: the Inflate that readNpz takes. */
export function inflateRaw(bytes: Uint8Array, maxBytes: number): Uint8Array {
  return unpack('inflateRaw', inflateRawSync, bytes, maxBytes);
}

function unpack(op: string, unpacker: typeof gunzipSync, bytes: Uint8Array, maxBytes: number): Uint8Array {
  try {
    return unpacker(bytes, { maxOutputLength: Math.max(1, maxBytes) });
  } catch (cause) {
    const isLarge = (cause as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
    throw isLarge ? tooLarge(op, maxBytes) : damaged(op, cause);
  }
}
