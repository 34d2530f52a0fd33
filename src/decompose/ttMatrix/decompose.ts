/** TT-matrices of dense matrices and of the weights of layers (Oseledets 2010; Novikov et al. 2015). */

import { ShapeError } from '../../errors.ts';
import type { Role } from '../../formats/format.ts';
import { ttMatrix } from '../../formats/ttMatrix.ts';
import { showShape } from '../../shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Decomposed } from '../decomposed.ts';
import { checkDense } from '../modes.ts';
import { checkOptions } from '../options.ts';
import type { TrainMethodOptions } from '../tt/method.ts';
import { trainOfLayout } from '../tt/ofLayout.ts';

export interface MatrixDecomposeOptions extends TrainMethodOptions {
  /** What each axis is: rows ('out'), columns ('in') or the window of a convolution. Default: rows, columns, window. */
  readonly roles?: readonly Role[];
}

/**
 * The TT-matrix of a dense matrix [m, n], or of a convolution's weight [m, n, ...window], by TT-SVD of the tensor whose
 * k-th mode pairs the k-th modes of rows and columns. `fold` cuts the axes, [[4, 7], [5, 6]], rows and columns equally
 * often; without it they are cut as layers cut theirs. `eps` bounds the relative error of the whole.
 * Throws as tt.decompose().
 */
export function decompose(a: Tensor, options: MatrixDecomposeOptions): Decomposed {
  checkOptions('ttMatrix.decompose', options);
  checkDense('ttMatrix.decompose', a);
  const roles = options.roles ?? a.shape.map((_, k): Role => (k === 0 ? 'out' : k === 1 ? 'in' : 'window'));
  const known = roles.every((role) => role === 'out' || role === 'in' || role === 'window');
  if (a.order < 2 || roles.length !== a.order || !known || !roles.includes('out') || !roles.includes('in')) {
    const rule = "a TT-matrix has rows and columns, and roles 'out', 'in' or 'window' for its axes";
    const got = `${showShape(a.shape)} with [${roles.join(', ')}]`;
    throw new ShapeError('ttMatrix.decompose', rule, got, 'decompose a tensor train, or correct the roles');
  }
  const axes = a.shape.map((size, k) => ({ size, role: roles[k]! }));
  const layout = ttMatrix.layout(axes, options.fold === undefined ? {} : { fold: options.fold });
  return trainOfLayout('ttMatrix.decompose', ttMatrix, layout, a, options);
}
