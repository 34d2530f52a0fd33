/** Gets the compiled kernels. The default build is compiled at first use, synchronously; it is small. */

import compiled from '#wasm';
import { type WasmOptions, WasmBackend } from './wasm.ts';

/** A backend over the build that the package was resolved with, or over a module the host compiled itself. */
export function loadWasm(options: WasmOptions = {}, module: WebAssembly.Module = compiled()): WasmBackend {
  return new WasmBackend(module, options);
}
