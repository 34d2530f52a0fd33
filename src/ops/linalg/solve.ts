/** Systems of equations by LU factorization, and the inverse. 2/3 n^3 + 2 n^2 k operations. */

import { trsm } from '../../kernels/trsm.ts';
import { eye } from '../../tensor/create.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { broadcastTo } from '../broadcast.ts';
import { contiguous } from '../contiguous.ts';
import { matmul } from '../matmul.ts';
import { apply, type Op } from '../op.ts';
import { neg } from '../unary.ts';
import { type Factors, factorsOf, inRange } from './lu.ts';
import { checkFinite, ofSolutions, squaresOf } from './matrices.ts';
import { refusePivot, watch } from './pivots.ts';
import { aligned } from './rightSides.ts';
import { timesPowerOfTwo } from './scale.ts';
import { transposed } from './triangles.ts';

const told = {
  rule: 'the matrix is invertible',
  pivot: 'a zero pivot',
  remedy: 'use lstsq() or pinv(), or add a multiple of the identity',
};

/** `op` is whom errors name; `transpose` solves with A'. */
interface Attrs {
  readonly op: string;
  readonly transpose: boolean;
}

/**
 * Inputs a, its factors F and permutation, and b [..., n, k]; the factors count as part of a. For A' X = B: U' Y = B,
 * L' Z = Y, and row i of Z is row permutation[i] of X.
 */
const solveOp: Op<Attrs> = {
  name: 'solve',
  infer: ([, , , b]) => ({ shape: b!.shape, dtype: b!.dtype }),
  forward([x], [a, F, P, b], { op, transpose }, on) {
    const found = squaresOf(op, a!);
    const { batch, n } = found;
    const columns = b!.shape.at(-1)!;
    const common = {
      batch,
      n,
      columns,
      rowStride: transpose ? 1 : n,
      columnStride: transpose ? n : 1,
      T: F!.operand(),
    };
    const L = { ...common, upper: transpose ? 1 : 0, unit: 1, order: P!.operand(), scatter: transpose ? 1 : 0 };
    const U = { ...common, upper: transpose ? 0 : 1, unit: 0, order: null, scatter: 0 };
    const [first, second] = transpose ? [U, L] : [L, U];
    const met = watch(() => {
      on.run(trsm, x!.dtype, { ...first, B: b!.operand(), X: x!.operand() });
      on.run(trsm, x!.dtype, { ...second, B: x!.operand(), X: x!.operand() });
    });
    refusePivot(op, met, found, told);
  },
  // X = A^-1 B: dX = A^-1 (dB - dA X).
  vjp([g], { inputs: [a, F, P], outs: [x], attrs, needs }) {
    const gb = solved(attrs.op, a!, { F: F!, permutation: P! }, g!, !attrs.transpose);
    if (!needs[0]) return [null, null, null, gb];
    const ga = attrs.transpose ? matmul(x!, transposed(gb)) : matmul(gb, transposed(x!));
    return [neg(ga), null, null, needs[3] ? gb : null];
  },
};

function solved(op: string, a: Tensor, { F, permutation }: Factors, b: Tensor, transpose: boolean): Tensor {
  return apply(solveOp, [a, F, permutation, contiguous(b)], { op, transpose });
}

/**
 * The X with A X = B for each matrix of a [..., n, n]; b is [..., n, k], or [n] for one column, and leading modes
 * broadcast. Throws ShapeError where the sizes do not fit, NonFiniteError for NaN and Infinity in a or b and for a
 * solution that overflows, SingularError where A is singular, DtypeError where dtypes differ.
 */
export function solve(a: Tensor, b: Tensor): Tensor {
  squaresOf('solve', a);
  const system = aligned('solve', a, b);
  checkFinite('solve', b);
  return system.restore(solveAligned('solve', system.a, system.b));
}

function solveAligned(op: string, a: Tensor, b: Tensor): Tensor {
  const { x, exponent } = inRange(op, contiguous(a));
  const y = timesPowerOfTwo(solved(op, x, factorsOf(x), b, false), -exponent);
  checkFinite(op, y, ofSolutions);
  return y;
}

/** The inverse of each matrix of a [..., n, n]. Prefer solve() where it is to be multiplied. Throws as solve(). */
export function inv(a: Tensor): Tensor {
  const { n, dtype } = squaresOf('inv', a);
  return solveAligned('inv', a, broadcastTo(eye(n, dtype), a.shape));
}
