/** How layers get their weights: a layer names its axes and a standard deviation, the maker decides the format. */

import { ShapeError } from '../errors.ts';
import { broadcastTo } from '../ops/broadcast.ts';
import { normal } from '../ops/random.ts';
import type { Key } from '../random.ts';
import { zeros } from '../tensor/create.ts';
import { formatNamed } from './all.ts';
import type { Axis, Format, Layout, LayoutOptions } from './format.ts';
import { randomFactored } from './init.ts';
import { bondsOf, countOf } from './network.ts';
import { feasibleRanks, isBound, type RankRequest } from './rank.ts';
import type { Weight } from './weight.ts';

export interface WeightRequest {
  readonly axes: readonly Axis[];
  /** Standard deviation of the full weight's entries. */
  readonly std: number;
  readonly key: Key;
  /** Where the weight stands, for notes. */
  readonly path: string;
  /** Mode sizes that the first axis has where it is cut; they may multiply to more than its size: the rest is padding. */
  readonly rows?: readonly number[];
  /** Whether the layer wants it dense whatever the format of others is. */
  readonly isDense?: true;
}

export type MakeWeight = (request: WeightRequest) => Weight;

export interface FactorizeOptions extends LayoutOptions {
  /** Mode sizes of each axis, by the path of a weight or of its layer; before `fold`. */
  readonly folds?: Readonly<Record<string, NonNullable<LayoutOptions['fold']>>>;
  /** A name of the format table, such as 'tucker'. */
  readonly format: string;
  readonly rank: RankRequest;
  /** Hears about weights that stay dense or that cannot meet a cap. */
  readonly note?: (message: string) => void;
}

/** Dense weights with normal entries. */
export function denseWeight(): MakeWeight {
  return ({ axes, std, key }) =>
    normal(
      key,
      axes.map(({ size }) => size),
      { std },
    );
}

/** Weights of the right shape that take no memory, for a model that is only looked at. */
export const outlineWeight: MakeWeight = ({ axes }) =>
  broadcastTo(
    zeros([]),
    axes.map(({ size }) => size),
  );

/**
 * Low-rank weights of one format. A weight that would not shrink, not even at rank 1, stays dense; one that cannot be as
 * small as a fraction asks gets rank 1. Both are told to `note`. A share of the greatest ranks always makes a low-rank weight,
 * for methods that come down from above.
 */
export function lowRankWeight(options: FactorizeOptions): MakeWeight {
  const format = formatNamed(options.format);
  const { rank, note = () => {}, folds = {}, ...layoutOptions } = options;
  return (request) => {
    if (request.isDense) return denseWeight()(request);
    const fold = folds[request.path] ?? folds[layerOf(request.path)];
    const layout = layoutFor(format, request, fold === undefined ? layoutOptions : { ...layoutOptions, fold });
    // Without bonds the one part is the tensor itself.
    if (bondsOf(layout.net).length === 0) return denseWeight()(request);
    const dense = request.axes.reduce((n, { size }) => n * size, 1);
    // Shares of the dense parameters are those of the weight itself, without padding.
    const { ranks, isCapped } = feasibleRanks(format, layout, rank, dense);
    const stored = countOf(layout.net, { ...layout.modes, ...ranks });
    if (isCapped && rank !== 'same') {
      note(
        `${request.path}: rank 1 in ${format.name} stores ${stored} parameters, above the cap of ${rank} of ${dense}`,
      );
    }
    if (stored < dense || isBound(rank)) return randomFactored(format.name, layout, ranks, request);
    note(`${request.path}: stays dense, since ${format.name} would store ${stored} of ${dense} parameters`);
    return denseWeight()(request);
  };
}

/** The path of the layer that holds a weight. */
export function layerOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('.')));
}

/** The layout of a weight. Where rows are cut into modes with room to spare, its first axis is that much longer. */
function layoutFor(format: Format, { axes, rows }: WeightRequest, options: LayoutOptions): Layout {
  if (rows === undefined) return format.layout(axes, options);
  const room = (options.fold?.[0] ?? rows).reduce((n, m) => n * m, 1);
  const padded = axes.map((axis, k) => (k === 0 ? { ...axis, size: Math.max(axis.size, room) } : axis));
  const layout = format.layout(padded, options.fold === undefined ? { ...options, rows } : options);
  // A format that leaves the rows whole has no use for padding.
  return layout.axes[0]!.length > 1 ? layout : format.layout(axes, options);
}

/** Chooses a maker by path: the first entry whose name is the path or a branch above it, else `otherwise`. */
export function weightsByPath(makers: Readonly<Record<string, MakeWeight>>, otherwise: MakeWeight): MakeWeight {
  for (const path of Object.keys(makers)) {
    if (path === '') throw new ShapeError('weightsByPath', 'a path names a layer', "''", 'give the default separately');
  }
  return (request) => {
    const found = Object.entries(makers).find(([path]) => request.path === path || request.path.startsWith(`${path}.`));
    return (found?.[1] ?? otherwise)(request);
  };
}
