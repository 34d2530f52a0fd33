/** The laws of Tucker decompositions (De Lathauwer, De Moor & Vandewalle 2000) for implementations of one's own. */

import { type Law, type LawOptions, lawsFor } from './law.ts';
import { type TuckerImpl, wholeOf } from './tucker/implementation.ts';
import { tuckerTable } from './tucker/table.ts';

/**
 * Laws TK1 to TK13. A law is left out, and told to `onSkip`, where the implementation lacks a function that it needs:
 * `for (const { name, property } of tuckerLaws(mine)) test(name, () => fc.assert(property));`
 */
export function tuckerLaws<T>(impl: TuckerImpl<T>, options: LawOptions = {}): Law[] {
  const any = impl as TuckerImpl;
  return lawsFor('tuckerLaws', tuckerTable, any, wholeOf(any, options.dtype ?? 'f64'), options);
}
