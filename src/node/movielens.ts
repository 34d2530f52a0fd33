/**
 * MovieLens, the small set of 2016: 100,004 ratings of 9,066 movies by 671 users (Harper & Konstan 2015). Six columns of
 * categories (user, movie, year, genres, hour and weekday of the rating in UTC); the label is a rating of 4 or more.
 */

import type { Column } from '../columns.ts';
import { FormatError } from '../errors.ts';
import { CsvScanner } from '../io/csvScanner.ts';
import { type Dataset, makeDataset } from '../io/dataset.ts';
import { showText } from '../io/show.ts';
import { holdOut } from '../io/shuffle.ts';
import { fold, key } from '../random.ts';
import { readBytes } from './files.ts';
import { findFile, type OpenOptions } from './findData.ts';

const OP = 'openDataset';
const FILE = 'movielens.csv';
const COMMAND =
  'apt-get install -y --no-install-recommends r-cran-dslabs && Rscript -e ' +
  `'library(dslabs);data(movielens);write.csv(movielens,"${FILE}",row.names=FALSE)'`;
const REMEDY = `run \`${COMMAND}\` here, or give its folder with --data-dir`;
/** Share of the ratings set aside by a key that no seed changes, whatever their user and time. */
const TEST = 0.2;
const LIKED = 4;

const NEEDED = ['userId', 'movieId', 'year', 'genres', 'timestamp', 'rating'] as const;

/** From the CSV file in `dataDir`, or in the current folder. */
export async function openMovielens({ dataDir, roots = ['.'] }: OpenOptions): Promise<Dataset> {
  const path = await findFile('movielens', dataDir === undefined ? roots : [dataDir], [FILE], REMEDY);
  const fields = readFields(path, new TextDecoder().decode(await readBytes(path)));
  const times = fields.timestamp.map(Number);
  const ratings = fields.rating.map(Number);
  if (![...times, ...ratings].every(Number.isFinite)) {
    throw new FormatError(OP, 'ratings and times are numbers', `others in ${showText(path)}`, REMEDY);
  }
  const categories: [string, Categories][] = [
    ['user', indexed(fields.userId)],
    ['movie', indexed(fields.movieId)],
    ['year', indexed(fields.year)],
    ['genres', indexed(fields.genres)],
    ['hour', { count: 24, indices: times.map((t) => Math.floor(t / 3600) % 24) }],
    // The first of January 1970 was a Thursday, day 4 from Sunday.
    ['weekday', { count: 7, indices: times.map((t) => (Math.floor(t / 86_400) + 4) % 7) }],
  ];
  const count = ratings.length;
  const images = new Float32Array(count * categories.length);
  categories.forEach(([, { indices }], k) => {
    for (let n = 0; n < count; n++) images[n * categories.length + k] = indices[n]!;
  });
  const labels = Int32Array.from(ratings, (rating) => (rating >= LIKED ? 1 : 0));
  const [train, test] = holdOut(OP, { count, images, labels }, TEST, fold(key(0), 'test'));
  const columns = categories.map(([name, { count: rows }]): Column => ({ name, kind: 'index', count: rows }));
  const classNames = ['below 4', '4 or more'];
  return makeDataset({ name: 'movielens', shape: [columns.length], classes: 2, classNames, columns, train, test });
}

type Fields = Readonly<Record<(typeof NEEDED)[number], string[]>>;

function readFields(path: string, text: string): Fields {
  const scanner = new CsvScanner(OP, text, ',');
  const first = scanner.next() ?? [];
  const missing = NEEDED.find((name) => !first.includes(name));
  if (missing !== undefined) throw new FormatError(OP, `the file has ${missing}`, `none in ${showText(path)}`, REMEDY);
  const at = NEEDED.map((name) => first.indexOf(name));
  const fields = Object.fromEntries(NEEDED.map((name) => [name, [] as string[]])) as Fields;
  for (let record = scanner.next(); record !== undefined; record = scanner.next()) {
    if (record.length !== first.length)
      throw scanner.error(`every line has ${first.length} fields`, `${record.length}`);
    NEEDED.forEach((name, k) => fields[name].push(record[at[k]!]!));
  }
  return fields;
}

interface Categories {
  readonly count: number;
  readonly indices: readonly number[];
}

/** Texts as indices in the order of their numbers, and else of their characters. */
function indexed(texts: readonly string[]): Categories {
  const distinct = [...new Set(texts)].sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : a > b ? 1 : 0));
  const order = new Map(distinct.map((text, k) => [text, k]));
  return { count: distinct.length, indices: texts.map((text) => order.get(text)!) };
}
