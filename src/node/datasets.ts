/**
 * Data by name or by file. What is not installed is named with the one command that brings it; nothing is downloaded.
 * digits is embedded, clicks is generated; other named sets are found in their packages or in a folder; the rest are files,
 * .csv and .npy.
 */

import { FormatError } from '../errors.ts';
import { CLICKS, clicks } from '../io/clicks.ts';
import type { Dataset } from '../io/dataset.ts';
import { digits } from '../io/digits.ts';
import { showText } from '../io/show.ts';
import { openCifar10 } from './cifar10.ts';
import type { OpenOptions } from './findData.ts';
import { openInsurance } from './insurance.ts';
import { openFashion, openMnist } from './mnist.ts';
import { openMovielens } from './movielens.ts';
import { openCsv, openNpy } from './ownData.ts';
import { openSpam } from './spam.ts';

export type { OpenOptions } from './findData.ts';

const NAMED: Readonly<Record<string, (options: OpenOptions) => Promise<Dataset> | Dataset>> = {
  digits,
  mnist: openMnist,
  fashion: openFashion,
  cifar10: openCifar10,
  movielens: openMovielens,
  insurance: openInsurance,
  spam: openSpam,
  clicks: () => clicks(),
};

/** The generated log by name and number of rows: what it calls itself. */
const CLICKS_OF = /^(?:generated-)?clicks(?::(\d{1,9}))?$/;

/** The names that openDataset knows. */
export const datasetNames: readonly string[] = Object.keys(NAMED);

/** Opens a data set by name or by the path of a .csv or .npy file. Throws FormatError for what is missing or damaged. */
export async function openDataset(data: string, options: OpenOptions = {}): Promise<Dataset> {
  if (Object.hasOwn(NAMED, data)) return NAMED[data]!(options);
  const generated = CLICKS_OF.exec(data);
  if (generated !== null) return clicks(generated[1] === undefined ? CLICKS : Number(generated[1]));
  if (/\.csv$/i.test(data)) return openCsv(data, options.label, options.categories);
  if (/\.npy$/i.test(data)) return openNpy(data);
  throw new FormatError(
    'openDataset',
    `data is ${datasetNames.join(', ')}, clicks:ROWS, or a .csv or .npy file`,
    showText(data),
    'choose one of these',
  );
}
