/** Into what a network's dense weights can be decomposed: a format by kind of layer, laid over each weight. */

import { decomposeWeight } from '../decompose/decompose.ts';
import { formatNamed, formats } from '../formats/all.ts';
import type { Format, Layout } from '../formats/format.ts';
import { bondsOf, Factored, type Sizes } from '../formats/network.ts';
import type { Module, Params } from '../nn/module.ts';
import { Tensor } from '../tensor/tensor.ts';
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
export function formsOf(model: Module, params: Params, target: Target, kinds: Kinds): Form[] {
  return sitesOf(model, params, target.keep).flatMap((site) => {
    const { path, layer, axes, node } = site;
    if (!(node instanceof Tensor)) return [];
    const format = formatOf(site, target, kinds);
    const fold = target.folds?.[path] ?? target.folds?.[layer];
    const layout = format.layout(axes, fold === undefined ? {} : { fold });
    return [{ site, weight: node, format, layout, ...(fold === undefined ? {} : { fold }) }];
  });
}

/** The low-rank tensor of a form, at most at these ranks, and its relative error. Tucker forms are found by HOOI. */
export function formed({ site, weight, format, layout, fold }: Form, ranks: Sizes): { form: Factored; error: number } {
  const rank = bondsOf(layout.net).map((bond) => ranks[bond]!);
  const found = decomposeWeight(weight, site.axes, {
    format: format.name,
    rank,
    ...(fold === undefined ? {} : { fold }),
    ...(format.name === 'tucker' ? { method: 'hooi' } : {}),
  });
  return { form: new Factored(found.format, found.net, found.axes, found.parts), error: found.report.error };
}
