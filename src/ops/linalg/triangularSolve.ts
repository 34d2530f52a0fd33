/** Systems with a triangular matrix, by substitution. n^2 k operations. */

import { trsm } from '../../kernels/trsm.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { contiguous } from '../contiguous.ts';
import { matmul } from '../matmul.ts';
import { apply, type Op } from '../op.ts';
import { neg } from '../unary.ts';
import { checkFinite, ofSolutions, squaresOf } from './matrices.ts';
import { refusePivot, watch } from './pivots.ts';
import { aligned } from './rightSides.ts';
import { lowerPart, transposed, upperPart } from './triangles.ts';

export interface TriangularOptions {
  /** The upper triangle instead of the lower one. */
  readonly upper?: boolean;
  /** The diagonal counts as ones and is not looked at. */
  readonly unit?: boolean;
  /** Solves with the transpose of that triangle. */
  readonly transpose?: boolean;
}

const told = {
  rule: 'the triangle has no zero on its diagonal',
  pivot: 'a zero',
  remedy: 'use lstsq() or pinv(), or add a multiple of the identity',
};

/** Inputs a [..., n, n] and b [..., n, k] of the same leading modes. */
const triangularOp: Op<Required<TriangularOptions>> = {
  name: 'triangularSolve',
  infer: ([, b]) => ({ shape: b!.shape, dtype: b!.dtype }),
  forward([x], [a, b], { upper, unit, transpose }, on) {
    const found = squaresOf('triangularSolve', a!);
    const { batch, n } = found;
    const met = watch(() =>
      on.run(trsm, a!.dtype, {
        ...{ batch, n, columns: b!.shape.at(-1)!, upper: upper === transpose ? 0 : 1, unit: unit ? 1 : 0 },
        ...{ rowStride: transpose ? 1 : n, columnStride: transpose ? n : 1, T: a!.operand() },
        ...{ scatter: 0, order: null, B: b!.operand(), X: x!.operand() },
      }),
    );
    refusePivot('triangularSolve', met, found, told);
  },
  // X = T^-1 B: dX = T^-1 (dB - dT X).
  vjp([g], { inputs: [a], outs: [x], attrs, needs }) {
    const gb = triangularSolve(a!, g!, { ...attrs, transpose: !attrs.transpose });
    if (!needs[0]) return [null, gb];
    const full = attrs.transpose ? matmul(x!, transposed(gb)) : matmul(gb, transposed(x!));
    const part = attrs.upper ? upperPart(full, attrs.unit) : lowerPart(full, attrs.unit);
    return [neg(part), needs[1] ? gb : null];
  },
};

/**
 * The X [..., n, k] with T X = B, T the lower triangle of a [..., n, n]; of the other triangle nothing is used. Leading
 * modes of a and b broadcast, and b [n] is one column. Throws ShapeError where the sizes do not fit, NonFiniteError for NaN
 * and Infinity in a or b and for a solution that overflows, SingularError for a zero on the diagonal.
 */
export function triangularSolve(
  a: Tensor,
  b: Tensor,
  { upper = false, unit = false, transpose = false }: TriangularOptions = {},
): Tensor {
  squaresOf('triangularSolve', a);
  const system = aligned('triangularSolve', a, b);
  checkFinite('triangularSolve', a);
  checkFinite('triangularSolve', b);
  const x = apply(triangularOp, [contiguous(system.a), contiguous(system.b)], { upper, unit, transpose });
  checkFinite('triangularSolve', x, ofSolutions);
  return system.restore(x);
}
