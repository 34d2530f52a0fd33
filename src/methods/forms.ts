/** Into what a network's dense weights can be decomposed: a format by kind of layer, laid over each weight. */

import { decomposeWeight } from '../decompose/decompose.ts';
import type { Decomposed } from '../decompose/decomposed.ts';
import { formatNamed, formats } from '../formats/all.ts';
import type { Format, Layout } from '../formats/format.ts';
import { bondsOf, type Factored, ranksOf, type Sizes } from '../formats/network.ts';
import type { Module, Params } from '../nn/module.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { TrainEvent } from './method.ts';
import type { SettingSpec, Target } from './settings.ts';
import { type Site, sitesOf } from './sites.ts';

/** Formats by kind of layer: of weights with a window, and of all others. 'run' is the format of the run. */
export interface Kinds {
  readonly conv: string;
  readonly linear: string;
}

/** A dense weight and the form that it may take. */
export interface Form {
  readonly site: Site;
  /** The part of the weight that is trained. */
  readonly weight: Tensor;
  readonly format: Format;
  readonly layout: Layout;
  readonly fold?: readonly (readonly number[])[];
}

const RUN: Kinds = { conv: 'run', linear: 'run' };
const names = ['run', ...formats.map(({ name }) => name).filter((name) => name !== 'dense')];

/** Settings that every method with kinds has: `--with conv=tucker,linear=lowRank`. */
export const kindSettings: Readonly<Record<keyof Kinds, SettingSpec>> = {
  conv: {
    about: 'format of convolutions; run: that of the run, tucker where it names none',
    fallback: 'run',
    choices: names,
  },
  linear: {
    about: 'format of other weights; run: that of the run, lowRank where it names none',
    fallback: 'run',
    choices: names,
  },
};

/** The format of a weight. A run whose format is dense names none. */
function formatOf({ axes }: Site, target: Target, kinds: Kinds): Format {
  const hasWindow = axes.some(({ role }) => role === 'window');
  const asked = hasWindow ? kinds.conv : kinds.linear;
  if (asked !== 'run') return formatNamed(asked);
  if (target.format !== 'dense') return formatNamed(target.format);
  return formatNamed(hasWindow ? 'tucker' : 'lowRank');
}

/** The forms of all weights that are dense and not kept so, in the order of the layers. Throws ShapeError for wrong folds. */
export function formsOf(model: Module, params: Params, target: Target, kinds: Kinds = RUN): Form[] {
  return sitesOf(model, params, target.keep).flatMap((site) => {
    const { path, layer, axes, node } = site;
    if (!(node instanceof Tensor)) return [];
    const format = formatOf(site, target, kinds);
    const fold = target.folds?.[path] ?? target.folds?.[layer];
    const layout = format.layout(axes, fold === undefined ? {} : { fold });
    return [{ site, weight: node, format, layout, ...(fold === undefined ? {} : { fold }) }];
  });
}

/**
 * A tensor of the weight's shape in the form at these ranks: its best approximation, or one close to it. A Tucker tensor
 * is nearer to the best with method 'hooi'.
 */
export function lowered(
  tensor: Tensor,
  { site, format, layout, fold, ranks }: Form & { readonly ranks: Sizes },
  method?: string,
): Decomposed {
  const rank = bondsOf(layout.net).map((bond) => ranks[bond]!);
  return decomposeWeight(tensor, site.axes, {
    format: format.name,
    rank,
    ...(fold === undefined ? {} : { fold }),
    ...(method === undefined ? {} : { method }),
  });
}

/** What a log says of a weight that has become low-rank with this relative error. */
export function loweredEvent({ site: { path }, weight }: Form, form: Factored, error: number): TrainEvent {
  const to = ranksOf(form);
  const shown = Object.entries(to).map(([bond, r]) => `${bond}=${r}`);
  const size = `${form.count} of ${weight.size} parameters`;
  const message = `${path} becomes ${form.format} ${shown.join(' ')}, ${size}, error ${error.toPrecision(3)}`;
  return { kind: 'rank', path, message, from: {}, to };
}
