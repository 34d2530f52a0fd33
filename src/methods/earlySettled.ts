/**
 * When the spectra of a network have settled, and which of its layers are worth factorizing (Cuttlefish; Wang, Agarwal,
 * U-chupala, Tanaka, Xing & Papailiopoulos, MLSys 2023, section 3 and algorithm 1).
 *
 * The stable rank of each weight, as a matrix [out, rest], is taken after every epoch. A weight has settled once the
 * average of its change in an epoch is at most eps (0.1 in the paper); it then stays settled, and the network switches
 * when all weights have. The average is exponential with weight 2 / (1 + window), as in the authors' code. Layers whose
 * factorized form at a quarter of the full rank is less than 1.5 times as fast are left as they are: the paper takes
 * times, here the operations of the layers' own plans are counted, so that every machine decides alike.
 */

import { formatNamed } from '../formats/all.ts';
import { Factored, partShapes } from '../formats/network.ts';
import { resolveRanks } from '../formats/rank.ts';
import type { Module, Params } from '../nn/module.ts';
import { broadcastTo } from '../ops/broadcast.ts';
import { stateKey } from '../optim/step.ts';
import type { Shape } from '../shape.ts';
import { zeros } from '../tensor/create.ts';
import { cutsOf, stableRank } from './earlyRanks.ts';
import type { Form } from './forms.ts';
import { withSites } from './sites.ts';

/** How the stable rank of one weight has moved: plain numbers. */
export interface Trend {
  /** Full rank over stable rank of the fresh weight. */
  readonly scale: number;
  /** The stable rank now. */
  readonly last: number;
  /** The average change in an epoch, and how many epochs are in it. */
  readonly change: number;
  readonly count: number;
  /** 1 once the weight has settled. */
  readonly settled: number;
}

/** Trends by weight, with '/' for '.'. */
export type Trends = Readonly<Record<string, Trend>>;

/** The stable rank of a weight as a matrix of outputs by all else, and its full rank. */
function ranksAsMatrix({ site, weight }: Form): { stable: number; most: number } {
  const format = formatNamed('lowRank');
  const { values } = cutsOf({ site, weight, format, layout: format.layout(site.axes) })[0]!;
  return { stable: stableRank(values), most: values.length };
}

/** The trends of fresh weights. Weights of zeros have the scale 1. */
export function freshTrends(forms: readonly Form[]): Trends {
  const entries = forms.map((form): [string, Trend] => {
    const { stable, most } = ranksAsMatrix(form);
    const scale = stable > 0 ? most / stable : 1;
    return [stateKey(form.site.nodePath), { scale, last: stable, change: 0, count: 0, settled: 0 }];
  });
  return Object.fromEntries(entries);
}

/** The trends after one epoch more. */
export function followed(
  trends: Trends,
  forms: readonly Form[],
  { eps, window }: { readonly eps: number; readonly window: number },
): Trends {
  const entries = forms.map((form): [string, Trend] => {
    const name = stateKey(form.site.nodePath);
    const before = trends[name]!;
    const { stable } = ranksAsMatrix(form);
    const moved = Math.abs(stable - before.last);
    const change = before.count === 0 ? moved : before.change + (2 / (1 + window)) * (moved - before.change);
    const count = before.count + 1;
    const settled = before.settled === 1 || (count >= window && change <= eps) ? 1 : 0;
    return [name, { scale: before.scale, last: stable, change, count, settled }];
  });
  return Object.fromEntries(entries);
}

/** Whether all weights have settled. */
export function areSettled(trends: Trends): boolean {
  return Object.values(trends).every(({ settled }) => settled === 1);
}

/** Share of the full rank at which forms are tried. */
const TRIAL = 0.25;

/**
 * For each form how many times fewer operations its layer takes with it at a quarter of the greatest ranks, for one
 * input of this shape; 0 where the dense layer takes none.
 */
export function speedups(model: Module, params: Params, input: Shape, forms: readonly Form[]): number[] {
  const flopsOf = (seen: Params): Map<string, number> =>
    new Map(model.profile(seen, input, '').map(({ path, flops }) => [path, flops]));
  const dense = flopsOf(params);
  const tried = new Map(forms.map((form) => [form.site.nodePath, outline(form)]));
  const low = flopsOf(withSites(params, tried));
  return forms.map(({ site: { layer } }) => {
    const [before, after] = [dense.get(layer) ?? 0, low.get(layer) ?? 0];
    return after > 0 ? before / after : 0;
  });
}

/** A form at a quarter of the greatest ranks, of zeros that take no memory. */
function outline({ format, layout }: Form): Factored {
  const ranks = resolveRanks(format, layout, { bound: TRIAL });
  const shapes = partShapes(layout.net, { ...layout.modes, ...ranks });
  const parts = Object.entries(shapes).map(([name, shape]) => [name, broadcastTo(zeros([]), shape)]);
  return new Factored(format.name, layout.net, layout.axes, Object.fromEntries(parts));
}
