/** Embedding tables of 4.2 billion entries as trains whose ranks are found, beside hashed and quotient tables. */

import type { Row, RowRun } from './row.ts';

/** A million generated clicks; the five large tables have the counts of the Criteo data. */
const clicks: readonly string[] = [
  ...['--data', 'clicks:1000000', '--model', 'dlrm', '--embedding-size', '128', '--batch', '512'],
  ...['--optimizer', 'adam', '--lr', '0.003', '--schedule', 'cosine', '--epochs', '3'],
];
const movies: readonly string[] = [
  ...['--data', 'movielens', '--model', 'dlrm', '--batch', '512', '--epochs', '4'],
  ...['--optimizer', 'adam', '--lr', '0.003', '--schedule', 'cosine'],
];
const insurance: readonly string[] = [
  ...['--data', 'insurance', '--model', 'dlrm', '--batch', '128', '--epochs', '3'],
  ...['--optimizer', 'adam', '--lr', '0.003', '--schedule', 'cosine'],
];
const trains = (weight: string): readonly string[] => [
  ...['--format', 'tt', '--rank', '24', '--method', 'bayes'],
  ...['--with', `weight=${weight},delay=0.1,warmup=0.3,pruneFrom=0.6`],
];
const on =
  (name: string, base: readonly string[]) =>
  (label: string, ...args: readonly string[]): RowRun => ({
    label: `${name} ${label}`,
    args: [...base, ...args],
    seeds: 3,
  });
const onClicks = on('clicks', clicks);
const onMovies = on('movielens', movies);
/** 62 tables of at most 39 rows: the model is there, nothing in it is large enough for a train. */
const onInsurance = on('insurance', insurance);

export const dlrm: Row = {
  name: 'dlrm',
  claim:
    'Tables of 4,248,739,968 entries start below 1.2 million parameters and end below 200,000, within 0.003 AUC of the run ' +
    'that is not pruned, in at most 1 GB; beside it the hashing trick and quotient-remainder tables (of three and four digits, ' +
    'since two cannot be as small) of about as many parameters. ' +
    'The clicks are generated: their truth is a planted low-rank interaction.',
  runs: [
    onClicks('tt 24', '--format', 'tt', '--rank', '24'),
    onClicks('bayes tt 24', ...trains('7e-7')),
    onClicks('hash', '--embedding', 'hash', '--embedding-budget', '26600'),
    onClicks('quotient', '--embedding', 'quotient', '--embedding-budget', '70000'),
    onMovies('dense', '--method', 'dense'),
    onMovies('tt 8', '--format', 'tt', '--rank', '8'),
    onMovies('hash', '--embedding', 'hash', '--embedding-budget', '1000'),
    onInsurance('dense', '--method', 'dense'),
  ],
};
