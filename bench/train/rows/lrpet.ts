/** Low-rank projection with energy transfer against one truncation at the same ranks, and against what it leaves out. */

import type { Row, RowRun } from './row.ts';
import { cifarDense, cifarFactorized, cifarNarrow, cifarTruncate, onCifar } from './shared.ts';

/** 784-300-100-10 at ranks 15 and 10: 21,670 of 266,610 parameters. */
const mlp: readonly string[] = [
  ...['--data', 'mnist', '--model', 'mlp', '--widths', '300,100', '--epochs', '12'],
  ...['--optimizer', 'sgd', '--lr', '0.05', '--schedule', 'cosine'],
];
const ranks = 'layers=fc1:15;fc2:10';
const twoFactors: readonly string[] = ['--format', 'lowRank', '--keep', 'classifier', '--method', 'lrpet', '--with'];
/** More steps than any run has: nothing is projected before the end, where the weights are truncated once. */
const once = 'every=1000000000,transfer=false';

const mnist = (label: string, ...args: readonly string[]): RowRun => ({
  label: `mnist mlp-300-100 ${label}`,
  args: [...mlp, ...args],
  seeds: 3,
});

const cifarAt = (label: string, settings: string, seeds: number): RowRun =>
  onCifar(label, seeds, '--format', 'lowRank', '--keep', 'conv1,classifier', '--method', 'lrpet', '--with', settings);

export const lrpet: Row = {
  name: 'lrpet',
  claim:
    'On CIFAR-10 half of each rank goes within 1.5 points of dense and at least 10 above one truncation to the same ranks; ' +
    'on MNIST at 12x at least 8 above. Rows without energy transfer and without rectification beside it.',
  runs: [
    mnist('dense', '--method', 'dense'),
    mnist('lrpet', ...twoFactors, ranks),
    mnist('lrpet without transfer', ...twoFactors, `${ranks},transfer=false`),
    mnist('truncated once', ...twoFactors, `${ranks},${once}`),
    mnist('narrow', '--method', 'narrow', '--budget', '21670'),
    mnist('factorized', '--method', 'factorized', '--format', 'lowRank', '--budget', '21670'),
    cifarDense,
    cifarAt('lrpet p=0.5, every 100 steps', 'p=0.5,every=100', 3),
    cifarAt('lrpet p=0.5', 'p=0.5', 1),
    cifarAt('lrpet p=0.5 without transfer', 'p=0.5,transfer=false', 1),
    cifarAt('lrpet p=0.5, every 100 steps, without transfer', 'p=0.5,every=100,transfer=false', 1),
    cifarAt('lrpet p=0.5, every 100 steps, without rectification', 'p=0.5,every=100,rectify=false', 1),
    cifarAt('truncated once p=0.5', `p=0.5,${once}`, 1),
    ...cifarNarrow.slice(0, 1),
    ...cifarFactorized.slice(0, 1),
    ...cifarTruncate.slice(0, 1),
  ],
};
