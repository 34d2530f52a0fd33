/**
 * QR factorization of tall matrices by blocks of rows (TSQR: Demmel, Grigori, Hoemmen & Langou 2012): each block is
 * factorized by itself, then the triangles one below the other. Workspace is that of a block. 4 m n^2 operations with Q.
 */

import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { concat } from '../concat.ts';
import { matmul } from '../matmul.ts';
import { slice, split } from '../slice.ts';
import { qr } from './qr.ts';
import { timesPowerOfTwo } from './scale.ts';

/** A block has at least so many times as many rows as columns, and a matrix at most so many blocks. */
const TALL = 8;
const BLOCKS = 16;
/** Elements from which on the workspace of the whole matters. */
const LARGE = 65536;

/** A = Q R, Q as the blocks `factors` of orthonormal columns, each times its rows of `turn` (none: the one block is Q). */
export interface Blocks {
  readonly factors: readonly Tensor[];
  readonly turn: Tensor | null;
  readonly R: Tensor;
}

/** The blocks of A 2^-exponent, A [m, n] of any strides, m >= n. Not differentiable. */
export function qrBlocks(A: Tensor, exponent = 0): Blocks {
  const [m, n] = A.shape as [number, number];
  const height = m * n < LARGE ? m : Math.max(TALL * n, Math.ceil(m / BLOCKS));
  const count = Math.max(1, Math.floor(m / height));
  // The last block takes the remainder, so that none is flat.
  const blocks = Array.from({ length: count }, (_, k) => {
    const rows = slice(A, [[k * height, k === count - 1 ? m : (k + 1) * height]]);
    return scope(() => qr(timesPowerOfTwo(rows, -exponent)));
  });
  const factors = blocks.map(({ Q }) => Q);
  if (count === 1) return { factors, turn: null, R: blocks[0]!.R };
  const { Q, R } = qr(concat(blocks.map((block) => block.R)));
  return { factors, turn: Q, R };
}

/** Q M for M [n, r]. The blocks are freed on the way. */
export function timesQ({ factors, turn }: Blocks, M: Tensor | null): Tensor {
  if (turn === null) return M === null ? factors[0]! : matmul(factors[0]!, M);
  const turns = split(
    M === null ? turn : matmul(turn, M),
    factors.map(({ shape }) => shape[1]!),
  );
  const parts = factors.map((Q, k) => {
    const part = matmul(Q, turns[k]!);
    Q.dispose();
    return part;
  });
  return concat(parts);
}

/**
 * The QR factorization of A [m, n] with the workspace of a block, as qr() otherwise; `consumes` frees A on the way. Not
 * differentiable.
 */
export function tallQr(A: Tensor, consumes = false): { Q: Tensor; R: Tensor } {
  return scope(() => {
    const blocks = qrBlocks(A);
    if (consumes) A.dispose();
    return { Q: timesQ(blocks, null), R: blocks.R };
  });
}
