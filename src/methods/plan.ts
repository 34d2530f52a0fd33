/** Which dense weights of a network a run decomposes, and in which ranks: those that get smaller by it. */

import { decomposeWeight } from '../decompose/decompose.ts';
import type { Decomposed } from '../decompose/decomposed.ts';
import { FormatError } from '../errors.ts';
import { formatNamed } from '../formats/all.ts';
import type { Format, Layout } from '../formats/format.ts';
import { bondsOf, countOf, type Factored, ranksOf, type Sizes } from '../formats/network.ts';
import { denseSize, type RankRequest, resolveRanks } from '../formats/rank.ts';
import type { Module, Params } from '../nn/module.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { TrainEvent } from './method.ts';
import type { Target } from './settings.ts';
import { type Site, sitesOf } from './sites.ts';

/** A dense weight that is to be decomposed. */
export interface Planned {
  readonly site: Site;
  /** The part of the weight that is trained. */
  readonly weight: Tensor;
  readonly format: string;
  readonly layout: Layout;
  readonly ranks: Sizes;
  /** Elements of the low-rank form. */
  readonly stored: number;
  readonly fold?: readonly (readonly number[])[];
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
  const format = formatNamed(target.format);
  const weights: Planned[] = [];
  const left: { path: string; why: string }[] = [];
  for (const site of sitesOf(model, params, target.keep)) {
    const { path, layer, axes, node: weight } = site;
    if (!(weight instanceof Tensor)) continue;
    const fold = target.folds?.[path] ?? target.folds?.[layer];
    const layout = format.layout(axes, fold === undefined ? {} : { fold });
    const ranks = feasible(format, layout, asked(site, layout) ?? target.rank);
    const stored = countOf(layout.net, { ...layout.modes, ...ranks });
    if (bondsOf(layout.net).length > 0 && stored < weight.size) {
      weights.push({
        site,
        weight,
        format: format.name,
        layout,
        ranks,
        stored,
        ...(fold === undefined ? {} : { fold }),
      });
    } else left.push({ path, why: `${format.name} would store ${stored} of ${weight.size} parameters` });
  }
  return { weights, left };
}

/** Ranks without this share of each greatest one, r = floor(n - n cut), at least 1: a list by bond. */
export function ranksWithout({ net, bounds }: Layout, cut: number): number[] {
  return bondsOf(net).map((bond) => Math.max(1, Math.floor(bounds[bond]! - bounds[bond]! * cut)));
}

/** The ranks of a request; 1 everywhere where not even that meets a share of the dense parameters. */
function feasible(format: Format, layout: Layout, request: RankRequest): Sizes {
  const isShare = request === 'same' || (typeof request === 'number' && request > 0 && request < 1);
  if (isShare) {
    const least = resolveRanks(format, layout, 1);
    const limit = Math.floor((request === 'same' ? 1 : request) * denseSize(layout));
    if (countOf(layout.net, { ...layout.modes, ...least }) > limit) return least;
  }
  return resolveRanks(format, layout, request);
}

/** A tensor of the weight's shape in the planned form: its best approximation, or one close to it. */
export function lowered(tensor: Tensor, { site, format, layout, ranks, fold }: Planned): Decomposed {
  const rank = bondsOf(layout.net).map((bond) => ranks[bond]!);
  return decomposeWeight(tensor, site.axes, { format, rank, ...(fold === undefined ? {} : { fold }) });
}

/** What a log says of weights that a plan leaves dense. */
export function leftEvents({ left }: Plan): TrainEvent[] {
  return left.map(({ path, why }) => ({ kind: 'phase', path, message: `${path} stays dense: ${why}` }));
}

/** What a log says of a weight that has become low-rank with this relative error. */
export function loweredEvent({ site: { path }, weight }: Planned, form: Factored, error: number): TrainEvent {
  const to = ranksOf(form);
  const shown = Object.entries(to).map(([bond, r]) => `${bond}=${r}`);
  const size = `${form.count} of ${weight.size} parameters`;
  const message = `${path} becomes ${form.format} ${shown.join(' ')}, ${size}, error ${error.toPrecision(3)}`;
  return { kind: 'rank', path, message, from: {}, to };
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
