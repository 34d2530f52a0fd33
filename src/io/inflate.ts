/**
 * Unpacks gzip, zlib or raw deflate through the platform's DecompressionStream, for browsers and edge runtimes.
 * Input goes in by 16 KiB and output is counted, since some runtimes hand over all that an input gives in one piece.
 */

import { FormatError } from '../errors.ts';

const PIECE = 16384;

/** The unpacked bytes, at most `maxBytes`. Throws FormatError on a damaged or larger stream. */
export async function inflate(
  bytes: Uint8Array,
  maxBytes: number,
  format: 'gzip' | 'deflate' | 'deflate-raw' = 'deflate',
): Promise<Uint8Array> {
  const stream = new DecompressionStream(format);
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  const feeding = feed(writer, bytes);
  // A fault of the input reaches the reader too, and is thrown from there.
  feeding.catch(() => {});
  const parts: Uint8Array[] = [];
  let total = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      total += value.length;
      if (total > maxBytes) throw tooLarge('inflate', maxBytes);
      parts.push(value);
    }
    await feeding;
  } catch (cause) {
    await Promise.allSettled([reader.cancel(), writer.abort()]);
    throw cause instanceof FormatError ? cause : damaged('inflate', cause);
  }
  const whole = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The error of a stream that unpacks to more than was allowed. */
export function tooLarge(op: string, maxBytes: number): FormatError {
  return new FormatError(
    op,
    `the data unpacks to at most ${maxBytes} bytes`,
    'more',
    'unpack it by hand if it is trusted',
  );
}

/** The error of a stream that cannot be unpacked. */
export function damaged(op: string, cause: unknown): FormatError {
  const got = cause instanceof Error ? cause.message : String(cause);
  return new FormatError(op, 'the packed data is whole', got, 'get the file again', { cause });
}

async function feed(writer: WritableStreamDefaultWriter<BufferSource>, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; at += PIECE) {
    await writer.write(new Uint8Array(bytes.subarray(at, at + PIECE)));
  }
  await writer.close();
}
