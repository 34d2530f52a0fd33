/**
 * Dynamical low-rank training of convolutions in Tucker form. Steps from ill-conditioned starts have a script of
 * their own, illConditioned.ts.
 */

import type { Row, RowRun } from './row.ts';
import { cifarDense, cifarFactorized, cifarNarrow, keepFirst, onCifar } from './shared.ts';

/** Ranks begin at the greatest ones: truncation lets few of them rise again within five epochs. */
const fromFull: readonly string[] = ['--method', 'tdlrt', '--format', 'tucker', '--rank', '100%'];

const tucker = (label: string, settings: string, seeds = 1): RowRun =>
  onCifar(`tdlrt ${label}`, seeds, ...keepFirst, ...fromFull, '--with', settings);

export const tdlrt: Row = {
  name: 'tdlrt',
  claim:
    'On CIFAR-10 Tucker convolutions whose ranks move with every step stay within 1.5 points of dense at the largest ' +
    'compression they can hold, 80 % fewer entries in convolutions or more, beside narrow networks of equal size.',
  runs: [
    cifarDense,
    tucker('tau 0.05', 'tau=0.05,oneStep=true'),
    tucker('tau 0.12', 'tau=0.12,oneStep=true', 3),
    tucker('tau 0.2', 'tau=0.2,oneStep=true'),
    tucker('two gradients, tau 0.12', 'tau=0.12'),
    ...cifarNarrow,
    ...cifarFactorized,
  ],
};
