/**
 * How alike two CP tensors are component by component: the factor match score (Acar, Dunlavy & Kolda 2011, section
 * 4.1), over the best of all pairings of components.
 */

import { RankError, ShapeError } from '../../errors.ts';
import { type Factored, modesOf } from '../../formats/network.ts';
import { einsum } from '../../ops/einsum/einsum.ts';
import { cast } from '../../ops/cast.ts';
import { sameShape, showShape } from '../../shape.ts';
import { dataSync } from '../../tensor/read.ts';
import { scope, unrecorded } from '../../tensor/scope.ts';
import { assign } from './assign.ts';
import { type Canonical, checkCp, normalize } from './canonical.ts';

export interface MatchOptions {
  /** Whether unequal weights lower the score; default true. */
  readonly weights?: boolean;
}

/**
 * The factor match score of y against x, in [-1, 1], 1 for equal components in any order: the mean over the components
 * of x of (1 - |w - w'| / max(w, w')) times the product of the cosines of their columns. y has at least the rank of x.
 * Throws ShapeError for other modes, RankError for a smaller rank.
 */
export function factorMatch(x: Factored, y: Factored, { weights = true }: MatchOptions = {}): number {
  const [a, b] = [checkCp('cp.factorMatch', x), checkCp('cp.factorMatch', y)];
  if (!sameShape(modesOf(x), modesOf(y))) {
    const got = `${showShape(modesOf(x))} and ${showShape(modesOf(y))}`;
    throw new ShapeError('cp.factorMatch', 'both tensors have the same modes', got, 'compare others');
  }
  const [r, s] = [a[0]!.shape[1]!, b[0]!.shape[1]!];
  if (s < r) {
    const got = `${r} and ${s}`;
    throw new RankError('cp.factorMatch', 'the second tensor has at least the rank of the first', got, 'exchange them');
  }
  return unrecorded(() => scope(() => matched(normalize(x), normalize(y), weights)));
}

function matched(x: Canonical, y: Canonical, withWeights: boolean): number {
  const [v, w] = [dataSync(x.weights), dataSync(y.weights)];
  const cosines = x.factors.map((a, k) => dataSync(einsum('ir,iq->rq', cast(a, 'f64'), cast(y.factors[k]!, 'f64'))));
  const scores = Array.from(v, (p, i) =>
    Array.from(w, (q, j) => {
      const top = Math.max(p, q);
      const alike = withWeights && top > 0 ? 1 - Math.abs(p - q) / top : 1;
      return cosines.reduce((product, c) => product * c[i * w.length + j]!, alike);
    }),
  );
  const pairs = assign(scores.map((row) => row.map((score) => -score)));
  return pairs.reduce((sum, j, i) => sum + scores[i]![j]!, 0) / v.length;
}
