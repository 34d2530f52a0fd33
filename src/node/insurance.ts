/**
 * The insurance company benchmark, COIL 2000 (van der Putten & van Someren 2000): 85 attributes of 9,822 customers, and
 * whether they have a caravan policy, as 6 % do. The first 5,822 are for training, as in the challenge.
 */

import { FormatError } from '../errors.ts';
import { readCsv } from '../io/csv.ts';
import { type Dataset, gatherSplit, makeDataset } from '../io/dataset.ts';
import { readBytes } from './files.ts';
import { findFile, type OpenOptions } from './findData.ts';

const FILE = 'ticdata.csv';
const COMMAND =
  'apt-get install -y --no-install-recommends r-cran-kernlab && Rscript -e ' +
  `'library(kernlab);data(ticdata);write.csv(ticdata,"${FILE}",row.names=FALSE)'`;
const REMEDY = `run \`${COMMAND}\` here, or give its folder with --data-dir`;
const LABEL = 'CARAVAN';
const POSITIVE = 'insurance';
/** Of 9,822. */
const TRAIN = 5822 / 9822;

/** From the CSV file in `dataDir`, or in the current folder. Attributes told in words are categories, others numbers. */
export async function openInsurance({ dataDir, roots = ['.'] }: OpenOptions): Promise<Dataset> {
  const path = await findFile('insurance', dataDir === undefined ? roots : [dataDir], [FILE], REMEDY);
  const table = readCsv(await readBytes(path), { label: LABEL, categories: {} });
  const { rows: count, columns: width, features: images, classes, kinds } = table;
  if (classes.length !== 2 || !classes.includes(POSITIVE)) {
    throw new FormatError('openDataset', `${LABEL} is one of two, ${POSITIVE} or not`, classes.join(', '), REMEDY);
  }
  const positive = classes.indexOf(POSITIVE);
  const labels = table.labels.map((label) => (label === positive ? 1 : 0));
  const all = { count, images, labels };
  const first = Math.round(TRAIN * count);
  const range = (from: number, to: number): Int32Array => Int32Array.from({ length: to - from }, (_, k) => from + k);
  return makeDataset({
    name: 'insurance',
    shape: [width],
    classes: 2,
    classNames: [classes[1 - positive]!, POSITIVE],
    columns: kinds!,
    train: gatherSplit(all, range(0, first)),
    test: gatherSplit(all, range(first, count)),
  });
}
