/** The dense side of a decomposition: its operand checked, its modes laid out, its ranks resolved. */

import { isReal } from '../dtype.ts';
import { DtypeError, ShapeError } from '../errors.ts';
import type { Format, Layout, Role } from '../formats/format.ts';
import { bondsOf, type Sizes } from '../formats/network.ts';
import { type RankRequest, resolveRanks } from '../formats/rank.ts';
import { showShape } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Throws ShapeError for a tensor without modes or with a mode of size 0, DtypeError unless it is f32 or f64. */
export function checkDense(op: string, a: Tensor): void {
  if (!isReal(a.dtype)) throw new DtypeError(op, 'decompositions are of f32 and f64', a.dtype, 'cast it');
  checkShape(op, a.shape);
}

/** Throws ShapeError for a shape without modes or with one that is no whole number >= 1. */
export function checkShape(op: string, shape: readonly number[]): void {
  if (shape.length > 0 && shape.every((n) => Number.isSafeInteger(n) && n >= 1)) return;
  throw new ShapeError(op, 'a tensor has modes, each of size >= 1', showShape(shape), 'drop empty modes');
}

/**
 * The format laid over a dense shape, every axis a mode unless `fold` cuts it. `roles` matter to formats that tell rows
 * from columns. Throws ShapeError where the fold does not fit.
 */
export function layoutOf(
  format: Format,
  shape: readonly number[],
  {
    fold,
    roles,
  }: { readonly fold?: readonly (readonly number[])[] | undefined; readonly roles?: readonly Role[] } = {},
): Layout {
  const axes = shape.map((size, k) => ({ size, role: roles?.[k] ?? ('out' as const) }));
  return format.layout(axes, { fold: fold ?? shape.map((n) => [n]) });
}

/** The most that each bond may have: what was asked for, or the bound of the layout. Throws RankError. */
export function rankCaps(format: Format, layout: Layout, rank: RankRequest | undefined): Sizes {
  if (rank !== undefined) return resolveRanks(format, layout, rank);
  return Object.fromEntries(bondsOf(layout.net).map((bond) => [bond, layout.bounds[bond]!]));
}
