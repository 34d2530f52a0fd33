/** LU factorization with partial pivoting. n^2 (m - n / 3) operations. */

import type { Real } from '../../dtype.ts';
import { BackendError } from '../../errors.ts';
import { getrf } from '../../kernels/getrf.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { add } from '../binary.ts';
import { contiguous } from '../contiguous.ts';
import { eye } from '../../tensor/create.ts';
import { stopGradient } from '../grad.ts';
import { applyAll, type Op } from '../op.ts';
import { slice } from '../slice.ts';
import { checkFinite, matricesOf } from './matrices.ts';
import { exponentOf, timesPowerOfTwo } from './scale.ts';
import { lowerPart, upperPart } from './triangles.ts';

/** A[permutation] = L U, in one matrix: U, and below the diagonal L without its ones. */
export interface Factors {
  readonly F: Tensor;
  readonly permutation: Tensor;
}

/** Results F and the permutation. */
const factorOp: Op = {
  name: 'lu',
  infer([a]) {
    const { m, lead, dtype } = matricesOf('lu', a!);
    return [
      { shape: a!.shape, dtype },
      { shape: [...lead, m], dtype: 'i32' },
    ];
  },
  forward([F, P], [a], _, on) {
    const { batch, m, n } = matricesOf('lu', a!);
    const results = { F: F!.operand(), P: P!.operand(), D: null };
    on.run(getrf, a!.dtype, { batch, m, n, A: a!.operand(), ...results });
  },
  vjp() {
    throw new BackendError('lu', 'the factors have no gradient', 'one', 'use solve(), det() or slogdet()');
  },
};

/** The factors of a finite a [..., m, n], packed, through which no gradient flows. */
export function factorsOf(a: Tensor): Factors {
  const [F, permutation] = applyAll(factorOp, [contiguous(stopGradient(a))], undefined);
  return { F: F!, permutation: permutation! };
}

/** Exponents e of a greatest element 2^e that leaves elimination room below infinity and above the subnormal numbers. */
const ROOM = { f32: { least: -64, most: 96 }, f64: { least: -512, most: 960 } } as const;

/**
 * a 2^-exponent where elimination could leave the range of the dtype, else `a` itself and 0. Small matrices are brought
 * near 1; large ones are made no smaller than needed, for they may hold small elements, too. Throws NonFiniteError for NaN
 * and Infinity.
 */
export function inRange(op: string, a: Tensor): { readonly x: Tensor; readonly exponent: number } {
  const top = checkFinite(op, a);
  const { least, most } = ROOM[a.dtype as Real];
  const e = top === 0 ? 0 : exponentOf(top);
  const exponent = e < least ? e : Math.max(0, e - most);
  return { x: timesPowerOfTwo(a, -exponent), exponent };
}

export interface Lu {
  /** [..., m, k], ones on the diagonal, no element larger than 1. */
  readonly L: Tensor;
  /** [..., k, n]. */
  readonly U: Tensor;
  /** The row of A that stands in each place, i32 [..., m]. */
  readonly permutation: Tensor;
}

const ofFactors = { rule: 'the factors are in the range of their dtype', remedy: 'scale the matrix' };

/**
 * A[permutation] = L U for each matrix of a [..., m, n], k = min(m, n); U has a zero on its diagonal where A is singular.
 * Not differentiable: the gradients of solve(), inv(), det() and slogdet() do not need it, and that of L or U throws
 * BackendError. Throws ShapeError for orders below 2, NonFiniteError for NaN and Infinity and for factors
 * that overflow, DtypeError for integers.
 */
export function lu(a: Tensor): Lu {
  const { m, n, dtype, lead } = matricesOf('lu', a);
  checkFinite('lu', a);
  const [F, permutation] = applyAll(factorOp, [contiguous(a)], undefined);
  checkFinite('lu', F!, ofFactors);
  const k = Math.min(m, n);
  const all = lead.map(() => null);
  const left = slice(F!, [...all, null, [0, k]]);
  return {
    L: add(lowerPart(left, true), identityOf(m, k, dtype)),
    U: upperPart(slice(F!, [...all, [0, k], null])),
    permutation: permutation!,
  };
}

/** The first k <= m columns of the identity. */
function identityOf(m: number, k: number, dtype: Real): Tensor {
  return m === k ? eye(m, dtype) : slice(eye(m, dtype), [null, [0, k]]);
}
