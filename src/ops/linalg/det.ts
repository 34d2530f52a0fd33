/** Determinants by LU factorization. 2/3 n^3 operations. */

import { NonFiniteError } from '../../errors.ts';
import { showShape } from '../../shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { mul } from '../binary.ts';
import { contiguous } from '../contiguous.ts';
import { apply, type Op } from '../op.ts';
import { expandDims } from '../reshape.ts';
import { cofactors } from './cofactors.ts';
import { checkFinite, squaresOf } from './matrices.ts';
import { numberTimesPower } from './scale.ts';
import { determinants, writeAll } from './slogdet.ts';

const detOp: Op = {
  name: 'det',
  infer([a]) {
    const { lead, dtype } = squaresOf('det', a!);
    return { shape: lead, dtype };
  },
  forward([y], [a], _, on) {
    const found = determinants(a!, squaresOf('det', a!), on);
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
  vjp: ([g], { inputs: [a] }) => [mul(expandDims(expandDims(g!, -1), -1), cofactors(a!))],
};

/**
 * The determinant of each matrix of a [..., n, n], 1 for n = 0. Its gradient is the matrix of cofactors, right for singular
 * matrices, too. Throws ShapeError unless the matrices are square, NonFiniteError for NaN and Infinity and for a
 * determinant that overflows, DtypeError for integers.
 */
export function det(a: Tensor): Tensor {
  squaresOf('det', a);
  checkFinite('det', a);
  return apply(detOp, [contiguous(a)], undefined);
}
