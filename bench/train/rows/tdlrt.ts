/**
 * Dynamical low-rank training of convolutions in Tucker form. Steps from ill-conditioned starts have a script of
 * their own, illConditioned.ts.
 */

import type { Row, RowRun } from './row.ts';
import { cifarDense, cifarFactorized, cifarNarrow, keepFirst, onCifar } from './shared.ts';

const tucker = (label: string, settings: string, seeds = 1): RowRun =>
  onCifar(`tdlrt ${label}`, seeds, ...keepFirst, '--method', 'tdlrt', '--format', 'tucker', '--with', settings);

export const tdlrt: Row = {
  name: 'tdlrt',
  claim:
    'On CIFAR-10 Tucker convolutions whose ranks move with every step stay within 1.5 points of dense at the largest ' +
    'compression they can hold, 80 % fewer entries in convolutions or more, beside narrow networks of equal size.',
  runs: [
    cifarDense,
    tucker('tau 0.05', 'tau=0.05,oneStep=true'),
    tucker('tau 0.1', 'tau=0.1,oneStep=true', 3),
    tucker('tau 0.15', 'tau=0.15,oneStep=true'),
    tucker('tau 0.1 two gradients', 'tau=0.1'),
    ...cifarNarrow,
    ...cifarFactorized,
  ],
};
