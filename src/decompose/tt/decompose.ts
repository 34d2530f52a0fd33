/** Tensor trains of dense tensors. */

import { tt } from '../../formats/tt.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Decomposed } from '../decomposed.ts';
import { checkDense, layoutOf } from '../modes.ts';
import { checkOptions } from '../options.ts';
import type { TrainMethodOptions } from './method.ts';
import { trainOfLayout } from './ofLayout.ts';

/**
 * The tensor train of a dense tensor by TT-SVD, or by its randomized form. `eps` bounds the relative error of the
 * whole, |a - full(x)| <= eps |a|; at ranks given instead the error is at most sqrt(d - 1) times the least possible,
 * with sketches nearly so. All cores but the last have orthonormal columns [r n, s]. The report has the error that was
 * made.
 * Throws RankError, FormatError and ShapeError for options that are not understood, NonFiniteError for NaN and
 * Infinity, DtypeError for integers.
 */
export function decompose(a: Tensor, options: TrainMethodOptions): Decomposed {
  checkOptions('tt.decompose', options);
  checkDense('tt.decompose', a);
  return trainOfLayout('tt.decompose', tt, layoutOf(tt, a.shape, { fold: options.fold }), a, options);
}
