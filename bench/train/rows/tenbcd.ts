/** Block coordinate descent on trains; bench/train/tenbcd.ts has what is not a run of `train`. */

import type { Row } from './row.ts';

const data = ['--data', 'mnist', '--limit', '30000'];
const plain = ['--model', 'mlp', '--widths', '1024,1024'];
const fold = ['--fold', 'fc1=4x4x8x8,4x7x7x4;fc2=4x4x8x8,4x4x8x8'];
const rounds = ['--method', 'tenbcd', '--epochs', '10'];

/** The stored parameters of the trains of rank 16, with biases and the classifier. */
const STORED = '56330';

export const tenbcd: Row = {
  name: 'tenbcd',
  script: 'tenbcd',
  claim:
    '784-1024-1024-10 on 30,000 images: trains of rank 16 at 34 times fewer weights reach 94 %, with a smaller gap between ' +
    'training and test than dense block coordinate descent; beside them a narrow dense network and trains by descent',
  runs: [
    {
      label: 'mnist tenbcd ttMatrix 16',
      args: [...data, ...plain, ...fold, ...rounds, '--format', 'ttMatrix', '--rank', '16'],
      seeds: 3,
    },
    { label: 'mnist bcd dense', args: [...data, ...plain, ...rounds, '--format', 'dense'], seeds: 3 },
    {
      label: 'mnist tenbcd residual ttMatrix 16',
      args: [...data, '--model', 'resmlp', '--widths', '1024,1024', ...rounds, '--format', 'ttMatrix', '--rank', '16'],
      seeds: 3,
    },
    {
      label: 'mnist narrow at the size of trains of rank 16',
      args: [...data, ...plain, '--method', 'narrow', '--budget', STORED, '--optimizer', 'adam', '--epochs', '10'],
      seeds: 3,
    },
    {
      label: 'mnist trains of rank 16 by descent',
      args: [
        ...[...data, ...plain, ...fold, '--method', 'descent', '--format', 'ttMatrix', '--rank', '16'],
        ...['--optimizer', 'adam', '--epochs', '10'],
      ],
      seeds: 3,
    },
  ],
};
