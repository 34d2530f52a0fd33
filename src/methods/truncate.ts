/**
 * Dense training and one truncation to the ranks asked for: at the end, or before a last share of the epochs in which the
 * parts are tuned. The simplest compressions there are, as controls.
 */

import { type PhaseOptions, phased } from './earlyPhases.ts';
import { kindSettings } from './forms.ts';
import { descentOptions, type MethodEntry, type MethodSettings, type OwnSettings, type Target } from './settings.ts';

function optionsOf(common: MethodSettings, own: OwnSettings, target: Target): PhaseOptions {
  return {
    ...descentOptions(common),
    target,
    kinds: { conv: own.conv as string, linear: own.linear as string },
    ranks: { rule: own.ranks as 'target' | 'budget', energy: 1, floor: 1 },
    at: Number.MAX_VALUE,
    speedup: 0,
    rebuild: 0,
    // A control shows what truncation does, however bad.
    tolerance: Number.MAX_VALUE,
    reset: 'all',
    restarts: false,
    rate: 1,
  };
}

const ranks = {
  about: 'each weight at --rank, or all together within --rank as one budget',
  fallback: 'target',
  choices: ['target', 'budget'],
};

export const truncateEntry: MethodEntry = {
  name: 'truncate',
  about: 'dense training, truncated once at the end',
  start: 'dense',
  isControl: true,
  settings: { ...kindSettings, ranks },
  build: (common, own, target) => phased('truncate', truncateEntry.about, optionsOf(common, own, target)),
};

export const finetuneEntry: MethodEntry = {
  name: 'finetune',
  about: 'dense training, truncation, tuning of the parts: truncate+finetune',
  start: 'dense',
  isControl: true,
  settings: {
    ...kindSettings,
    ranks,
    at: { about: 'when to truncate: a number of epochs, or below 1 a share of them', fallback: 0.7, min: 0 },
    restart: { about: 'each phase has the schedule to itself, instead of one over all epochs', fallback: false },
    rate: { about: 'factor on the learning rate of the parts', fallback: 1, min: 0 },
  },
  build: (common, own, target) =>
    phased('finetune', finetuneEntry.about, {
      ...optionsOf(common, own, target),
      at: own.at as number,
      restarts: own.restart as boolean,
      rate: own.rate as number,
    }),
};
