/** A backend that spoils the results of one kernel: for tests of what should notice. */

import type { Operand } from '../../src/backend/backend.ts';
import { ReferenceBackend } from '../../src/backend/reference.ts';
import { arrayOf, bytesOf, type Dtype } from '../../src/dtype.ts';
import type { Args, Fields, Kernel } from '../../src/kernels/kernel.ts';

/** What is read, and what holds no doubles. */
const SPARED = ['A', 'permutation', 'rank'];

/**
 * The reference backend, on which results of `kernel` in f64 are wrong by this part of themselves, in one element of each
 * result; or throw.
 */
export function careless(kernel: string, error: number | 'throws'): ReferenceBackend {
  const on = new ReferenceBackend();
  const run = on.run.bind(on);
  on.run = <F extends Fields>(called: Kernel<F>, dtype: Dtype, args: Args<F, Operand>): void => {
    run(called, dtype, args);
    if (called.name !== kernel || dtype !== 'f64') return;
    if (error === 'throws') throw new Error('careless');
    for (const [name, operand] of Object.entries(args) as [string, Operand | number | null][]) {
      if (SPARED.includes(name) || operand === null || typeof operand !== 'object') continue;
      const one = arrayOf(dtype, 1);
      if (operand.block.bytes < operand.byteOffset + bytesOf(dtype)) continue;
      on.readSync(operand, one);
      one[0]! *= 1 + error;
      on.write(operand, one);
    }
  };
  return on;
}
