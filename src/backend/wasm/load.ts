/** Gets the compiled kernels. The default build is compiled at first use, synchronously; it is small. */

import compiled from '#wasm';
import { BackendError } from '../../errors.ts';
import { type WasmOptions, WasmBackend } from './wasm.ts';

/** The build that the package was resolved with. Some hosts compile nothing at run time. */
function builtIn(): WebAssembly.Module {
  try {
    return compiled();
  } catch (cause) {
    throw new BackendError(
      'init',
      'the host compiles WebAssembly at run time',
      String(cause),
      "pass it compiled: init({ module }); or allow 'wasm-unsafe-eval', or resolve the package with the condition 'workerd'",
      { cause },
    );
  }
}

/** A backend over the build that the package was resolved with, or over a module the host compiled itself. */
export function loadWasm(options: WasmOptions = {}, module: WebAssembly.Module = builtIn()): WasmBackend {
  return new WasmBackend(module, options);
}
