/** Which backend new tensors use. The wasm backend is loaded at first use, so importing the package costs nothing. */

import { BackendError } from '../errors.ts';
import type { Backend, Trouble } from './backend.ts';
import { ReferenceBackend } from './reference.ts';
import { loadWasm } from './wasm/load.ts';
import type { WasmOptions } from './wasm/wasm.ts';

export type BackendName = 'wasm' | 'reference';

export interface InitOptions extends WasmOptions {
  /** Default 'wasm'. */
  readonly backend?: BackendName;
  /** A compiled module, for hosts that forbid compiling from bytes. */
  readonly module?: WebAssembly.Module;
}

let current: Backend | null = null;

/** The backend in use. */
export function backend(): Backend {
  current ??= loadWasm();
  return current;
}

/** The first trouble that kernels of the backend in use have met since the last call. */
export function trouble(): Trouble | null {
  return current?.trouble() ?? null;
}

/**
 * Chooses the backend and its options, and returns it. Resident tensors of the former one stay valid but do not mix with
 * new ones; tensors in JavaScript memory move by themselves. Throws BackendError for an unknown name.
 */
export function init(options: InitOptions = {}): Backend {
  const { backend: name = 'wasm', module, ...rest } = options;
  if (name === 'reference') current = new ReferenceBackend();
  else if (name === 'wasm') current = module === undefined ? loadWasm(rest) : loadWasm(rest, module);
  else throw new BackendError('init', "the backend is 'wasm' or 'reference'", `'${String(name)}'`, 'correct the name');
  return current;
}

/** Runs `body` on another backend and comes back, whatever happens. Throws BackendError where it returns a promise. */
export function withBackend<T>(other: Backend, body: () => T): T {
  const before = current;
  current = other;
  try {
    const result = body();
    if (result instanceof Promise) {
      const remedy = 'await outside, or choose the backend with init()';
      throw new BackendError('withBackend', 'the body is synchronous', 'a promise', remedy);
    }
    return result;
  } finally {
    current = before;
  }
}
