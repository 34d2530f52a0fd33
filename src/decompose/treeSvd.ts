/**
 * A dense tensor on any tree of parts: from the leaves to the root every part takes the leading left singular vectors of
 * its modes and of the bonds below it, and leaves a smaller tensor behind (Grasedyck 2010, section 4, on the tensor that
 * is left, as in Vannieuwenhoven et al. 2012). Every step is an orthogonal projection inside the one before, so the
 * squares of the errors add up exactly: delta = eps |A| / sqrt(bonds) a bond keeps |A - full(x)| <= eps |A|.
 */

import { Factored } from '../formats/network.ts';
import { centerOf, type Edge, treeOf, upwards } from '../formats/treeNetwork.ts';
import { contiguous } from '../ops/contiguous.ts';
import { tail } from '../ops/linalg/chop.ts';
import { timesPowerOfTwo } from '../ops/linalg/scale.ts';
import { transpose } from '../ops/transpose.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { bondCount, type Dense, keep } from './dense.ts';
import { type DecomposeOptions, progressed } from './options.ts';
import { splitOff } from './splitOff.ts';

export interface TreeSvd {
  readonly x: Factored;
  /** The relative error after each bond. */
  readonly history: readonly number[];
}

/** Fills the network of a layout. Call it unrecorded and in a scope. */
export function treeSvd(op: string, format: string, dense: Dense, options: DecomposeOptions): TreeSvd {
  const { layout, exponent, caps } = dense;
  const { net } = layout;
  const tree = treeOf(op, { format, net });
  const root = centerOf(op, tree, undefined);
  const bonds = bondCount(layout);
  const parts: Record<string, Tensor> = {};
  const history: number[] = [];
  let [rest, labels] = [dense.a, [...net.open]];
  let norm = Number.NaN;
  let lost = 0;
  for (const { part, up } of byHeight(upwards(tree, root))) {
    const rows = net.parts[part]!.filter((label) => label !== up.bond);
    const choose = (values: Float64Array): number => {
      if (history.length === 0) norm = tail(values);
      const delta = options.eps === undefined ? undefined : (options.eps * norm) / Math.sqrt(bonds);
      return keep(values, caps[up.bond]!, delta);
    };
    const axes = rows.map((label) => labels.indexOf(label));
    const isFirst = history.length === 0;
    const cut = splitOff(rest, axes, choose, isFirst ? { exponent } : { consumes: true });
    const order = net.parts[part]!.map((label) => (label === up.bond ? rows.length : rows.indexOf(label)));
    parts[part] = contiguous(transpose(cut.U, order));
    const discarded = tail(cut.values, cut.U.shape.at(-1)!);
    lost += discarded * discarded;
    history.push(norm === 0 ? 0 : Math.sqrt(lost) / norm);
    [rest, labels] = [cut.rest, [up.bond, ...labels.filter((label) => !rows.includes(label))]];
    progressed(options, { step: history.length, of: bonds, error: history.at(-1)! });
  }
  const order = net.parts[root]!.map((label) => labels.indexOf(label));
  // Without a bond nothing was scaled.
  parts[root] = contiguous(timesPowerOfTwo(transpose(rest, order), bonds === 0 ? 0 : exponent));
  return { x: new Factored(format, net, layout.axes, parts), history };
}

/** Leaves first, then the parts above them: what is split later is smaller then. */
function byHeight(order: readonly { part: string; up: Edge }[]): { part: string; up: Edge }[] {
  const heights = new Map<string, number>();
  for (const { part, up } of order) {
    const height = heights.get(part) ?? 0;
    heights.set(part, height);
    heights.set(up.to, Math.max(heights.get(up.to) ?? 0, height + 1));
  }
  return [...order].sort((a, b) => heights.get(a.part)! - heights.get(b.part)!);
}
