/**
 * Ranks, size and error from singular values alone. With tails t_b discarded at the bonds of a tree network the whole is
 * within sqrt(sum t_b^2) of the tensor (Oseledets 2011, theorem 2.2; Grasedyck 2010, theorem 3.11).
 */

import type { Layout } from '../formats/format.ts';
import { countOf, type Sizes } from '../formats/network.ts';
import { chop } from '../ops/linalg/chop.ts';

/** The unfolding that a bond cuts. */
export interface Cut {
  readonly bond: string;
  /** Positions of the modes that make its rows, among the modes of the layout. */
  readonly rows: readonly number[];
  /** Rows and columns. */
  readonly shape: readonly [number, number];
  /** Singular values, largest first. */
  readonly values: ArrayLike<number>;
}

/** What a format needs for a relative error. */
export interface Forecast {
  readonly eps: number;
  readonly ranks: Sizes;
  /** Stored elements. */
  readonly parameters: number;
  /** A bound of the relative error, <= eps. */
  readonly error: number;
}

/** Ranks, size and error of a layout for a relative error that the bonds share alike. */
export function forecast(
  layout: Pick<Layout, 'net' | 'modes'>,
  cuts: readonly Pick<Cut, 'bond' | 'values'>[],
  eps: number,
): Forecast {
  const norm = cuts.length === 0 ? 0 : frobenius(cuts[0]!.values, 0);
  const share = (eps * norm) / Math.sqrt(Math.max(1, cuts.length));
  const ranks = Object.fromEntries(cuts.map(({ bond, values }) => [bond, chop(values, share)]));
  const tails = cuts.map(({ bond, values }) => frobenius(values, ranks[bond]!));
  const error = norm === 0 ? 0 : frobenius(tails, 0) / norm;
  return { eps, ranks, parameters: countOf(layout.net, { ...layout.modes, ...ranks }), error };
}

/** The root of the sum of squares from place `from` on. */
function frobenius(values: ArrayLike<number>, from: number): number {
  let top = 0;
  for (let k = from; k < values.length; k++) top = Math.max(top, values[k]!);
  let sum = 0;
  for (let k = from; k < values.length; k++) sum += (values[k]! / top) * (values[k]! / top);
  return top === 0 ? 0 : top * Math.sqrt(sum);
}
