/**
 * What this run tests: RANKWISE_MODE puts the wasm backend under stress, RANKWISE_WASM names another compiled module.
 * Bundles for runtimes without files have test/runtimes/stress.ts in its place.
 */

import { existsSync, readFileSync } from 'node:fs';
import type { WasmOptions } from '../../src/backend/wasm/wasm.ts';

const MIB = 2 ** 20;
const modes: Readonly<Record<string, WasmOptions>> = {
  plain: {},
  grow: { growStress: true },
  high: { base: Math.ceil(2.2 * 1024) * MIB },
  canary: { canary: true },
  debug: {},
};

/** The stress mode asked for; an unknown one is an error, so that a typo cannot pass as a green run. */
export const mode: string = process.env.RANKWISE_MODE ?? 'plain';
if (!(mode in modes)) throw new Error(`RANKWISE_MODE is one of ${Object.keys(modes).join(', ')}; got ${mode}`);

/** The mode's options of the wasm backend. */
export const stress: WasmOptions = modes[mode]!;

let module: WebAssembly.Module | undefined;

/** The module to test, or undefined for the one that is built in. */
export function moduleUnderTest(): WebAssembly.Module | undefined {
  const path = process.env.RANKWISE_WASM ?? (mode === 'debug' ? 'build/kernels.debug.wasm' : undefined);
  if (path === undefined) return undefined;
  if (!existsSync(path)) throw new Error(`${path} is missing: npm run build:wasm`);
  module ??= new WebAssembly.Module(new Uint8Array(readFileSync(path)));
  return module;
}
