/** Runs that several rows show, done once: the controls on MNIST and CIFAR-10. */

import type { RowRun } from './row.ts';

/** CIFAR-10: 19,800 images, 2,200 more that settings are chosen on, and 5 epochs bring the dense network above 70 % in a quarter of an hour on one core. */
const cifar: readonly string[] = [
  ...['--data', 'cifar10', '--model', 'vgg11-small', '--limit', '22000', '--validation', '0.1', '--epochs', '5'],
  ...['--batch', '64', '--augment', '--schedule', 'onecycle', '--weight-decay', '0.0005'],
];

export const onCifar = (label: string, seeds: number, ...args: readonly string[]): RowRun => ({
  label: `cifar10 ${label}`,
  args: [...cifar, '--optimizer', 'sgd', '--lr', '0.05', ...args],
  seeds,
});

/** The first convolution, 864 parameters on three colours, which low ranks would make grey. */
export const keepFirst: readonly string[] = ['--keep', 'conv1'];

export const cifarDense: RowRun = onCifar('dense', 3, '--method', 'dense');

/** Stored parameters at which the controls of the CIFAR-10 rows are sized: half, a fifth and a tenth of the dense network. */
export const cifarBudgets: readonly number[] = [1_160_000, 460_000, 230_000];

const atBudgets = (method: string, seeds: readonly number[], ...more: readonly string[]): RowRun[] =>
  cifarBudgets.map((budget, k) =>
    onCifar(`${method} ${budget}`, seeds[k]!, '--method', method, '--budget', String(budget), ...more),
  );

export const cifarNarrow: readonly RowRun[] = atBudgets('narrow', [1, 3, 1]);
export const cifarFactorized: readonly RowRun[] = atBudgets(
  'factorized',
  [1, 1, 1],
  ...keepFirst,
  '--format',
  'tucker',
);
export const cifarTruncate: readonly RowRun[] = atBudgets('truncate', [1, 1, 1], ...keepFirst, '--format', 'lowRank');
export const cifarFinetune: readonly RowRun[] = atBudgets('finetune', [1, 1, 1], ...keepFirst, '--format', 'lowRank');

/** LeNet-5 on all of MNIST, in eight epochs, and how it descends. */
export const lenet: readonly string[] = ['--data', 'mnist', '--model', 'lenet5', '--batch', '128'];
export const epochs: readonly string[] = ['--epochs', '8'];
export const descentSettings: readonly string[] = ['--lr', '0.05', '--momentum', '0.9', '--schedule', 'cosine'];

export const lenetDense: RowRun = {
  label: 'mnist lenet5 dense',
  args: [...lenet, ...epochs, ...descentSettings, '--method', 'dense'],
  seeds: 3,
};
