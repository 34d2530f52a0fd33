/**
 * Train dense, decompose early, train the parts (Elhoushi et al. 2019, "Accelerating training using tensor
 * decomposition"), at a given epoch or when the spectra have settled (Wang et al. 2023, Cuttlefish); optionally multiply
 * the parts back, and decompose again at the end. The parts keep the schedule of learning rates.
 */

import type { DescentOptions } from './descent.ts';
import { type EarlyState, type PhaseOptions, phased } from './earlyPhases.ts';
import { type RankRule, rankRules } from './earlyRanks.ts';
import { type Kinds, kindSettings } from './forms.ts';
import type { Method } from './method.ts';
import { descentOptions, type MethodEntry, type Target } from './settings.ts';

export interface EarlyOptions extends DescentOptions {
  readonly target: Target;
  /** Formats by kind of layer; default that of the target, or where it is dense tucker and lowRank. */
  readonly kinds?: Partial<Kinds>;
  /** Default 'evbmf'. */
  readonly ranks?: RankRule;
  /** Share of the energy for ranks by 'energy'; default 0.9. */
  readonly energy?: number;
  /** Least rank that is chosen; default 16. */
  readonly floor?: number;
  /** When to decompose, in epochs, or as a share of them below 1; default 0.25. At the latest, where `settle` is given. */
  readonly at?: number;
  /** Decompose once stable ranks change by at most `eps` in an epoch, averaged over `window` epochs. */
  readonly settle?: { readonly eps: number; readonly window: number };
  /** Leave layers dense that would be less than so many times faster; default 0, none. */
  readonly speedup?: number;
  /** When to multiply back, in epochs, or as a share of them below 1; default 0, never. */
  readonly rebuild?: number;
  /** Decomposing may take the loss x of a probe to (1 + tolerance) x + tolerance; else it waits an epoch. Default 10. */
  readonly tolerance?: number;
  /** Whose optimizer state starts anew; default that of changed leaves. */
  readonly reset?: 'changed' | 'all';
}

const about = 'train dense, decompose early, train the parts';

export function early(options: EarlyOptions): Method<EarlyState> {
  const { kinds = {}, ranks = 'evbmf', energy = 0.9, floor = 16, ...rest } = options;
  const phases: PhaseOptions = {
    at: 0.25,
    speedup: 0,
    rebuild: 0,
    tolerance: 10,
    reset: 'changed',
    ...rest,
    kinds: { conv: 'run', linear: 'run', ...kinds },
    ranks: { rule: ranks, energy, floor },
    restarts: false,
    rate: 1,
  };
  return phased('early', about, phases);
}

export const earlyEntry: MethodEntry = {
  name: 'early',
  about,
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
    early({
      ...descentOptions(common),
      target,
      kinds: { conv: own.conv as string, linear: own.linear as string },
      ranks: own.ranks as RankRule,
      energy: own.energy as number,
      floor: own.floor as number,
      at: own.at as number,
      ...(own.when === 'settled' ? { settle: { eps: own.eps as number, window: own.window as number } } : {}),
      speedup: own.speedup as number,
      rebuild: own.rebuild as number,
      tolerance: own.tolerance as number,
      reset: own.reset as 'changed' | 'all',
    }),
};
