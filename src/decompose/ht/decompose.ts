/** Hierarchical Tucker decomposition of a dense tensor (Hackbusch & Kuehn 2009; Grasedyck 2010, leaves to root). */

import { ht } from '../../formats/ht.ts';
import { scope, unrecorded } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { Decomposed } from '../decomposed.ts';
import { denseOf } from '../dense.ts';
import type { DecomposeOptions } from '../options.ts';
import { treeSvd } from '../treeSvd.ts';

/**
 * The tensor a on a balanced binary tree over its modes, with the smallest ranks such that |a - full| <= eps |a|, or with
 * the ranks asked for (then within sqrt(2 d - 2) of the least error). All parts but the root are orthonormal towards it.
 * `report.error` is the error that was made. O(N n + d r^4) for N entries.
 * Throws RankError, FormatError and ShapeError for options that are not understood, NonFiniteError for NaN and Infinity,
 * DtypeError for integers.
 */
export function decompose(a: Tensor, options: DecomposeOptions): Decomposed {
  return unrecorded(() =>
    scope(() => {
      const { x, history } = treeSvd('ht.decompose', ht.name, denseOf('ht.decompose', ht, a, options), options);
      return new Decomposed(x, { error: history.at(-1) ?? 0, history });
    }),
  );
}
