/** Blocks of backend memory that outlive what made them. */

import type { Backend } from '../../src/backend/backend.ts';
import { withBackend } from '../../src/backend/current.ts';
import { clearTables } from '../../src/backend/tables.ts';

/** Runs `body` on a backend; throws unless it leaves as many live blocks as there were. Index tables do not count. */
export function leakFree<T>(on: Backend, body: () => T): T {
  clearTables(on);
  const before = on.stats();
  const result = withBackend(on, body);
  clearTables(on);
  const after = on.stats();
  if (after.live !== before.live) throw new Error(`${after.live - before.live} blocks outlive the call`);
  if (after.bytes !== before.bytes) throw new Error(`${after.bytes - before.bytes} bytes outlive the call`);
  return result;
}
