/** Comparing files: where they differ is told in a line, not as a list of all bytes. */

/** Throws unless both have the same bytes. */
export function sameBytes(a: Uint8Array, b: Uint8Array, what: string = 'the bytes'): void {
  const at = a.findIndex((x, k) => x !== b[k]);
  if (a.length === b.length && at < 0) return;
  throw new Error(`${what} differ: ${a.length} and ${b.length} bytes, first at ${at < 0 ? a.length : at}`);
}
