/**
 * Backends under test. RANKWISE_MODE puts the wasm backend under stress: `grow` (memory grows at every allocation),
 * `high` (all addresses above 2 GiB), `canary` (guard bytes), `debug` (the build with bounds checks).
 * RANKWISE_WASM names another compiled module to test.
 */

import type { Block, Operand } from '../../src/backend/backend.ts';
import { ReferenceBackend } from '../../src/backend/reference.ts';
import { loadWasm } from '../../src/backend/wasm/load.ts';
import type { WasmBackend, WasmOptions } from '../../src/backend/wasm/wasm.ts';
import { moduleUnderTest, stress } from './stress.ts';

export { mode } from './stress.ts';

const MIB = 2 ** 20;

export function referenceBackend(): ReferenceBackend {
  return new ReferenceBackend();
}

/** A new wasm backend in the mode of this run; `extra` wins over the mode's options. */
export function wasmBackend(extra: WasmOptions = {}): WasmBackend {
  return loadWasm({ ...stress, ...extra }, moduleUnderTest());
}

/** A wasm backend whose memory ends where `atEnd` puts an operand: reading or writing behind it traps. */
export interface Fence {
  readonly backend: WasmBackend;
  /** An operand whose last byte is the last byte of memory. */
  atEnd(bytes: number): Operand;
}

const FENCE_BYTES = 48 * MIB;

/** Electric fence. Operands up to 48 MiB; what else is needed comes from 8 MiB in front. */
export function fencedBackend(): Fence {
  const backend = loadWasm({ base: 8 * MIB, limit: 16 * MIB + FENCE_BYTES }, moduleUnderTest());
  const spare = backend.alloc(8 * MIB, 'fence');
  const block: Block = backend.alloc(FENCE_BYTES, 'fence');
  backend.free(spare);
  if (block.address + block.bytes !== backend.stats().capacity)
    throw new Error('the fence is not at the end of memory');
  return { backend, atEnd: (bytes) => ({ block, byteOffset: FENCE_BYTES - bytes }) };
}
