/**
 * Dynamical low-rank training of convolutions in Tucker form. Steps from ill-conditioned starts have a script of
 * their own, illConditioned.ts.
 */

import type { Row, RowRun } from './row.ts';
import { cifarDense, cifarFactorized, cifarNarrow, onCifar } from './shared.ts';

/**
 * The three convolutions with the fewest channels, 4 % of the parameters, stay dense. Ranks begin at the greatest ones:
 * truncation lets few of them rise again within five epochs.
 */
const fromFull: readonly string[] = [
  ...['--keep', 'conv1,conv2,conv3', '--method', 'tdlrt', '--format', 'tucker', '--rank', '100%'],
];

const tucker = (label: string, settings: string, seeds = 1): RowRun =>
  onCifar(`tdlrt ${label}`, seeds, ...fromFull, '--with', settings);

export const tdlrt: Row = {
  name: 'tdlrt',
  script: 'illConditioned',
  claim:
    'On CIFAR-10 Tucker convolutions whose ranks move with every step stay within 1.5 points of dense at the largest ' +
    'compression they can hold, 80 % fewer entries in convolutions or more, beside narrow networks of equal size.',
  runs: [
    cifarDense,
    tucker('tau 0.07', 'tau=0.07,oneStep=true'),
    tucker('tau 0.1', 'tau=0.1,oneStep=true', 3),
    tucker('tau 0.15', 'tau=0.15,oneStep=true'),
    tucker('two gradients, tau 0.1', 'tau=0.1'),
    ...cifarNarrow,
    ...cifarFactorized,
  ],
};
