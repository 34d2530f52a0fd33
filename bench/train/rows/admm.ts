/** ADMM towards tensor trains against truncation, with and without tuning of the parts, at equal epochs in all. */

import type { Row, RowRun } from './row.ts';
import { cifarDense, keepFirst, onCifar } from './shared.ts';

/** 784-256-10 whose first layer is a TT-matrix of rank 12: 8,448 of 200,704 parameters, 23.8x; the network 18.1x. */
const mlp: readonly string[] = [
  ...['--data', 'mnist', '--model', 'mlp', '--widths', '256', '--epochs', '15'],
  ...['--optimizer', 'sgd', '--lr', '0.05', '--schedule', 'cosine'],
];
const trains: readonly string[] = ['--format', 'ttMatrix', '--fold', 'fc1=4x4x4x4,4x7x7x4', '--keep', 'classifier'];

const mnist = (label: string, ...args: readonly string[]): RowRun => ({
  label: `mnist mlp-256 ${label}`,
  args: [...mlp, ...args],
  seeds: 3,
});
const atRank = (rank: number, label: string, ...args: readonly string[]): RowRun =>
  mnist(`${label} rank ${rank}`, ...trains, '--rank', String(rank), ...args);

/** A third of the dense network. */
const BUDGET = 775_000;
const atThird = (label: string, ...args: readonly string[]): RowRun =>
  onCifar(`${label} tt ${BUDGET}`, 1, ...keepFirst, '--format', 'tt', '--budget', String(BUDGET), ...args);

export const admm: Row = {
  name: 'admm',
  claim:
    'Without fine-tuning a layer at 23.8x stays within 1 point of dense, where truncation loses at least 30. On CIFAR-10 ' +
    'tensor-train convolutions at about 3x, all epochs counted, beside truncation with tuning.',
  runs: [
    mnist('dense', '--method', 'dense'),
    ...[12, 6].flatMap((rank) => [
      atRank(rank, 'admm', '--method', 'admm', '--with', 'pretrain=5,finetune=0,rho=0.01,restart=true'),
      atRank(rank, 'truncate', '--method', 'truncate'),
    ]),
    atRank(
      12,
      'admm and tuning',
      '--method',
      'admm',
      '--with',
      'pretrain=4,finetune=4,rho=0.01,restart=true,finetuneRate=0.1',
    ),
    atRank(12, 'truncate and tuning', '--method', 'finetune', '--with', 'at=9,restart=true,rate=0.1'),
    atRank(12, 'factorized', '--method', 'factorized'),
    mnist('narrow', '--method', 'narrow', '--budget', '11274'),
    cifarDense,
    atThird('admm', '--method', 'admm', '--with', 'pretrain=2,finetune=1,rho=0.05,restart=true,finetuneRate=0.5'),
    atThird('truncate', '--method', 'truncate'),
    atThird('truncate and tuning', '--method', 'finetune', '--with', 'at=5,restart=true,rate=0.5'),
  ],
};
