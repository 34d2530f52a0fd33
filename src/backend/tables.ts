/**
 * Index tables (element offsets of a contraction's axes) in backend memory, kept because every step asks for the same
 * ones. The least recently used go first once the total passes a cap.
 */

import type { Backend, Block, Operand } from './backend.ts';

const CAP_BYTES = 16 << 20;
/** A call may hold this many tables at once; they are never evicted under it. */
const RECENT = 16;

interface Cache {
  readonly entries: Map<string, Block>;
  bytes: number;
}

const caches = new WeakMap<Backend, Cache>();

/** The table named `key`, made once by `make`. The key must determine the content. */
export function indexTable(backend: Backend, key: string, make: () => Int32Array): Operand {
  let cache = caches.get(backend);
  if (cache === undefined) {
    cache = { entries: new Map(), bytes: 0 };
    caches.set(backend, cache);
  }
  const known = cache.entries.get(key);
  if (known !== undefined) {
    // Re-inserting keeps the map in order of use.
    cache.entries.delete(key);
    cache.entries.set(key, known);
    return { block: known, byteOffset: 0 };
  }
  const table = make();
  const block = backend.alloc(table.byteLength, 'indexTable', [table.length]);
  backend.write({ block, byteOffset: 0 }, table);
  cache.entries.set(key, block);
  cache.bytes += block.bytes;
  for (const [old, stale] of cache.entries) {
    if (cache.bytes <= CAP_BYTES || cache.entries.size <= RECENT) break;
    cache.entries.delete(old);
    cache.bytes -= stale.bytes;
    backend.free(stale);
  }
  return { block, byteOffset: 0 };
}

/** Frees every table of a backend; for tests that count live blocks. */
export function clearTables(backend: Backend): void {
  for (const block of caches.get(backend)?.entries.values() ?? []) backend.free(block);
  caches.delete(backend);
}
