/** Mails as spam or not: a TT-matrix table of words before an LSTM, beside a dense and a hashed one. */

import type { Row, RowRun } from './row.ts';

const mails: readonly string[] = [
  ...['--data', 'spam', '--model', 'text-lstm', '--keep', 'lstm', '--epochs', '6', '--batch', '64'],
  ...['--optimizer', 'adam', '--lr', '0.003', '--schedule', 'cosine'],
];
const run = (label: string, ...args: readonly string[]): RowRun => ({
  label: `spam ${label}`,
  args: [...mails, ...args],
  seeds: 3,
});

export const text: Row = {
  name: 'text',
  claim:
    'A TT-matrix table of words at least 30 times smaller within 0.5 points of the dense one, beside a hashed table.',
  runs: [
    run('dense', '--method', 'dense'),
    run('ttMatrix 16', '--format', 'ttMatrix', '--rank', '16'),
    run('hash', '--embedding', 'hash', '--embedding-budget', '15000'),
  ],
};
