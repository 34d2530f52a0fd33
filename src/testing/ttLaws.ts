/** The laws of tensor trains (Oseledets 2011) for implementations of one's own. */

import { type Law, type LawOptions, lawsFor } from './law.ts';
import { arithmeticLaws } from './tt/arithmeticTable.ts';
import type { Everything, TrainLaw } from './tt/inputs.ts';
import { type TrainImpl, wholeOf } from './tt/implementation.ts';
import { decompositionLaws } from './tt/table.ts';

const numberOf = ({ id }: TrainLaw): number => Number.parseInt(id.slice(2), 10);
const table = [...decompositionLaws, ...arithmeticLaws].sort((a, b) => numberOf(a) - numberOf(b));

/**
 * Laws TT1 to TT24. A law is left out, and told to `onSkip`, where the implementation lacks a function that it needs:
 * `for (const { name, property } of ttLaws(mine)) test(name, () => fc.assert(property));`
 */
export function ttLaws<T, M = unknown>(impl: TrainImpl<T, M>, options: LawOptions = {}): Law[] {
  const any = impl as TrainImpl<unknown, unknown>;
  return lawsFor('ttLaws', table, any, wholeOf(any, options.dtype ?? 'f64') as Everything, options);
}
