/**
 * What each bond of a tree network would have to carry: a bond cuts the modes in two, and the singular values of the
 * unfolding by that cut tell which rank gives which error.
 */

import { RankError } from '../errors.ts';
import type { Layout } from '../formats/format.ts';
import { sideOf } from '../formats/layout.ts';
import { bondsOf } from '../formats/network.ts';
import { isTree } from '../formats/treeNetwork.ts';
import { cast } from '../ops/cast.ts';
import { singularValues } from '../ops/linalg/svd.ts';
import { reshape } from '../ops/reshape.ts';
import { transpose } from '../ops/transpose.ts';
import { sizeOf } from '../shape.ts';
import { dataSync } from '../tensor/read.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Cut } from './forecast.ts';

/** The spectra of one tensor: each unfolding is factorized once, however many formats ask for it. */
export class Spectra {
  readonly #tensor: Tensor;
  readonly #known = new Map<string, Float64Array>();

  constructor(tensor: Tensor) {
    this.#tensor = tensor;
  }

  /** The cuts of a layout over the tensor's shape. Throws RankError unless its network is a tree. */
  cuts(layout: Layout): Cut[] {
    if (!isTree(layout.net)) {
      throw new RankError('spectra', 'the bonds of the network make a tree', 'a circle', 'decompose and measure');
    }
    const { open } = layout.net;
    const sizes = open.map((label) => layout.modes[label]!);
    return bondsOf(layout.net).map((bond) => {
      const side = sideOf(layout.net, bond).map((label) => open.indexOf(label));
      const rest = sizes.flatMap((_, k) => (side.includes(k) ? [] : [k]));
      // One of the two sides stands for both, so that a chain and a tree share what they can.
      const [rows, columns] = rest.length === 0 || side[0] === 0 ? [side, rest] : [rest, side];
      const shape = [rows, columns].map((list) => sizeOf(list.map((k) => sizes[k]!))) as [number, number];
      return { bond, rows, shape, values: this.#values(sizes, rows, columns, shape) };
    });
  }

  #values(sizes: number[], rows: number[], columns: number[], shape: [number, number]): Float64Array {
    const name = `${sizes.join('x')} ${rows.join(' ')}`;
    let values = this.#known.get(name);
    if (values !== undefined) return values;
    values = scope(() => {
      const unfolded = reshape(transpose(reshape(this.#tensor, sizes), [...rows, ...columns]), shape);
      return dataSync(cast(singularValues(unfolded), 'f64')) as Float64Array;
    });
    this.#known.set(name, values);
    return values;
  }
}
