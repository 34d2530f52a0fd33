/** The Q of a QR factorization as a product of reflectors: kept in the place of A, applied without being formed. */

import { BackendError, ShapeError } from '../../errors.ts';
import { geqrf } from '../../kernels/geqrf.ts';
import { ormqr } from '../../kernels/ormqr.ts';
import { sameShape, showShape } from '../../shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { contiguous } from '../contiguous.ts';
import { applyAll, type Op } from '../op.ts';
import { checkFinite, checkRange, matricesOf } from './matrices.ts';

/** A = Q R, with the Q [..., m, m] and R that qr() gives. */
export interface Reflectors {
  /** [..., m, n]: below the diagonal, reflectors as LAPACK keeps them; above it R, with LAPACK's signs. */
  readonly F: Tensor;
  /** Factors of the reflectors, [..., k], k = min(m, n). */
  readonly tau: Tensor;
  /** [..., k, n], diagonal >= 0. */
  readonly R: Tensor;
}

function refuse(op: string): never {
  throw new BackendError(op, 'reflectors have no gradient', 'one', 'use qr()');
}

/** Results F, tau and R. */
const reflectorsOp: Op = {
  name: 'reflectors',
  infer([a]) {
    const { m, n, lead, dtype } = matricesOf('reflectors', a!);
    const k = Math.min(m, n);
    return [
      { shape: a!.shape, dtype },
      { shape: [...lead, k], dtype },
      { shape: [...lead, k, n], dtype },
    ];
  },
  forward([F, tau, R], [a], _, on) {
    const { batch, m, n } = matricesOf('reflectors', a!);
    const results = { F: F!.operand(), tau: tau!.operand(), Q: null, R: R!.operand() };
    on.run(geqrf, a!.dtype, { batch, m, n, columns: Math.min(m, n), A: a!.operand(), ...results });
  },
  vjp: () => refuse('reflectors'),
};

/** Inputs F, tau and C; attributes: whether Q is transposed. */
const applyOp: Op<boolean> = {
  name: 'applyQ',
  infer([F, tau, C]) {
    const { lead, m, n, dtype } = matricesOf('applyQ', F!);
    const of = matricesOf('applyQ', C!);
    if (
      !sameShape(lead, of.lead) ||
      of.m !== m ||
      of.dtype !== dtype ||
      !sameShape(tau!.shape, [...lead, Math.min(m, n)])
    ) {
      const got = `${C!.dtype} ${showShape(C!.shape)} for reflectors ${dtype} ${showShape(F!.shape)}`;
      throw new ShapeError(
        'applyQ',
        'the matrices have the rows, leading modes and dtype of A',
        got,
        'reshape or cast',
      );
    }
    return { shape: C!.shape, dtype };
  },
  forward([Y], [F, tau, C], transposed, on) {
    const { batch, m, n } = matricesOf('applyQ', F!);
    on.run(ormqr, F!.dtype, {
      ...{ batch, m, n, columns: C!.shape.at(-1)!, transposed: transposed ? 1 : 0 },
      ...{ F: F!.operand(), tau: tau!.operand(), C: C!.operand(), Y: Y!.operand() },
    });
  },
  vjp: () => refuse('applyQ'),
};

/**
 * The QR factorization of a [..., m, n] without Q: half of the work of qr(), and what applyQ() takes. Not differentiable.
 * Throws as qr().
 */
export function reflectors(a: Tensor): Reflectors {
  const top = checkFinite('reflectors', a);
  const [F, tau, R] = applyAll(reflectorsOp, [contiguous(a)], undefined);
  checkRange('reflectors', R!, a, top);
  return { F: F!, tau: tau!, R: R! };
}

/**
 * Q c, or Q' c with `transpose`, for c [..., m, p]: 4 m k p operations, where to form all of Q takes 4 m^2 k. The first k
 * rows of Q' c are the product with the thin Q. Not differentiable. Throws ShapeError where sizes or dtypes differ.
 */
export function applyQ({ F, tau }: Reflectors, c: Tensor, { transpose = false }: { transpose?: boolean } = {}): Tensor {
  return applyAll(applyOp, [F, tau, c].map(contiguous), transpose)[0]!;
}
