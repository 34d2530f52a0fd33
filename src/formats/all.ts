/** Every format there is: laws, files and the command line walk this table. */

import { RankError } from '../errors.ts';
import { cp } from './cp.ts';
import { dense } from './dense.ts';
import type { Format } from './format.ts';
import { ht } from './ht.ts';
import { lowRank } from './lowRank.ts';
import { tensorRing } from './tensorRing.ts';
import { tt } from './tt.ts';
import { ttMatrix } from './ttMatrix.ts';
import { tucker } from './tucker.ts';

export const formats: readonly Format[] = [dense, lowRank, cp, tucker, tt, ttMatrix, tensorRing, ht];

/** The format of a name; case and hyphens do not matter. Throws RankError with the known names. */
export function formatNamed(name: string): Format {
  const plain = (text: string): string => text.toLowerCase().replaceAll('-', '');
  // Callers without types may forget it.
  const wanted = typeof name === 'string' ? plain(name) : '';
  const found = formats.find((format) => plain(format.name) === wanted);
  if (found === undefined) {
    const names = formats.map((format) => format.name).join(', ');
    throw new RankError('format', 'the format is known', `'${name}'`, `choose one of ${names}`);
  }
  return found;
}
