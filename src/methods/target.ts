/** Weights in the low-rank form that a run is after, and the ranks that meet a budget of the whole network. */

import { RankError } from '../errors.ts';
import { denseWeight, type FactorizeOptions, lowRankWeight, type MakeWeight, weightsByPath } from '../formats/make.ts';
import type { ModelFamily, ModelOptions } from '../nn/models/model.ts';
import { parametersOf } from '../nn/narrow.ts';
import type { Target } from './settings.ts';

/** A maker of weights in the target's format and rank, dense in the layers it keeps. */
export function targetWeight(target: Target, note?: FactorizeOptions['note']): MakeWeight {
  const { format, rank, folds, keep } = target;
  const made = lowRankWeight({ format, rank, ...(folds ? { folds } : {}), ...(note ? { note } : {}) });
  return weightsByPath(Object.fromEntries(keep.map((layer) => [layer, denseWeight()])), made);
}

/** Steps of the search. */
const STEPS = 24;

/**
 * The share of each weight at which the whole network stores at most `budget` parameters. Throws RankError where not even
 * ranks of 1 do.
 */
export function rankWithin(family: ModelFamily, options: ModelOptions, target: Target, budget: number): number {
  const count = (rank: number): number =>
    parametersOf(family, { ...options, weight: targetWeight({ ...target, rank }) });
  let low = 0;
  let high = 1;
  for (let k = 0; k < STEPS; k++) {
    const middle = (low + high) / 2;
    if (count(middle) <= budget) low = middle;
    else high = middle;
  }
  if (low > 0) return low;
  const least = count(high);
  throw new RankError(
    'rank',
    `${family.name} has at most ${budget} parameters`,
    `${least} at ranks of 1`,
    'allow more',
  );
}
