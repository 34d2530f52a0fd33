/** What `early` can be set on the command line. */

import { early } from './early.ts';
import { kindSettings } from './earlyForms.ts';
import { type RankRule, rankRules } from './earlyRanks.ts';
import { descentOptions, type MethodEntry } from './settings.ts';

export const earlyEntry: MethodEntry = {
  name: 'early',
  about: 'train dense, decompose early, train the parts',
  start: 'dense',
  settings: {
    ...kindSettings,
    when: {
      about: 'decompose at an epoch, or when stable ranks have settled (Cuttlefish), at that epoch at the latest',
      fallback: 'epoch',
      choices: ['epoch', 'settled'],
    },
    at: { about: 'that epoch: a number of epochs, or below 1 a share of them', fallback: 0.25, min: 0 },
    ranks: {
      about: 'ranks by evidence (EVBMF), energy, scaled stable rank, one budget (--rank 0.1 of all), or as --rank says',
      fallback: 'evbmf',
      choices: rankRules,
    },
    energy: { about: 'share of the energy that a bond keeps, for ranks=energy', fallback: 0.9, min: 0, max: 1 },
    // Evidence finds very few ranks in young linear layers: more than it finds cost little and train better.
    floor: { about: 'least rank that is chosen, where the weight has use for it', fallback: 16, min: 1, whole: true },
    speedup: {
      about: 'leave layers dense that would not be so many times faster (Cuttlefish: 1.5)',
      fallback: 0,
      min: 0,
    },
    eps: { about: 'change of stable ranks in an epoch, for when=settled', fallback: 0.1, min: 0 },
    window: { about: 'epochs that this change is averaged over', fallback: 2, min: 1, whole: true },
    rebuild: { about: 'multiply back at this epoch, or share of them; 0 for never', fallback: 0, min: 0 },
    tolerance: {
      about: 'decomposing may take the loss of a probe x to (1 + tolerance) x + tolerance; else it waits an epoch',
      fallback: 10,
      min: 0,
    },
    reset: {
      about: 'whose optimizer state starts anew: that of changed leaves, or all',
      fallback: 'changed',
      choices: ['changed', 'all'],
    },
  },
  build: (common, own, target) =>
    early('early', 'train dense, decompose early, train the parts', {
      ...descentOptions(common),
      target,
      kinds: { conv: own.conv as string, linear: own.linear as string },
      ranks: { rule: own.ranks as RankRule, energy: own.energy as number, floor: own.floor as number },
      at: own.at as number,
      ...(own.when === 'settled' ? { settle: { eps: own.eps as number, window: own.window as number } } : {}),
      speedup: own.speedup as number,
      rebuild: own.rebuild as number,
      tolerance: own.tolerance as number,
      reset: own.reset as 'changed' | 'all',
      restarts: false,
      rate: 1,
    }),
};
