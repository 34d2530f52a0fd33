/**
 * The range of a matrix C from random sketches (Halko, Martinsson & Tropp 2011): of a given width, or as wide as an
 * error asks for, told by fresh columns of the sketch. C comes as numbers times a power of two, which products take
 * out.
 */

import { sub } from '../../ops/binary.ts';
import { concat } from '../../ops/concat.ts';
import { contiguous } from '../../ops/contiguous.ts';
import { timesPowerOfTwo } from '../../ops/linalg/scale.ts';
import { tallQr } from '../../ops/linalg/tallQr.ts';
import { matmul } from '../../ops/matmul.ts';
import { normal } from '../../ops/random.ts';
import { reshape } from '../../ops/reshape.ts';
import { slice } from '../../ops/slice.ts';
import { norm2 } from '../../ops/statistics.ts';
import { swapAxes } from '../../ops/transpose.ts';
import type { Real } from '../../dtype.ts';
import { fold, type Key } from '../../random.ts';
import { item } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** C 2^-exponent is what is meant. */
export interface Scaled {
  readonly C: Tensor;
  readonly exponent: number;
}

/** A B 2^-exponent. Half of the power goes to the smaller operand, half to the result, so that all stay in range. */
export function product(A: Tensor, B: Tensor, exponent: number): Tensor {
  const half = Math.trunc(exponent / 2);
  const [left, right] = A.size < B.size ? [timesPowerOfTwo(A, -half), B] : [A, timesPowerOfTwo(B, -half)];
  return timesPowerOfTwo(matmul(left, right), half - exponent);
}

/** An orthonormal basis [m, width] of nearly the leading left singular vectors of C [m, n], n > width. */
export function rangeOfWidth({ C, exponent }: Scaled, width: number, iterations: number, key: Key): Tensor {
  const Ct = swapAxes(C, 0, 1);
  let Q = scope(() => tallQr(product(C, drawn(C, width, key), exponent)).Q);
  for (let k = 0; k < iterations; k++) {
    const before = Q;
    Q = scope(() => tallQr(product(C, tallQr(product(Ct, before, exponent), true).Q, exponent)).Q);
    before.dispose();
  }
  return Q;
}

/**
 * A basis whose complement holds less than about `delta` of C in the Frobenius norm, or null where it takes more than
 * `most` columns. Blocks of columns double; each is first a test of the basis before it.
 */
export function rangeWithin(
  { C, exponent }: Scaled,
  delta: number,
  first: number,
  most: number,
  key: Key,
): Tensor | null {
  let Q: Tensor | null = null;
  for (let width = first; ; ) {
    const before: Tensor | null = Q;
    const end = before === null ? width : before.shape[1]! + width;
    if (end > most) return null;
    const step: { Q: Tensor; size: number } = scope(() => {
      const Y = without(before, product(C, drawn(C, width, fold(key, end)), exponent));
      // The mean square of a column of C Omega is |C|^2.
      const size = item(norm2(Y)) / Math.sqrt(width);
      const { Q: block } = tallQr(without(before, tallQr(Y).Q));
      return { Q: before === null ? block : concat([before, block], 1), size };
    });
    before?.dispose();
    Q = step.Q;
    if (before !== null && step.size <= delta) return Q;
    width = end;
  }
}

function drawn(C: Tensor, width: number, key: Key): Tensor {
  return normal(key, [C.shape[1]!, width], { dtype: C.dtype as Real });
}

/** (I - Q Q') Y. */
function without(Q: Tensor | null, Y: Tensor): Tensor {
  return Q === null ? Y : sub(Y, matmul(Q, matmul(swapAxes(Q, 0, 1), Y)));
}

/** Elements of a block whose norm is taken at a time. */
const BLOCK = 65536;

/** |C| 2^-exponent, or |C 2^-exponent - Q B|, column block by column block; the sum in double precision. */
export function sizeOf({ C, exponent }: Scaled, Q?: Tensor, B?: Tensor): number {
  const [m, n] = C.shape as [number, number];
  const columns = Math.max(1, Math.floor(BLOCK / m));
  let sum = 0;
  for (let begin = 0; begin < n; begin += columns) {
    const part = [null, [begin, Math.min(n, begin + columns)]] as const;
    const size = scope(() => {
      const block = timesPowerOfTwo(contiguous(slice(C, part)), -exponent);
      const left = Q === undefined ? block : sub(block, matmul(Q, contiguous(slice(B!, part))));
      return item(norm2(reshape(left, [-1])));
    });
    sum += size * size;
  }
  return Math.sqrt(sum);
}
