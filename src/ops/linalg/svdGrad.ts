/**
 * The gradient of the singular value decomposition (Townsend 2016, "Differentiating the singular value decomposition"),
 * in operations, so that it has gradients itself. It exists where the singular values differ and are not 0.
 */

import { realDtype, ulps } from '../../dtype.ts';
import { eye } from '../../tensor/create.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { add, div, less, mul, sub } from '../binary.ts';
import { stopGradient } from '../grad.ts';
import { matmul } from '../matmul.ts';
import { expandDims } from '../reshape.ts';
import { slice } from '../slice.ts';
import { swapAxes } from '../transpose.ts';
import { abs } from '../unary.ts';
import { where } from '../where.ts';

export const t = (x: Tensor): Tensor => swapAxes(x, -2, -1);
/** [..., k] as a column [..., k, 1], or a row [..., 1, k]. */
export const column = (s: Tensor): Tensor => expandDims(s, -1);
export const row = (s: Tensor): Tensor => expandDims(s, -2);

/** What cannot be told from 0 beside the largest singular value, [..., 1]: max(m, n) ulp of it. */
export function noise(S: Tensor, m: number, n: number): Tensor {
  const largest = slice(stopGradient(S), [...new Array<null>(S.order - 1).fill(null), [0, 1]]);
  return mul(largest, Math.max(m, n) * ulps[realDtype('svd', [S])]);
}

/** 1 / x, and 0 where |x| is at most `least`. */
export function inverseAbove(x: Tensor, least: Tensor): Tensor {
  const isLarge = less(least, abs(stopGradient(x)));
  return where(isLarge, div(1, where(isLarge, x, 1)), 0);
}

interface Factors {
  readonly U: Tensor;
  readonly S: Tensor;
  readonly Vt: Tensor;
}

/** Cotangents of U, S and Vt; null where there is none. */
export interface Cotangents {
  readonly gU: Tensor | null;
  readonly gS: Tensor | null;
  readonly gVt: Tensor | null;
}

/**
 * The gradient of A = U diag(S) Vt [..., m, n], thin. Differences of singular values that cannot be told from 0 (at most
 * max(m, n) ulp of the largest) count as infinite, and so do singular values: what a loss depends on beyond a rotation of
 * such vectors gets no gradient. That of S alone, U diag(gS) Vt, is right for repeated values, too.
 */
export function svdGrad({ U, S, Vt }: Factors, { gU, gS, gVt }: Cotangents): Tensor | null {
  if (gU === null && gVt === null) return gS === null ? null : matmul(mul(U, row(gS)), Vt);
  const [m, k, n] = [U.shape.at(-2)!, U.shape.at(-1)!, Vt.shape.at(-1)!];
  if (k === 0) return matmul(U, Vt);
  const least = noise(S, m, n);
  const [left, right] = [gU && matmul(t(U), gU), gVt && matmul(Vt, t(gVt))];
  let inner = rotations(S, left && skew(left), right && skew(right), column(least));
  if (gS !== null) inner = add(inner, mul(eye(k, realDtype('svd', [S])), row(gS)));
  let sum = matmul(matmul(U, inner), Vt);
  const inverse = inverseAbove(S, least);
  // What leaves the spaces that U and V span.
  if (gU !== null && m > k) sum = add(sum, matmul(mul(sub(gU, matmul(U, left!)), row(inverse)), Vt));
  if (gVt !== null && n > k) sum = add(sum, matmul(U, mul(column(inverse), sub(gVt, matmul(t(right!), Vt)))));
  return sum;
}

const skew = (x: Tensor): Tensor => sub(x, t(x));

/**
 * F o p diag(S) + diag(S) F o q with F_ij = 1 / (s_j^2 - s_i^2), in partial fractions: only s_j - s_i can vanish where p
 * and q do not, so only it is masked.
 */
function rotations(S: Tensor, p: Tensor | null, q: Tensor | null, least: Tensor): Tensor {
  const [si, sj] = [column(S), row(S)];
  const apart = inverseAbove(sub(sj, si), least);
  const together = inverseAbove(add(sj, si), least);
  const both = p === null || q === null ? (p ?? q)! : add(p, q);
  const either = p === null || q === null ? (p ?? mul(q!, -1)) : sub(p, q);
  return mul(add(mul(both, apart), mul(either, together)), 0.5);
}
