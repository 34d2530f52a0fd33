/** QR and LQ factorization of matrices by Householder reflectors. 2 m n^2 - 2/3 n^3 operations for m >= n, twice with Q. */

import { geqrf } from '../../kernels/geqrf.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { contiguous } from '../contiguous.ts';
import { applyAll, type Op } from '../op.ts';
import { checkFinite, checkRange, inOneScope, matricesOf } from './matrices.ts';
import { qrGrad } from './qrGrad.ts';
import { transposed } from './triangles.ts';

export interface QrOptions {
  /** All m columns of Q, and m rows of R, instead of min(m, n). */
  readonly full?: boolean;
}

/** Attributes: whether Q is square. */
const qrOp: Op<boolean> = {
  name: 'qr',
  infer([a], full) {
    const { m, n, lead, dtype } = matricesOf('qr', a!);
    const columns = full ? m : Math.min(m, n);
    return [
      { shape: [...lead, m, columns], dtype },
      { shape: [...lead, columns, n], dtype },
    ];
  },
  forward([Q, R], [a], _, on) {
    const { batch, m, n } = matricesOf('qr', a!);
    const columns = Q!.shape.at(-1)!;
    on.run(geqrf, a!.dtype, {
      ...{ batch, m, n, columns },
      ...{ A: a!.operand(), F: null, tau: null, Q: Q!.operand(), R: R!.operand() },
    });
  },
  vjp: ([gQ, gR], { inputs: [a], outs: [Q, R] }) => [qrGrad(a!, { Q: Q!, R: R! }, { gQ: gQ ?? null, gR: gR ?? null })],
};

/**
 * A [..., m, n] = Q R with orthonormal columns in Q [..., m, k] and R [..., k, n] upper triangular, diagonal >= 0,
 * k = min(m, n); with `full`, Q [..., m, m] and R [..., m, n]. Unique where the first k columns of A are independent; there
 * it has a gradient. Elsewhere that is finite, and what a loss depends on through columns that add nothing to those before
 * them is left out. Columns of Q beyond k are any basis of the rest: a loss should not depend on which.
 * Throws ShapeError for orders below 2, DtypeError for integers, NonFiniteError for NaN and Infinity and for an R that
 * overflows.
 */
export function qr(a: Tensor, { full = false }: QrOptions = {}): { Q: Tensor; R: Tensor } {
  return inOneScope(() => {
    const top = checkFinite('qr', a);
    const [Q, R] = applyAll(qrOp, [contiguous(a)], full);
    checkRange('qr', R!, a, top);
    return { Q: Q!, R: R! };
  });
}

/**
 * A [..., m, n] = L Q with L [..., m, k] lower triangular, diagonal >= 0, and orthonormal rows in Q [..., k, n],
 * k = min(m, n): the QR factorization of the transpose. Throws as qr().
 */
export function lq(a: Tensor): { L: Tensor; Q: Tensor } {
  matricesOf('lq', a);
  return inOneScope(() => {
    const top = checkFinite('lq', a);
    const [Q, R] = applyAll(qrOp, [contiguous(transposed(a))], false);
    checkRange('lq', R!, a, top);
    return { L: transposed(R!), Q: transposed(Q!) };
  });
}
