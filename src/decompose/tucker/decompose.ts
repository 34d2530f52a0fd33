/** Tucker decomposition of a dense tensor: a core, and orthonormal factors that are multiplied into its modes. */

import { scope, unrecorded } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { Decomposed, type Report } from '../decomposed.ts';
import { checkWord, scaledOf } from '../dense.ts';
import { checkOptions } from '../options.ts';
import { hooi } from './hooi.ts';
import { hosvd, sthosvd } from './hosvd.ts';
import { nonnegative } from './nonnegative.ts';
import { factoredOf, type Parts, type Problem, problemOf, type TuckerOptions } from './problem.ts';

const OP = 'tucker.decompose';

/**
 * The tensor a as core x_1 factor0 x_2 factor1 ..., with the fewest columns such that |a - full| <= eps |a|, or with the
 * ranks asked for (then within the root of the number of modes of the least error). Factors have orthonormal columns, but
 * for nonnegative ones. `report.error` is exact for `sthosvd`, computed entry by entry for the others.
 * Throws ShapeError, DtypeError, RankError or FormatError for operands and options that are not understood,
 * NonFiniteError for NaN and Infinity.
 */
export function decompose(a: Tensor, options: TuckerOptions): Decomposed {
  checkOptions(OP, options);
  const method = options.method ?? 'sthosvd';
  checkWord(OP, 'a method', method, ['hosvd', 'sthosvd', 'hooi']);
  return unrecorded(() =>
    scope(() => {
      const problem = problemOf(OP, a, options);
      const { history, converged, ...found } = solved(problem, method);
      return new Decomposed(factoredOf(problem, found), { error: history.at(-1)!, history, converged });
    }),
  );
}

function solved(problem: Problem, method: string): Parts & Pick<Report, 'history' | 'converged'> {
  const { options, modes } = problem;
  if (modes.length === 0) return { core: scaledOf(problem), factors: new Map(), history: [0], converged: true };
  if (options.nonnegative) return nonnegative(problem);
  if (method === 'hooi') return hooi(problem);
  return { ...(method === 'hosvd' ? hosvd(problem) : sthosvd(problem)), converged: true };
}
