/** Stands in for test/support/stress.ts in bundles: no stress, and the module that is built in. */

import type { WasmOptions } from '../../src/backend/wasm/wasm.ts';

export const mode: string = 'plain';
export const stress: WasmOptions = {};

export function moduleUnderTest(): WebAssembly.Module | undefined {
  return undefined;
}
