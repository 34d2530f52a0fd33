/** The gauge of a train: QR factorizations from both ends towards a core (Oseledets 2011, section 3). */

import { ShapeError } from '../errors.ts';
import type { Factored } from '../formats/network.ts';
import { scope } from '../tensor/scope.ts';
import { closed, gaugeOf } from './gauge.ts';
import { trainOf, withCores } from './train.ts';

/**
 * The same tensor with orthonormal columns [r n, s] in the cores before core `center` (default: the last) and orthonormal
 * rows [r, n s] in those behind it; the norm of that core is the norm of the tensor. Ranks shrink to what the cores beyond
 * a bond can fill. Norms that no number of the dtype holds are spread over the cores as powers of two.
 * Throws ShapeError for a center that is no core, NonFiniteError for NaN and Infinity.
 */
export function orthogonalize(x: Factored, center?: number): Factored {
  const train = trainOf('orthogonalize', x);
  const last = train.cores.length - 1;
  const at = center ?? last;
  if (!(Number.isInteger(at) && at >= 0 && at <= last)) {
    throw new ShapeError('orthogonalize', `the center is a core in 0..${last}`, String(at), 'correct it');
  }
  return scope(() => withCores(x, closed(gaugeOf('orthogonalize', train, at))));
}
