/**
 * Learning rates of the parts of low-rank weights, as factors on that of a dense weight.
 *
 * 'structure': each part is a linear map of its own, from f_in to f_out numbers. Features move alike at every size where
 * a map's rate is proportional to f_out / f_in for sgd and to 1 / f_in for Adam (Yang, Simon & Bernstein 2023, "A
 * spectral condition for feature learning"; for structured layers Qiu, Potapczynski, Finzi, Goldblum & Wilson 2024,
 * "Compute better spent", section 4), so the factor is that over the same for the dense weight.
 * 'loraPlus': parts that hold outputs alone learn `ratio` times as fast as others (Hayou, Ghosh & Yu 2024, LoRA+).
 */

import type { Axis } from '../formats/format.ts';
import { type Factored, sizesOf } from '../formats/network.ts';
import { balanced } from './factorizedStart.ts';

export const rateRules = ['same', 'structure', 'loraPlus'] as const;
export type RateRule = (typeof rateRules)[number];

export interface RateOptions {
  readonly rule: RateRule;
  /** Of 'loraPlus'. */
  readonly ratio: number;
  /** Whether steps are normalized by the size of gradients, as Adam's are. */
  readonly isAdaptive: boolean;
}

/** The numbers that a part takes in and gives out. */
interface Fans {
  readonly from: number;
  readonly to: number;
}

/** The factor of each part of a weight with these axes. */
export function partRates(x: Factored, axes: readonly Axis[], options: RateOptions): Record<string, number> {
  const { rule, ratio, isAdaptive } = options;
  const roles = rolesOf(x, axes);
  const fans = fansOf(x, roles);
  const outer = { from: 1, to: 1 };
  x.shape.forEach((size, k) => {
    outer[axes[k]!.role === 'out' ? 'to' : 'from'] *= size;
  });
  const rate = ({ from, to }: Fans): number => (isAdaptive ? 1 / from : to / from);
  const entries = Object.entries(x.net.parts).map(([name, labels]): [string, number] => {
    if (rule === 'structure') return [name, rate(fans[name]!) / rate(outer)];
    return [name, rule === 'loraPlus' && stageOf(labels, roles) === LAST ? ratio : 1];
  });
  return Object.fromEntries(entries);
}

/**
 * The same tensor with parts of the sizes that rates by structure are for: as orthonormal maps times the root of f_out /
 * f_in, up to one factor. By other rules, x itself.
 */
export function sizedFor(x: Factored, axes: readonly Axis[], { rule }: RateOptions): Factored {
  if (rule !== 'structure') return x;
  const fans = Object.entries(fansOf(x, rolesOf(x, axes)));
  const sizes = fans.map(([name, { from, to }]) => [name, Math.sqrt((Math.min(from, to) * to) / from)]);
  return balanced(x, Object.fromEntries(sizes));
}

type Roles = ReadonlyMap<string, Axis['role']>;

/** The role of each open label. */
function rolesOf(x: Factored, axes: readonly Axis[]): Roles {
  return new Map(axes.flatMap(({ role }, a) => x.axes[a]!.map((k) => [x.net.open[k]!, role] as const)));
}

/** Parts that hold only inputs meet the input first, those that hold only outputs last. */
const LAST = 2;
function stageOf(labels: readonly string[], roles: Roles): number {
  const held = labels.flatMap((label) => roles.get(label) ?? []);
  if (held.length > 0 && held.every((role) => role === 'in')) return 0;
  return held.length > 0 && held.every((role) => role === 'out') ? LAST : 1;
}

/**
 * Inputs and windows are summed over where they are held, and a bond in the last part that holds it; the parts of one
 * stage follow one another from the end of the network to its start.
 */
function fansOf(x: Factored, roles: Roles): Record<string, Fans> {
  const sizes = sizesOf(x);
  const parts = Object.entries(x.net.parts);
  const order = parts
    .map(([name, labels], k) => ({ name, stage: stageOf(labels, roles), k }))
    .sort((a, b) => a.stage - b.stage || b.k - a.k)
    .map(({ name }) => name);
  const lastWith = (bond: string): string => order.filter((name) => x.net.parts[name]!.includes(bond)).at(-1)!;
  const entries = parts.map(([name, labels]): [string, Fans] => {
    const fans = { from: 1, to: 1 };
    for (const label of labels) {
      const role = roles.get(label);
      const isSummed = role === undefined ? lastWith(label) === name : role !== 'out';
      fans[isSummed ? 'from' : 'to'] *= sizes[label]!;
    }
    return [name, fans];
  });
  return Object.fromEntries(entries);
}

/** The name of the part that meets the input last: the one to start at zero where a weight is to start at zero. */
export function lastPart(x: Factored, axes: readonly Axis[]): string {
  const roles = rolesOf(x, axes);
  const parts = Object.entries(x.net.parts).map(([name, labels]) => ({ name, stage: stageOf(labels, roles) }));
  return parts.reduce((best, part) => (part.stage > best.stage ? part : best)).name;
}
