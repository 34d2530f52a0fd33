/** Every training method there is, by name: the command line, files and tests walk this table. */

import { FormatError } from '../errors.ts';
import { admmEntry } from './admm.ts';
import { bayesEntry } from './bayesEntry.ts';
import { dense } from './dense.ts';
import { descentEntry } from './descent.ts';
import { earlyEntry } from './early.ts';
import { lrpetEntry } from './lrpet.ts';
import { dlrtEntry, tdlrtEntry } from './dlrt.ts';
import { factorizedEntry } from './factorized.ts';
import { narrow } from './narrow.ts';
import type { MethodEntry } from './settings.ts';
import { tenbcdEntry } from './tenbcd/tenbcd.ts';
import { finetuneEntry, truncateEntry } from './truncate.ts';

export const methods: readonly MethodEntry[] = [
  descentEntry,
  dlrtEntry,
  tdlrtEntry,
  bayesEntry,
  lrpetEntry,
  tenbcdEntry,
  earlyEntry,
  admmEntry,
  dense,
  narrow,
  factorizedEntry,
  truncateEntry,
  finetuneEntry,
];

/** The method of a name. Throws FormatError with the known names. */
export function methodNamed(name: string): MethodEntry {
  const found = methods.find((method) => method.name === name);
  if (found === undefined) {
    const names = methods.map((method) => method.name).join(', ');
    throw new FormatError('method', 'the method is known', `'${name}'`, `choose one of ${names}`);
  }
  return found;
}
