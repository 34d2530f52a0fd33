/** Gets the compiled kernels. The default build is compiled at first use, synchronously; it is small. */

import compiled, { build } from '#wasm';
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

/**
 * Kernels of another version may cut their work in other pieces, and would compute nonsense. Tools that shrink modules drop
 * the mark, so one without it is taken on trust.
 */
function checkBuild(module: WebAssembly.Module): void {
  const found = markOf(module) ?? build;
  if (found === build) return;
  const remedy = "take 'rankwise/kernels.wasm' of the version that is imported";
  throw new BackendError('init', `the module is of build ${build}`, found, remedy);
}

function markOf(module: WebAssembly.Module): string | undefined {
  try {
    const [mark] = WebAssembly.Module.customSections(module, 'rankwise');
    return mark === undefined ? undefined : String.fromCharCode(...new Uint8Array(mark));
  } catch (cause) {
    throw new BackendError('init', 'module is a WebAssembly.Module', typeof module, 'compile it first', { cause });
  }
}

/** A backend over the build that the package was resolved with, or over a module the host compiled itself. */
export function loadWasm(options: WasmOptions = {}, module?: WebAssembly.Module): WasmBackend {
  if (module !== undefined) checkBuild(module);
  return new WasmBackend(module ?? builtIn(), options);
}
