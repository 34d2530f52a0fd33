/**
 * The best approximation of low rank (Eckart & Young 1936), differentiable where singular values are equal, as long as
 * the cut does not fall between equal ones.
 */

import { realDtype, ulps } from '../../dtype.ts';
import { dataSync } from '../../tensor/read.ts';
import { recordingDepth, scope, unrecorded } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { warn } from '../../warn.ts';
import { mul } from '../binary.ts';
import { contiguous } from '../contiguous.ts';
import { matmul } from '../matmul.ts';
import { composed } from './composed.ts';
import { type Cut, checkCut, checkOneCut, cutOf } from './cut.ts';
import { checkFinite, matricesOf } from './matrices.ts';
import { projectionGrad } from './projector.ts';
import { leading, type Svd, svdFor } from './svd.ts';
import { row, t } from './svdGrad.ts';

/** Gaps of singular values below this part of the largest one leave a gradient without meaning; in f32, below 8 ulp. */
const LEAST_GAP = 1e-8;

/**
 * U_r diag(S_r) Vt_r [..., m, n] of a [..., m, n]: the nearest matrices of rank r in the Frobenius norm, r being chosen by
 * `rank` and `eps` as in svd(). Its gradient depends on singular values only through differences across the cut, so it is
 * exact where kept ones are equal or zero, and so are the gradient's own gradients; r counts as a constant. Taking it
 * warns (onWarning) where a gap at the cut is below 1e-8 (f32: 8 ulp) of the largest singular value. Throws as svd().
 */
export function truncate(a: Tensor, cut: Cut = {}): Tensor {
  const { m, n, batch } = matricesOf('truncate', a);
  checkCut('truncate', cut);
  checkOneCut('truncate', cut, batch);
  checkFinite('truncate', a);
  return m < n ? contiguous(t(tall(t(a), cut))) : tall(a, cut);
}

/** For m >= n, where Vt is square. */
function tall(a: Tensor, cut: Cut): Tensor {
  if (recordingDepth() === 0 || a.tape === null) return scope(() => product(svdFor('truncate', a), cut).Y);
  const { Y, S, Vt, r } = unrecorded(() =>
    scope(() => {
      const factors = svdFor('truncate', a);
      return { ...factors, ...product(factors, cut) };
    }),
  );
  const at = { A: a, S, Vt, r };
  const vjp = ([g]: readonly (Tensor | null)[]): Tensor[] => {
    checkGaps(S, r);
    return [projectionGrad(at, g!)];
  };
  return composed({ name: 'truncate', vjp }, [a], () => [Y])[0]!;
}

/** The rank of a cut and the product of what is kept. */
function product({ U, S, Vt }: Svd, cut: Cut): { readonly Y: Tensor; readonly r: number } {
  const k = S.shape.at(-1)!;
  const r = cut.eps === undefined ? Math.min(k, cut.rank ?? k) : cutOf(dataSync(S), cut);
  const kept = mul(leading(U, U.order - 1, r), row(leading(S, S.order - 1, r)));
  return { Y: matmul(kept, leading(Vt, Vt.order - 2, r)), r };
}

/** Warns where singular values on both sides of the cut at r are nearly equal. S [..., k]. */
function checkGaps(S: Tensor, r: number): void {
  const k = S.shape.at(-1)!;
  if (r >= k) return;
  const values = dataSync(S);
  const least = Math.max(LEAST_GAP, 8 * ulps[realDtype('truncate', [S])]);
  for (let at = 0; at < values.length; at += k) {
    const s = values.subarray(at, at + k);
    if (gapAt(s, r) >= least) continue;
    const rule = `singular values ${r} and ${r + 1} differ by ${least} of the largest`;
    warn('truncate', rule, `a difference of ${gapAt(s, r)}`, remedyOf(s, r, least));
    return;
  }
}

/** The gap behind the first r values, relative to the largest; that of zeros is 0. */
function gapAt(s: ArrayLike<number>, r: number): number {
  return s[0]! > 0 ? (s[r - 1]! - s[r]!) / s[0]! : 0;
}

/** The nearest ranks whose gap is open. */
function remedyOf(s: ArrayLike<number>, r: number, least: number): string {
  const isOpen = (q: number): boolean => q === s.length || gapAt(s, q) >= least;
  let [below, above] = [r - 1, r + 1];
  while (below > 0 && !isOpen(below)) below--;
  while (!isOpen(above)) above++;
  return below > 0 ? `cut at rank ${below} or ${above}` : `cut at rank ${above}`;
}
