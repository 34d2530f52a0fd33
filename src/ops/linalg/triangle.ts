/**
 * The triangular factor alone, of matrices of any height: blocks of rows are factorized one after the other, each behind
 * the triangle so far (sequential TSQR: Demmel, Grigori, Hoemmen & Langou 2012). Memory is that of a block: neither the
 * orthogonal factor nor a square of the long side is formed. 2 m n^2 operations.
 */

import { geqrf } from '../../kernels/geqrf.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { concat } from '../concat.ts';
import { contiguous } from '../contiguous.ts';
import { apply, fused, type Op } from '../op.ts';
import { slice } from '../slice.ts';
import { matricesOf } from './matrices.ts';
import { timesPowerOfTwo } from './scale.ts';

/** Rows of a block: enough for the triangle in front to be a small share, and for calls to be few. */
const blockOf = (n: number): number => Math.max(8 * n, Math.ceil(65536 / Math.max(1, n)));

const triangleOp: Op = fused({
  name: 'triangle',
  infer([a]) {
    const { m, n, lead, dtype } = matricesOf('triangle', a!);
    return { shape: [...lead, Math.min(m, n), n], dtype };
  },
  forward([R], [a], _, on) {
    const { batch, m, n } = matricesOf('triangle', a!);
    const columns = Math.min(m, n);
    const none = { F: null, tau: null, Q: null };
    on.run(geqrf, a!.dtype, { batch, m, n, columns, A: a!.operand(), ...none, R: R!.operand() });
  },
});

/**
 * R [k, n] of the QR factorization of a 2^-exponent, a [m, n] finite and of any strides, k = min(m, n); diagonal >= 0.
 * Not differentiable; throws ShapeError for orders below 2, DtypeError for integers.
 */
export function triangle(a: Tensor, exponent = 0): Tensor {
  const { m, n, batch } = matricesOf('triangle', a);
  const block = blockOf(n);
  if (a.order > 2 || batch !== 1 || m <= 2 * block) {
    return scope(() => apply(triangleOp, [contiguous(timesPowerOfTwo(a, -exponent))], undefined));
  }
  let R: Tensor | null = null;
  for (let begin = 0; begin < m; begin += block) {
    const before: Tensor | null = R;
    R = scope(() => {
      const rows = timesPowerOfTwo(slice(a, [[begin, begin + block]]), -exponent);
      return apply(triangleOp, [before === null ? contiguous(rows) : concat([before, rows])], undefined);
    });
    before?.dispose();
  }
  return R!;
}
