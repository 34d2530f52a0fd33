/** What `inspect` tells of a tensor: the spectrum of each unfolding, and ranks, size and error per format. */

import { NonFiniteError } from '../errors.ts';
import { formats } from '../formats/all.ts';
import type { Layout } from '../formats/format.ts';
import { sideOf } from '../formats/layout.ts';
import { bondsOf, Factored, ranksOf } from '../formats/network.ts';
import { isTree } from '../formats/treeNetwork.ts';
import type { StoredTensor } from '../io/safetensors.ts';
import { checkFinite } from '../ops/linalg/matrices.ts';
import type { Offer, PageTensor, Unfolding } from '../page/data.ts';
import { type Cut, type Forecast, forecast } from '../select/forecast.ts';
import { Spectra } from '../select/spectra.ts';
import { sizeOf } from '../shape.ts';
import { axesOf, foldOf, isDecomposable, tensorOf } from './tensors.ts';

/** A tensor of a file, with what formats would make of it. */
export interface Survey extends PageTensor {
  /** Of a tensor that is stored in low-rank form. */
  readonly ranks?: Readonly<Record<string, number>>;
}

/** Unfoldings that take more operations than this are skipped, unless the tensor is asked for by name. */
const MOST_FLOPS = 2e11;

/** Surveys one tensor of a file; large ones only where `all`, and none that has NaN or infinite elements. */
export function survey(name: string, x: Factored | StoredTensor, { all }: { readonly all: boolean }): Survey {
  if (x instanceof Factored) return surveyLowRank(name, x);
  const { dtype, shape } = x;
  const facts = { name, dtype, shape, bytes: x.bytes.length, parameters: sizeOf(shape) };
  const nothing = { unfoldings: [], formats: [] };
  if (!isDecomposable(x)) return { ...facts, ...nothing };
  const layouts = layoutsOf(shape);
  const flops = workOf(layouts);
  if (flops > MOST_FLOPS && !all) {
    return { ...facts, ...nothing, skipped: `about ${flops.toExponential(0)} operations; name it with --tensor` };
  }
  const a = tensorOf('inspect', name, x);
  try {
    checkFinite('inspect', a);
  } catch (error) {
    // The others of a file are worth a look all the same.
    if (error instanceof NonFiniteError) return { ...facts, ...nothing, skipped: 'not finite' };
    throw error;
  }
  const spectra = new Spectra(a);
  const unfoldings = new Map<string, Unfolding>();
  const offers = layouts.map(({ format, layout }): Offer => {
    const { net, modes } = layout;
    const cuts = spectra.cuts(layout).map((cut) => {
      const found = unfoldingOf(layout, cut);
      if (!unfoldings.has(found.label)) unfoldings.set(found.label, found);
      return { bond: cut.bond, unfolding: [...unfoldings.keys()].indexOf(found.label) };
    });
    return { format, net, modes, cuts };
  });
  return { ...facts, unfoldings: [...unfoldings.values()], formats: offers };
}

function surveyLowRank(name: string, x: Factored): Survey {
  const parts = Object.values(x.parts);
  const dtype = parts[0]!.dtype.toUpperCase();
  const bytes = x.count * (dtype === 'F64' ? 8 : 4);
  const { format, shape, count: parameters } = x;
  const ranks = ranksOf(x);
  const form = `${format} ${Object.values(ranks).join(',')}`;
  return { name, dtype, shape, bytes, form, ranks, parameters, unfoldings: [], formats: [] };
}

/** The tree formats over a shape that cut it anywhere, each kind of network once. */
function layoutsOf(shape: readonly number[]): { format: string; layout: Layout }[] {
  const known = new Set<string>();
  const fold = foldOf(shape);
  return formats.flatMap((format) => {
    let layout: Layout;
    try {
      layout = format.layout(axesOf(shape), fold === undefined ? {} : { fold });
    } catch {
      // A format may have no layout for a shape: a TT-matrix has rows and columns.
      return [];
    }
    const { net, modes } = layout;
    const bonds = bondsOf(net);
    const cuts = bonds.every((bond) => [0, net.open.length].every((n) => sideOf(net, bond).length !== n));
    const parts = Object.values(net.parts).map((labels) => [...labels].sort());
    const kind = JSON.stringify([parts, Object.values(modes)]);
    if (!isTree(net) || bonds.length === 0 || !cuts || known.has(kind)) return [];
    known.add(kind);
    return [{ format: format.name, layout }];
  });
}

/** Floating-point operations of all unfoldings, roughly. */
function workOf(layouts: readonly { layout: Layout }[]): number {
  let flops = 0;
  for (const { layout } of layouts) {
    const total = Object.values(layout.modes).reduce((n, m) => n * m, 1);
    for (const bound of Object.values(layout.bounds)) flops += 4 * total * bound;
  }
  return flops;
}

function unfoldingOf(layout: Layout, { rows, shape, values }: Cut): Unfolding {
  const sizes = layout.net.open.map((label) => layout.modes[label]!);
  const columns = sizes.flatMap((_, k) => (rows.includes(k) ? [] : [k]));
  const [left, right] = [rows, columns].map((places) => places.map((k) => sizes[k]).join('x'));
  const label = `${left} | ${right} (modes ${rows.map((k) => k + 1).join(',')})`;
  return { label, shape, values: Array.from(values) };
}

/** What an offer needs for a relative error. */
export function forecastOf({ unfoldings }: Survey, { net, modes, cuts }: Offer, eps: number): Forecast {
  const spectra = cuts.map(({ bond, unfolding }) => ({ bond, values: unfoldings[unfolding]!.values }));
  return forecast({ net, modes }, spectra, eps);
}
