/** One budget of stored parameters over all weights of LRPET: ranks from the spectra at the first projection. */

import { basisOf } from '../decompose/splitOff.ts';
import { RankError } from '../errors.ts';
import { countsOf } from '../nn/counts.ts';
import type { Params } from '../nn/module.ts';
import { mul } from '../ops/binary.ts';
import { reshape } from '../ops/reshape.ts';
import { stateKey } from '../optim/step.ts';
import { allocate } from '../select/allocate.ts';
import { type Candidate, fromSpectrum } from '../select/candidate.ts';
import { scope } from '../tensor/scope.ts';
import type { Rectifier } from './lrpetProject.ts';
import type { Task } from './method.ts';
import type { Planned } from './plan.ts';

/** Ranks by weight, 0 for one that stays dense, with '/' for '.' in paths. */
export type Ranks = Readonly<Record<string, number>>;

/** What two factors of rank 1 store, for a weight as a matrix of outputs against all else. */
const perRank = ({ weight }: Planned): number => weight.shape[0]! + weight.size / weight.shape[0]!;

/** What is left of a budget of the whole network for the planned weights. Throws RankError where that is too little. */
export function leftFor(task: Task, params: Params, weights: readonly Planned[], budget: number): number {
  const all = countsOf(task.model, params).parameters;
  const rest = weights.reduce((n, { weight }) => n - weight.size, all);
  const least = weights.reduce((n, planned) => n + Math.min(perRank(planned), planned.weight.size), rest);
  if (least <= budget) return budget - rest;
  const rule = `the network has at most ${budget} parameters`;
  throw new RankError('lrpet', rule, `${least} at ranks of 1`, 'allow more, or keep fewer layers dense');
}

/** Ranks whose squared relative errors, after rectification, have the least sum within `limit` stored parameters. */
export function shareOut(
  weights: readonly Planned[],
  rectifiers: readonly (Rectifier | undefined)[],
  limit: number,
): Ranks {
  const candidates = weights.map((planned, k) => candidateOf(planned, rectifiers[k]));
  const { choices } = allocate(candidates, { maxParams: limit });
  return Object.fromEntries(
    choices.map(({ rank }, k) => [stateKey(weights[k]!.site.nodePath), typeof rank === 'number' ? rank : 0]),
  );
}

function candidateOf(planned: Planned, rectifier: Rectifier | undefined): Candidate {
  const { weight, site } = planned;
  return scope(() => {
    const column = [weight.shape[0]!, ...weight.shape.slice(1).map(() => 1)];
    const M = rectifier === undefined ? weight : mul(weight, reshape(rectifier.alpha, column));
    const { values } = basisOf(M, [0], () => 1);
    const energy = values.reduce((sum, s) => sum + s * s, 0);
    const cost = perRank(planned);
    const most = Math.min(values.length, Math.ceil(weight.size / cost) - 1);
    return fromSpectrum(site.path, values, {
      params: cost,
      weight: energy > 0 ? 1 / energy : 1,
      ranks: Array.from({ length: most }, (_, k) => k + 1),
      dense: { params: weight.size },
    });
  });
}
