import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as rankwise from 'rankwise';
import * as linalg from 'rankwise/linalg';
import * as host from 'rankwise/node';
import use from './use.cjs';

// The compiled kernels have an address of their own, for hosts that want to compile them.
const bytes = readFileSync(fileURLToPath(import.meta.resolve('rankwise/kernels.wasm')));
const before = use(rankwise, host, linalg);
rankwise.init({ module: new WebAssembly.Module(bytes) });
if (use(rankwise, host, linalg) !== before) throw new Error('kernels.wasm computes something else');
console.log(before);
