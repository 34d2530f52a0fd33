/**
 * Ranks from what the user asks for: an integer, a list by bond, 'same' (as many parameters as the dense tensor), a
 * fraction below 1 of the dense parameters, a number of parameters, or a share of the greatest useful ranks. Fractions and
 * budgets are hard caps.
 */

import { RankError } from '../errors.ts';
import type { Format, Layout } from './format.ts';
import { bondsOf, countOf, type Sizes } from './network.ts';

export type RankRequest =
  | number
  | readonly number[]
  | 'same'
  | { readonly maxParams: number }
  /** This share of each bond's greatest useful rank, even where that stores more than the dense tensor. */
  | { readonly bound: number };

/** Whether a request is a share of the greatest useful ranks. */
export function isBound(request: RankRequest): request is { readonly bound: number } {
  return typeof request === 'object' && request !== null && 'bound' in request;
}

/** Elements of the dense tensor of a layout. */
export function denseSize(layout: Layout): number {
  return layout.net.open.reduce((n, label) => n * layout.modes[label]!, 1);
}

/** Ranks by bond. Throws RankError for a request that is not understood or that not even rank 1 meets. */
export function resolveRanks(format: Format, layout: Layout, request: RankRequest): Sizes {
  const bonds = bondsOf(layout.net);
  if (typeof request === 'number' && (request >= 1 || request <= 0 || !Number.isFinite(request))) {
    return Object.fromEntries(bonds.map((bond) => [bond, clip(format, layout, bond, request)]));
  }
  if (Array.isArray(request)) {
    if (request.length !== bonds.length) {
      const rule = `a list of ranks has one for each bond (${bonds.join(', ')})`;
      throw new RankError(format.name, rule, `[${request.join(', ')}]`, `give ${bonds.length} ranks`);
    }
    return Object.fromEntries(bonds.map((bond, k) => [bond, clip(format, layout, bond, request[k] as number)]));
  }
  if (isBound(request)) {
    if (!(request.bound > 0 && request.bound <= 1)) {
      const rule = 'a share of the greatest ranks is above 0 and at most 1';
      throw new RankError(format.name, rule, String(request.bound), 'correct the rank');
    }
    const share = (bond: string): number => Math.max(1, Math.floor(request.bound * layout.bounds[bond]!));
    return Object.fromEntries(bonds.map((bond) => [bond, share(bond)]));
  }
  return withinBudget(format, layout, budgetOf(format, layout, request as Budgeted));
}

/**
 * Ranks by bond; where not even ranks of 1 meet a share of `dense` parameters, these, and `isCapped` says so. Throws as
 * resolveRanks().
 */
export function feasibleRanks(
  format: Format,
  layout: Layout,
  request: RankRequest,
  dense: number = denseSize(layout),
): { readonly ranks: Sizes; readonly isCapped: boolean } {
  const isFraction = typeof request === 'number' && request > 0 && request < 1;
  if (request !== 'same' && !isFraction) return { ranks: resolveRanks(format, layout, request), isCapped: false };
  const limit = Math.floor((request === 'same' ? 1 : request) * dense);
  const least = resolveRanks(format, layout, 1);
  if (countOf(layout.net, { ...layout.modes, ...least }) > limit) return { ranks: least, isCapped: true };
  return { ranks: resolveRanks(format, layout, { maxParams: limit }), isCapped: false };
}

function clip(format: Format, layout: Layout, bond: string, rank: number): number {
  if (!Number.isInteger(rank) || rank < 1) {
    throw new RankError(
      format.name,
      'a rank is a whole number >= 1, or a fraction below 1',
      String(rank),
      'use rank 1 or more',
    );
  }
  return Math.min(rank, layout.bounds[bond]!);
}

type Budgeted = number | 'same' | { readonly maxParams: number };

function budgetOf(format: Format, layout: Layout, request: Budgeted): number {
  if (request === 'same') return denseSize(layout);
  if (typeof request === 'number') return Math.floor(request * denseSize(layout));
  const budget = typeof request === 'object' && request !== null ? request.maxParams : Number.NaN;
  if (!(budget >= 1)) {
    const got = JSON.stringify(request) ?? String(request);
    throw new RankError(
      format.name,
      "rank is an integer, a list, 'same', a fraction or { maxParams }",
      got,
      'correct the rank',
    );
  }
  return Math.floor(budget);
}

/** The largest ranks that grow together and stay within a number of stored elements. */
function withinBudget(format: Format, layout: Layout, budget: number): Sizes {
  const bonds = bondsOf(layout.net);
  const count = (ranks: Sizes): number => countOf(layout.net, { ...layout.modes, ...ranks });
  const weights = bonds.map((bond) => format.weight?.(layout, bond) ?? 1);
  const at = (t: number): Sizes =>
    Object.fromEntries(
      bonds.map((bond, k) => [bond, Math.min(layout.bounds[bond]!, Math.max(1, Math.floor(weights[k]! * t)))]),
    );
  if (count(at(0)) > budget) {
    const least = count(at(0));
    throw new RankError(
      format.name,
      `rank 1 needs ${least} parameters`,
      `a budget of ${budget}`,
      `allow at least ${least}`,
    );
  }
  let low = 0;
  let high = Math.max(1, ...bonds.map((bond, k) => (layout.bounds[bond]! + 1) / weights[k]!));
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2;
    if (count(at(middle)) <= budget) low = middle;
    else high = middle;
  }
  const ranks: Record<string, number> = { ...at(low) };
  // What is left goes to single bonds, one step each, while it lasts.
  for (let grown = true; grown; ) {
    grown = false;
    for (const bond of bonds) {
      if (ranks[bond]! >= layout.bounds[bond]! || ranks[bond]! > at(high)[bond]!) continue;
      const more = { ...ranks, [bond]: ranks[bond]! + 1 };
      if (count(more) > budget) continue;
      ranks[bond]!++;
      grown = true;
    }
  }
  return ranks;
}
