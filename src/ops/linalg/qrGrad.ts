/**
 * The gradient of the QR factorization (Walter & Lehmann 2010, "Algorithmic differentiation of linear algebra functions";
 * Liao, Liu, Wang & Xiang 2019, equation 5), in operations, so that it has gradients itself. 5 m n^2 operations.
 */

import { realDtype, ulps } from '../../dtype.ts';
import { eye, zeros } from '../../tensor/create.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { add, less, mul, sub } from '../binary.ts';
import { concat } from '../concat.ts';
import { diagonal } from '../einsum/diagonal.ts';
import { stopGradient } from '../grad.ts';
import { matmul } from '../matmul.ts';
import { max } from '../reduce.ts';
import { expandDims } from '../reshape.ts';
import { type Range, slice } from '../slice.ts';
import { abs } from '../unary.ts';
import { where } from '../where.ts';
import { matricesOf } from './matrices.ts';
import { lowerPart, transposed } from './triangles.ts';
import { triangularSolve } from './triangularSolve.ts';

interface Factors {
  readonly Q: Tensor;
  readonly R: Tensor;
}

/** Cotangents of Q and R; null where there is none. */
export interface QrCotangents {
  readonly gQ: Tensor | null;
  readonly gR: Tensor | null;
}

/**
 * The gradient of A = Q R, A [..., m, n], thin or full. Columns of Q beyond min(m, n) are taken to move only as far as the
 * space that they span does.
 */
export function qrGrad(a: Tensor, { Q, R }: Factors, { gQ, gR }: QrCotangents): Tensor {
  const { m, n, dtype } = matricesOf('qr', a);
  if (a.size === 0) return zeros(a.shape, dtype);
  if (m >= n) return tall(m, n, { Q, R }, { gQ, gR });
  // A = [X Y]: Q R_X = X is square, and R_Y = Q' Y.
  const [Y, U] = [columns(a, m, n), columns(R, 0, m)];
  const [gU, gV] = gR === null ? [null, null] : [columns(gR, 0, m), columns(gR, m, n)];
  const fromV = gV === null ? null : matmul(Y, transposed(gV));
  const gX = tall(m, m, { Q, R: U }, { gQ: plus(gQ, fromV), gR: gU });
  return concat([gX, gV === null ? zeros(Y.shape, dtype) : matmul(Q, gV)], a.order - 1);
}

/** For m >= n: (gQ + Q copyltu(R gR' - gQ' Q)) R^-T, Q the first n columns. */
function tall(m: number, n: number, { Q, R }: Factors, { gQ, gR }: QrCotangents): Tensor {
  const isFull = Q.shape.at(-1)! > n;
  const [thin, top] = isFull ? [columns(Q, 0, n), rows(R, n)] : [Q, R];
  const gThin = gQ === null || !isFull ? gQ : columns(gQ, 0, n);
  const gTop = gR === null || !isFull ? gR : rows(gR, n);
  const fromR = gTop === null ? null : matmul(top, transposed(gTop));
  const fromQ = gThin === null ? null : matmul(transposed(gThin), thin);
  const M = fromQ === null ? fromR! : fromR === null ? mul(fromQ, -1) : sub(fromR, fromQ);
  const symmetric = add(lowerPart(M), transposed(lowerPart(M, true)));
  let right = plus(gThin, matmul(thin, symmetric))!;
  if (isFull && gQ !== null) {
    const [rest, gRest] = [columns(Q, n, m), columns(gQ, n, m)];
    right = sub(right, matmul(rest, matmul(transposed(gRest), thin)));
  }
  return transposed(solved(top, transposed(right), Math.max(m, n)));
}

/** R^-1 B. Rows whose diagonal is nothing beside their column, up to rounding, give 0. */
function solved(R: Tensor, B: Tensor, size: number): Tensor {
  const dtype = realDtype('qr', [R]);
  const fixed = stopGradient(R);
  const least = mul(max(abs(fixed), R.order - 2), 4 * size * ulps[dtype]);
  const isKept = expandDims(less(least, diagonal(fixed, R.order - 2, R.order - 1)), -1);
  return triangularSolve(where(isKept, R, eye(R.shape.at(-1)!, dtype)), where(isKept, B, 0), { upper: true });
}

function plus(a: Tensor | null, b: Tensor | null): Tensor | null {
  return a === null || b === null ? (a ?? b) : add(a, b);
}

/** Columns [from, to) of the matrices of x. */
function columns(x: Tensor, from: number, to: number): Tensor {
  return slice(x, [...new Array<null>(x.order - 1).fill(null), [from, to]]);
}

/** The first rows of the matrices of x. */
function rows(x: Tensor, count: number): Tensor {
  const ranges: Range[] = [...new Array<null>(x.order - 2).fill(null), [0, count]];
  return slice(x, ranges);
}
