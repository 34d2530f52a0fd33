/** The laws of CP decompositions hold for rankwise. */

import fc from 'fast-check';
import { cpLaws } from '../../src/testing.ts';
import { wasmBackend } from '../support/backends.ts';
import { isTried, lawRuns } from '../support/lawRuns.ts';
import { ourCp } from '../support/ourCp.ts';
import { suite } from '../support/test.ts';

const on = wasmBackend();

for (const dtype of ['f64', 'f32'] as const) {
  const test = suite(`CP laws ${dtype}`);
  for (const { name, cost, property } of cpLaws(ourCp(on, dtype), { dtype })) {
    if (isTried(cost)) test(name, () => fc.assert(property, lawRuns(dtype, cost)));
  }
  test.run();
}
