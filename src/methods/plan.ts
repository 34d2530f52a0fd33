/** Which dense weights of a network a run decomposes, and in which ranks: those that get smaller by it. */

import { FormatError } from '../errors.ts';
import type { Layout } from '../formats/format.ts';
import { bondsOf, countOf, type Sizes } from '../formats/network.ts';
import { feasibleRanks, type RankRequest } from '../formats/rank.ts';
import type { Module, Params } from '../nn/module.ts';
import { type Form, formsOf } from './forms.ts';
import type { TrainEvent } from './method.ts';
import type { Target } from './settings.ts';
import { type Site, sitesOf } from './sites.ts';

/** A dense weight that is to be decomposed. */
export interface Planned extends Form {
  readonly ranks: Sizes;
  /** Elements of the low-rank form. */
  readonly stored: number;
}

export interface Plan {
  readonly weights: readonly Planned[];
  /** Why other dense weights stay as they are, by path. */
  readonly left: readonly { readonly path: string; readonly why: string }[];
}

/**
 * The plan of a network. `asked` gives the ranks of single weights; default those of the target. Weights that would not
 * get smaller are left out, and so is what is low-rank already. Throws RankError and ShapeError for ranks and folds that
 * are none.
 */
export function planned(
  model: Module,
  params: Params,
  target: Target,
  asked: (site: Site, layout: Layout) => RankRequest | undefined = () => undefined,
): Plan {
  const weights: Planned[] = [];
  const left: { path: string; why: string }[] = [];
  for (const form of formsOf(model, params, target)) {
    const { site, layout, weight, format } = form;
    const { ranks } = feasibleRanks(format, layout, asked(site, layout) ?? target.rank);
    const stored = countOf(layout.net, { ...layout.modes, ...ranks });
    if (bondsOf(layout.net).length > 0 && stored < weight.size) weights.push({ ...form, ranks, stored });
    else left.push({ path: site.path, why: `${format.name} would store ${stored} of ${weight.size} parameters` });
  }
  return { weights, left };
}

/** Ranks without this share of each greatest one, r = floor(n - n cut), at least 1: a list by bond. */
export function ranksWithout({ net, bounds }: Layout, cut: number): number[] {
  return bondsOf(net).map((bond) => Math.max(1, Math.floor(bounds[bond]! - bounds[bond]! * cut)));
}

/** What a log says of weights that a plan leaves dense. */
export function leftEvents({ left }: Plan): TrainEvent[] {
  return left.map(({ path, why }) => ({ kind: 'phase', path, message: `${path} stays dense: ${why}` }));
}

/** 'conv1:0.3;fc1:15' as numbers > 0 by layer. Throws FormatError for other texts. */
export function numbersByLayer(op: string, text: string): ReadonlyMap<string, number> {
  const entries = text === '' ? [] : text.split(';').map((one) => one.split(':'));
  for (const [name = '', value = '', ...rest] of entries) {
    if (name !== '' && value !== '' && Number(value) > 0 && rest.length === 0) continue;
    const rule = 'layers is LAYER:NUMBER;LAYER:NUMBER with numbers > 0';
    throw new FormatError(op, rule, `'${text}'`, 'write such as conv1:0.3;fc1:15');
  }
  return new Map(entries.map(([name, value]) => [name!, Number(value)]));
}

/** Throws FormatError where a name is that of no planned or left weight or its layer. */
export function checkLayers(op: string, names: Iterable<string>, model: Module, params: Params): void {
  const known = new Set(sitesOf(model, params).flatMap(({ path, layer }) => [path, layer]));
  for (const name of names) {
    if (known.has(name)) continue;
    throw new FormatError(op, 'layers names layers with weights', `'${name}'`, `choose of ${[...known].join(', ')}`);
  }
}
