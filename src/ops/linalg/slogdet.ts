/** Sign and logarithm of determinants, by LU factorization. 2/3 n^3 operations. */

import type { Backend } from '../../backend/backend.ts';
import { arrayOf } from '../../dtype.ts';
import { SingularError } from '../../errors.ts';
import { getrf } from '../../kernels/getrf.ts';
import { LN2, log } from '../../math.ts';
import { showShape } from '../../shape.ts';
import { readNow } from '../../tensor/storage.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { mul } from '../binary.ts';
import { contiguous } from '../contiguous.ts';
import { applyAll, type Op } from '../op.ts';
import { expandDims } from '../reshape.ts';
import { inRange } from './lu.ts';
import { type Matrices, squaresOf } from './matrices.ts';
import { inv } from './solve.ts';
import { transposed } from './triangles.ts';

/** mantissa 2^exponent. */
export interface Determinant {
  /** Of size in [1, 2), or 0. */
  readonly mantissa: number;
  readonly exponent: number;
}

/** The determinants of the matrices of a resident and dense `a`, each times 2^e. */
export function determinants(a: Tensor, { batch, n }: Matrices, e: number, on: Backend): Determinant[] {
  const found = new Float64Array(2 * batch);
  const blocks = [a.size * arrayOf(a.dtype, 0).BYTES_PER_ELEMENT, 4 * batch * n, found.byteLength].map((bytes) =>
    on.alloc(bytes, 'det'),
  );
  try {
    const [F, P, D] = blocks.map((block) => ({ block, byteOffset: 0 }));
    on.run(getrf, a.dtype, { batch, m: n, n, A: a.operand(), F: F!, P: P!, D: D! });
    readNow(D!.block, 0, found);
  } finally {
    for (const block of blocks) on.free(block);
  }
  return Array.from({ length: batch }, (_, t) => ({ mantissa: found[2 * t]!, exponent: found[2 * t + 1]! + e * n }));
}

/** Fills `out` with one number for each matrix. */
export function writeAll(out: Tensor, values: readonly number[], on: Backend): void {
  const array = arrayOf(out.dtype, out.size);
  array.set(values);
  on.write(out.operand(), array);
}

/** Results sign and logarithm of det(2^e a), e the attribute. */
const slogdetOp: Op<number> = {
  name: 'slogdet',
  infer([a]) {
    const { lead, dtype } = squaresOf('slogdet', a!);
    return [
      { shape: lead, dtype },
      { shape: lead, dtype },
    ];
  },
  forward([sign, logAbsDet], [a], e, on) {
    const found = determinants(a!, squaresOf('slogdet', a!), e, on);
    const zero = found.findIndex(({ mantissa }) => mantissa === 0);
    if (zero >= 0) {
      const got = `a determinant of 0 for matrix ${zero} of a tensor ${showShape(a!.shape)}`;
      throw new SingularError('slogdet', 'the matrix is invertible', got, 'use det()');
    }
    writeAll(
      sign!,
      found.map(({ mantissa }) => Math.sign(mantissa)),
      on,
    );
    writeAll(
      logAbsDet!,
      found.map(({ mantissa, exponent }) => log(Math.abs(mantissa)) + exponent * LN2),
      on,
    );
  },
  vjp: ([, g], { inputs: [a] }) => [g == null ? null : mul(expandDims(expandDims(g, -1), -1), transposed(inv(a!)))],
};

/** det(A) = sign e^logAbsDet. */
export interface Slogdet {
  /** 1 or -1, [...]; no gradient flows through it. */
  readonly sign: Tensor;
  readonly logAbsDet: Tensor;
}

/**
 * Sign and logarithm of the size of the determinant of each matrix of a [..., n, n], for determinants that overflow or
 * vanish. Throws SingularError where a matrix is singular, and as det() besides.
 */
export function slogdet(a: Tensor): Slogdet {
  squaresOf('slogdet', a);
  const { x, exponent } = inRange('slogdet', contiguous(a));
  const [sign, logAbsDet] = applyAll(slogdetOp, [x], exponent);
  return { sign: sign!, logAbsDet: logAbsDet! };
}
