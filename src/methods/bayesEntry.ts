/** Automatic rank determination as the command line has it: its settings and what they build. */

import { bayes, bayesDefaults } from './bayes.ts';
import { type Prior, priorKinds } from './bayesPrior.ts';
import type { Method } from './method.ts';
import { descentOptions, type MethodEntry, type MethodSettings, type OwnSettings, type Target } from './settings.ts';

/** From the settings of a command line. */
function built(common: MethodSettings, own: OwnSettings, { keep }: Target): Method {
  const number = (name: string): number => own[name] as number;
  const kind = own.prior as Prior['kind'];
  const prior: Prior =
    kind === 'halfCauchy'
      ? { kind, eta: number('eta') }
      : kind === 'inverseGamma'
        ? { kind, alpha: number('alpha'), beta: number('beta') }
        : { kind: 'logUniform' };
  return bayes({
    ...descentOptions(common),
    prior,
    isSampled: own.inference === 'sampled',
    weight: number('weight'),
    delay: number('delay'),
    warmup: number('warmup'),
    damping: number('damping'),
    threshold: number('threshold'),
    pruneEvery: number('prune'),
    pruneFrom: number('pruneFrom'),
    tolerance: number('tolerance'),
    spread: number('spread'),
    samples: number('samples'),
    isBalanced: own.balance === true,
    keep,
  });
}

export const bayesEntry: MethodEntry = {
  name: 'bayes',
  about: 'prior variances by component find the ranks (Hawkins, Liu, Zhang 2022)',
  start: 'lowRank',
  format: 'ttMatrix',
  rank: 20,
  defaults: { optimizer: 'adam', learningRate: 0.005 },
  settings: {
    prior: { about: 'prior of the variances', fallback: 'logUniform', choices: priorKinds },
    eta: { about: 'scale of halfCauchy', fallback: 0.1, min: 1e-9 },
    alpha: { about: 'shape of inverseGamma', fallback: 1, min: 0 },
    beta: { about: 'scale of inverseGamma', fallback: 1e-5, min: 0 },
    inference: {
      about: 'map: means alone; sampled: Gaussian posteriors',
      fallback: 'map',
      choices: ['map', 'sampled'],
    },
    weight: { about: 'weight of the prior after the warm-up', fallback: bayesDefaults.weight, min: 0 },
    delay: { about: 'epochs without the prior; below 1 a share of the run', fallback: bayesDefaults.delay, min: 0 },
    warmup: { about: 'epochs over which its weight grows; below 1 a share', fallback: bayesDefaults.warmup, min: 0 },
    damping: { about: 'how far variances move in a step', fallback: 1, min: 1e-6, max: 1 },
    threshold: { about: 'components of smaller variance are cut', fallback: bayesDefaults.threshold, min: 0 },
    prune: { about: 'epochs between cuts; 0 for one at the end', fallback: 1, min: 0, whole: true },
    pruneFrom: {
      about: 'epoch of the first cut; below 1 a share of the run',
      fallback: bayesDefaults.pruneFrom,
      min: 0,
    },
    tolerance: { about: 'how much a cut may raise the loss of the probe', fallback: bayesDefaults.tolerance, min: 0 },
    spread: {
      about: 'first posterior deviations over the size of the means',
      fallback: bayesDefaults.spread,
      min: 1e-6,
    },
    balance: { about: 'parts of a weight get equal sizes after each epoch', fallback: bayesDefaults.isBalanced },
    samples: { about: 'samples that predictions average over', fallback: bayesDefaults.samples, min: 1, whole: true },
  },
  build: built,
};
