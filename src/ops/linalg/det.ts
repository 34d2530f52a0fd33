/** Determinants by LU factorization. 2/3 n^3 operations. */

import { NonFiniteError } from '../../errors.ts';
import { showShape } from '../../shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { mul } from '../binary.ts';
import { contiguous } from '../contiguous.ts';
import { apply, type Op } from '../op.ts';
import { expandDims } from '../reshape.ts';
import { cofactors } from './cofactors.ts';
import { inRange } from './lu.ts';
import { squaresOf } from './matrices.ts';
import { numberTimesPower, timesPowerOfTwo } from './scale.ts';
import { determinants, writeAll } from './slogdet.ts';

/** Attributes: the exponent e of det(2^e a). */
const detOp: Op<number> = {
  name: 'det',
  infer([a]) {
    const { lead, dtype } = squaresOf('det', a!);
    return { shape: lead, dtype };
  },
  forward([y], [a], e, on) {
    const found = determinants(a!, squaresOf('det', a!), e, on);
    const limit = a!.dtype === 'f32' ? 128 : 1024;
    for (const { mantissa, exponent } of found) {
      if (exponent < limit) continue;
      const got = `${mantissa} times 2^${exponent} for a tensor ${showShape(a!.shape)}`;
      throw new NonFiniteError('det', 'the determinant is in the range of its dtype', got, 'use slogdet()');
    }
    writeAll(
      y!,
      found.map(({ mantissa, exponent }) => numberTimesPower(mantissa, exponent)),
      on,
    );
  },
  vjp([g], { inputs: [a], attrs: e }) {
    const grown = timesPowerOfTwo(cofactors(a!), e * a!.shape.at(-1)!);
    return [mul(expandDims(expandDims(g!, -1), -1), grown)];
  },
};

/**
 * The determinant of each matrix of a [..., n, n], 1 for n = 0. Its gradient is the matrix of cofactors, right for singular
 * matrices, too. Throws ShapeError unless the matrices are square, NonFiniteError for NaN and Infinity and for a
 * determinant that overflows, DtypeError for integers.
 */
export function det(a: Tensor): Tensor {
  squaresOf('det', a);
  const { x, exponent } = inRange('det', contiguous(a));
  return apply(detOp, [x], exponent);
}
