/** The laws of CP decompositions (Kolda & Bader 2009) for implementations of one's own. */

import { type CpImpl, wholeOf } from './cp/implementation.ts';
import { cpTable } from './cp/table.ts';
import { type Law, type LawOptions, lawsFor } from './law.ts';

/**
 * Laws CP1 to CP13. A law is left out, and told to `onSkip`, where the implementation lacks a function that it needs:
 * `for (const { name, property } of cpLaws(mine)) test(name, () => fc.assert(property));`
 */
export function cpLaws<T>(impl: CpImpl<T>, options: LawOptions = {}): Law[] {
  const any = impl as CpImpl<unknown>;
  return lawsFor('cpLaws', cpTable, any, wholeOf(any, options.dtype ?? 'f64'), options);
}
