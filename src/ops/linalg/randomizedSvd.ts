/**
 * Leading singular values and vectors from a random sketch (Halko, Martinsson & Tropp 2011, algorithms 4.4 and 5.1):
 * Y = A Omega, some steps Y = A A' Y, each orthonormalized, and the decomposition of Q' A. About
 * (4 iterations + 6) m n (rank + oversample) operations.
 */

import { RankError, FormatError } from '../../errors.ts';
import { fold, type Key, key } from '../../random.ts';
import { dataSync } from '../../tensor/read.ts';
import { unrecorded, scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { argmax } from '../argmax.ts';
import { mul, sub } from '../binary.ts';
import { contiguous } from '../contiguous.ts';
import { stopGradient } from '../grad.ts';
import { matmul } from '../matmul.ts';
import { normal } from '../random.ts';
import { sumSquares } from '../reduce.ts';
import { abs, sign } from '../unary.ts';
import { takeAlong } from '../gather.ts';
import { checkCut } from './cut.ts';
import { checkRange, matricesOf } from './matrices.ts';
import { qr } from './qr.ts';
import { numberTimesPower, powerOfTwo, timesPowerOfTwo } from './scale.ts';
import { type Svd, svd } from './svd.ts';
import { column, row, t } from './svdGrad.ts';

export interface RandomizedSvdOptions {
  /** Singular values that are kept; all of them where there are fewer. */
  readonly rank: number;
  /** Columns of the sketch beyond the rank; default 10. */
  readonly oversample?: number;
  /** Power steps; default 2. Each makes what is left out decay faster, by two more powers. */
  readonly iterations?: number;
  /** What the sketch is drawn from; default 0. The same seed gives the same bits. */
  readonly seed?: number;
}

export interface RandomizedSvd extends Svd {
  /** The relative error |A - U diag(S) Vt| / |A| in the Frobenius norm, measured; of a batch, the largest. */
  readonly error: number;
}

/**
 * The `rank` leading parts of a [..., m, n], nearly: U [..., m, r], S [..., r] descending, Vt [..., r, n], with the signs of
 * svd(). The error is within a few per cent of the smallest possible where the singular values decay. A small matrix, with
 * min(m, n) <= rank + oversample, is decomposed exactly. The gradient is that of these steps for a fixed sketch. Throws as
 * svd(), RankError for a rank that is no whole number >= 1, FormatError for other options that are no whole numbers >= 0.
 */
export function randomizedSvd(
  a: Tensor,
  { rank, oversample = 10, iterations = 2, seed = 0 }: RandomizedSvdOptions,
): RandomizedSvd {
  const { m, n } = matricesOf('randomizedSvd', a);
  if (rank === undefined) throw new RankError('randomizedSvd', 'there is a rank', 'none', 'give { rank: 10 }');
  checkCut('randomizedSvd', { rank });
  checkCount('oversample', oversample);
  checkCount('iterations', iterations);
  const from = fold(key(seed), 'randomizedSvd');
  return scope(() => {
    const { x, exponent } = powerOfTwo('randomizedSvd', a);
    const width = rank + oversample;
    const found = width < Math.min(m, n) ? sketched(x, width, rank, iterations, from) : svd(x, { rank });
    const error = unrecorded(() => scope(() => errorOf(stopGradient(x), found)));
    const S = timesPowerOfTwo(found.S, exponent);
    checkRange('randomizedSvd', S, a, numberTimesPower(2, exponent));
    return { ...found, S, error };
  });
}

function checkCount(name: string, count: number): void {
  if (Number.isSafeInteger(count) && count >= 0) return;
  throw new FormatError('randomizedSvd', `${name} is a whole number >= 0`, String(count), 'round it');
}

function sketched(x: Tensor, width: number, rank: number, iterations: number, from: Key): Svd {
  const { n, lead, dtype } = matricesOf('randomizedSvd', x);
  let { Q } = qr(matmul(x, normal(from, [...lead, n, width], { dtype })));
  // Orthonormal again after each product: powers alone would lose all but the largest singular values.
  for (let step = 0; step < iterations; step++) Q = qr(matmul(x, qr(matmul(t(x), Q)).Q)).Q;
  const small = svd(matmul(t(Q), x), { rank });
  const U = matmul(Q, small.U);
  const rows = contiguous(t(stopGradient(U)));
  const signs = sign(takeAlong(rows, argmax(abs(rows))));
  return { U: mul(U, row(signs)), S: small.S, Vt: mul(column(signs), small.Vt) };
}

/** |x - U diag(S) Vt| / |x|, the largest of the batch. */
function errorOf(x: Tensor, { U, S, Vt }: Svd): number {
  const off = dataSync(sumSquares(sub(x, matmul(mul(U, row(S)), Vt)), [-2, -1]));
  const all = dataSync(sumSquares(x, [-2, -1]));
  let most = 0;
  for (let k = 0; k < off.length; k++) if (all[k]! > 0) most = Math.max(most, off[k]! / all[k]!);
  return Math.sqrt(most);
}
