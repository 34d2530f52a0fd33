/** What the page of `rankwise inspect --html` is given: plain data, from which it computes everything else itself. */

import type { Network, Sizes } from '../formats/network.ts';

/** The singular values of one unfolding, largest first. */
export interface Unfolding {
  /** Sizes of the modes that make rows and columns, such as '4 | 5x6 (modes 1)'. */
  readonly label: string;
  readonly shape: readonly [number, number];
  readonly values: readonly number[];
}

/** A tree format laid over a tensor, and which unfolding each of its bonds cuts. */
export interface Offer {
  readonly format: string;
  readonly net: Network;
  readonly modes: Sizes;
  readonly cuts: readonly { readonly bond: string; readonly unfolding: number }[];
}

export interface PageTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: number;
  /** Stored elements. */
  readonly parameters: number;
  /** Format and ranks of a tensor that is stored in low-rank form. */
  readonly form?: string;
  /** Why there is no spectrum. */
  readonly skipped?: string;
  readonly unfoldings: readonly Unfolding[];
  readonly formats: readonly Offer[];
}

export interface PageData {
  readonly file: string;
  readonly bytes: number;
  readonly version: string;
  readonly tensors: readonly PageTensor[];
}
