/** Decomposing early against the dense network of as many epochs, and of as much time. */

import type { Row, RowRun } from './row.ts';
import {
  cifarDense,
  cifarFactorized,
  cifarFinetune,
  cifarNarrow,
  keepFirst,
  lenet,
  lenetDense,
  onCifar,
} from './shared.ts';

/** 784-800-800-10 in 8 epochs. */
const mlp: readonly string[] = [
  ...['--data', 'mnist', '--model', 'mlp', '--widths', '800,800', '--batch', '128'],
  ...['--optimizer', 'sgd', '--lr', '0.1', '--schedule', 'cosine'],
];
const quick: readonly string[] = ['--epochs', '8', '--method', 'early'];
const dense: readonly string[] = ['--method', 'dense', '--epochs'];
/** Parameters of the network at ranks of 16. */
const mlpBudget: readonly string[] = ['--epochs', '8', '--budget', '60554'];

const onMlp = (label: string, seeds: number, ...args: readonly string[]): RowRun => ({
  label: `mnist mlp-800-800 ${label}`,
  args: [...mlp, ...args],
  seeds,
});

const onLenet = (label: string, seeds: number, ...args: readonly string[]): RowRun => ({
  label: `mnist lenet5 ${label}`,
  args: [...lenet, '--optimizer', 'sgd', '--lr', '0.05', '--schedule', 'cosine', ...args],
  seeds,
});

const cifarEarly = (label: string, seeds: number, ...args: readonly string[]): RowRun =>
  onCifar(label, seeds, '--method', 'early', ...args);

/** The last --epochs of a command line counts: as long as the run that decomposes takes. */
/** The two convolutions with the fewest channels stay dense. */
const factors: readonly string[] = ['--keep', 'conv1,conv2', '--format', 'lowRank', '--rank', '0.25'];

const cifarAsLong: RowRun = onCifar('dense, as long as early', 3, '--method', 'dense', '--epochs', '3');

export const early: Row = {
  name: 'early',
  claim:
    'Decomposing early takes half the time of the dense network on MNIST and two thirds on CIFAR-10, epochs of all ' +
    'phases counted, at most 1.5 points below it; beside it the dense network for the same time.',
  runs: [
    onMlp('dense', 3, ...dense, '8'),
    onMlp('early', 3, ...quick),
    onMlp('dense, as long as early', 3, ...dense, '3'),
    // How accuracy and time depend on the epoch, and on ranks by evidence alone.
    onMlp('early after 1', 1, ...quick, '--with', 'at=1'),
    onMlp('early after 4', 1, ...quick, '--with', 'at=4'),
    onMlp('early after 2, no floor', 1, ...quick, '--with', 'floor=1'),
    onMlp('early after 4, no floor', 1, ...quick, '--with', 'at=4,floor=1'),
    onMlp('early when settled', 1, ...quick, '--with', 'when=settled,eps=5,window=1,at=6'),
    onMlp('early, dense again, decomposed', 1, ...quick, '--with', 'rebuild=7'),
    onMlp('narrow', 3, '--method', 'narrow', '--format', 'lowRank', ...mlpBudget),
    onMlp('factorized', 1, '--method', 'factorized', '--format', 'lowRank', ...mlpBudget),
    onMlp('finetune', 1, '--method', 'finetune', '--format', 'lowRank', ...mlpBudget),
    lenetDense,
    onLenet(
      'early, a tenth',
      3,
      ...quick,
      '--format',
      'tucker',
      '--rank',
      '0.1',
      '--with',
      'at=1,ranks=target,linear=lowRank',
    ),
    onLenet('early after 3, by evidence', 1, ...quick, '--with', 'at=3'),
    onLenet('dense, as long as early', 3, ...dense, '4'),
    cifarDense,
    cifarEarly('early, a quarter in two factors', 3, ...factors, '--with', 'at=1,ranks=target,reset=all'),
    cifarEarly('early after 2, a quarter in two factors', 1, ...factors, '--with', 'at=2,ranks=target,reset=all'),
    cifarEarly('early, a fifth', 1, ...keepFirst, '--format', 'tucker', '--rank', '0.2', '--with', 'at=1,ranks=target'),
    cifarEarly('early, by evidence', 1, ...keepFirst, '--with', 'at=2'),
    cifarAsLong,
    ...cifarNarrow.slice(1, 2),
    ...cifarFactorized.slice(1, 2),
    ...cifarFinetune.slice(1, 2),
  ],
};
