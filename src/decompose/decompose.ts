/** One entry to all decompositions, by the name of a format: of any dense tensor, and of the weights of layers. */

import { ShapeError } from '../errors.ts';
import { formatNamed } from '../formats/all.ts';
import type { Axis } from '../formats/format.ts';
import { Factored } from '../formats/network.ts';
import { sameShape, showShape } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type AnyOptions, decompositionOf } from './all.ts';
import { Decomposed } from './decomposed.ts';

export interface DecomposeByName extends AnyOptions {
  /** A name of the table of formats: 'tt', 'tucker', 'cp', 'ht', 'tensorRing', 'lowRank', 'ttMatrix'. */
  readonly format: string;
}

/**
 * The tensor a in a format, by that format's own decomposition: decompose(a, { format: 'tt', eps: 1e-6 }) is
 * tt.decompose(a, { eps: 1e-6 }). Throws RankError for names that are none, and what that decomposition throws.
 */
export function decompose(a: Tensor, { format, ...options }: DecomposeByName): Decomposed {
  return decompositionOf(format)(a, options as AnyOptions);
}

/**
 * The weight of a layer with axes as the layer names them, [out, in] or [out, in, ...window], as a low-rank tensor of the
 * layout that new weights of this format have: their modes, unless `fold` says others. Any layer takes the result in place
 * of the weight. Throws ShapeError where the axes do not fit, and what the decomposition throws.
 */
export function decomposeWeight(
  weight: Tensor,
  axes: readonly Axis[],
  { format: name, ...options }: DecomposeByName,
): Decomposed {
  const sizes = axes.map(({ size }) => size);
  if (!sameShape(sizes, weight.shape)) {
    const rule = `the weight has the axes ${showShape(sizes)}`;
    throw new ShapeError('decomposeWeight', rule, showShape(weight.shape), 'name its own axes');
  }
  const format = formatNamed(name);
  const layout = format.layout(axes, options.fold === undefined ? {} : { fold: options.fold });
  const fold = layout.axes.map((modes) => modes.map((k) => layout.modes[layout.net.open[k]!]!));
  const roles = axes.map(({ role }) => role);
  const found = decompositionOf(name)(weight, { ...options, fold, roles } as AnyOptions);
  // Formats without roles name modes by number alone: the parts are the same, in the same order.
  const names = Object.keys(layout.net.parts);
  const parts = Object.fromEntries(Object.values(found.parts).map((part, k) => [names[k]!, part]));
  return new Decomposed(new Factored(format.name, layout.net, layout.axes, parts), found.report);
}
