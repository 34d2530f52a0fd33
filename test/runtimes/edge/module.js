/** The same worker for bundlers that do not know the condition `workerd`: it brings the compiled kernels itself. */

import { init } from 'rankwise';
import kernels from 'rankwise/kernels.wasm';
import worker from './worker.js';

// Nothing has been computed before the first request.
init({ module: kernels });

export default worker;
