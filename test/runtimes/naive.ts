/** What a newcomer writes: products in a loop, no scope, nothing disposed. Memory must stay flat. */

import { backend } from '../../src/backend/current.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { normal } from '../../src/ops/random.ts';
import { key } from '../../src/random.ts';

export interface Naive {
  readonly calls: number;
  /** Blocks in linear memory, its bytes, and the host's bytes or null: after a few calls, and after the last. */
  readonly live: readonly [first: number, last: number];
  readonly capacity: readonly [first: number, last: number];
  readonly host: readonly [first: number | null, last: number | null];
}

/** Bytes that the host holds for this program, where it tells. */
function hostBytes(): number | null {
  const host = globalThis as {
    process?: { memoryUsage?: () => { rss: number } };
    performance?: { memory?: { totalJSHeapSize: number } };
  };
  return host.process?.memoryUsage?.().rss ?? host.performance?.memory?.totalJSHeapSize ?? null;
}

/** Multiplies 16 x 16 matrices and drops the products, without ever giving the host a turn. */
export function naiveLoop(calls: number): Naive {
  const [a, b] = [normal(key(1), [16, 16]), normal(key(2), [16, 16])];
  const warm = Math.min(1000, calls);
  for (let k = 0; k < warm; k++) matmul(a, b);
  const [first, before] = [backend().stats(), hostBytes()];
  for (let k = warm; k < calls; k++) matmul(a, b);
  const [last, after] = [backend().stats(), hostBytes()];
  return { calls, live: [first.live, last.live], capacity: [first.capacity, last.capacity], host: [before, after] };
}
