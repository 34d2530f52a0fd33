/** Random low-rank tensors on tree networks, and the measures that laws about them need. */

import type { Real } from '../../src/dtype.ts';
import { full } from '../../src/formats/algebra.ts';
import { formatNamed } from '../../src/formats/all.ts';
import type { Axis } from '../../src/formats/format.ts';
import { bondsOf, Factored, type Network, partShapes } from '../../src/formats/network.ts';
import { sizeOf } from '../../src/shape.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { seeded } from '../support/random.ts';

const axis = (size: number, role: Axis['role']): Axis => ({ size, role });

/** Formats whose networks are trees, each over a few modes, and networks of no format. */
const layouts: Readonly<
  Record<string, () => { net: Network; modes: Readonly<Record<string, number>>; axes: number[][] }>
> = {
  lowRank: () => of('lowRank', [axis(5, 'out'), axis(3, 'in'), axis(2, 'window')]),
  tucker: () => of('tucker', [axis(4, 'out'), axis(3, 'out'), axis(5, 'out')]),
  tucker1: () => of('tucker', [axis(6, 'out')]),
  tucker2: () => of('tucker', [axis(4, 'out'), axis(5, 'in'), axis(3, 'window'), axis(1, 'window')]),
  tt: () =>
    of(
      'tt',
      [axis(12, 'out'), axis(6, 'out')],
      [
        [3, 1, 4],
        [2, 3],
      ],
    ),
  tt1: () => of('tt', [axis(7, 'out')], [[7]]),
  ttMatrix: () => of('ttMatrix', [axis(6, 'out'), axis(12, 'in'), axis(3, 'window')], [[2, 3], [3, 4], [3]]),
  ht: () =>
    of(
      'ht',
      [axis(12, 'out'), axis(6, 'in')],
      [
        [3, 4],
        [2, 3],
      ],
    ),
  ht5: () => of('ht', [axis(108, 'out')], [[3, 2, 1, 6, 3]]),
  dense: () => of('dense', [axis(3, 'out'), axis(4, 'in')]),
  star: () => user({ hub: ['p', 'q', 's'], a: ['x', 'p'], b: ['q', 'y', 't'], c: ['t', 'z'], d: ['s', 'v', 'w'] }),
  comb: () => user({ a: ['p', 'x'], b: ['q', 'p', 's'], c: ['y', 'z', 's'], d: ['v', 'q', 't'], e: ['t', 'w'] }),
};

export const treeNames: readonly string[] = Object.keys(layouts);

function of(name: string, axes: readonly Axis[], fold?: readonly (readonly number[])[]) {
  const layout = formatNamed(name).layout(axes, fold === undefined ? {} : { fold });
  return { net: layout.net, modes: layout.modes, axes: layout.axes.map((own) => [...own]) };
}

function user(parts: Readonly<Record<string, readonly string[]>>) {
  const open = ['x', 'y', 'z', 'v', 'w'];
  return { net: { open, parts }, modes: { x: 3, y: 2, z: 4, v: 3, w: 2 }, axes: [[0], [1, 3], [2], [4]] };
}

export interface TreeSample {
  readonly name: string;
  readonly seed: number;
  /** The rank of every bond is drawn from 1 to this. */
  readonly most: number;
  readonly dtype: Real;
}

/** A tensor with random parts. */
export function treeOfSample({ name, seed, most, dtype }: TreeSample): Factored {
  const { net, modes, axes } = layouts[name]!();
  const random = seeded(seed);
  const ranks = Object.fromEntries(bondsOf(net).map((bond) => [bond, 1 + Math.floor(((random() + 1) / 2) * most)]));
  const shapes = partShapes(net, { ...modes, ...ranks });
  const parts = Object.entries(shapes).map(([part, shape]): [string, Tensor] => [
    part,
    tensor(
      Float64Array.from({ length: sizeOf(shape) }, () => random()),
      shape,
      dtype,
    ),
  ]);
  return new Factored(name, net, axes, Object.fromEntries(parts));
}

/** The rounding unit with the factor that the tolerances of f32 have. */
export function unitOf(dtype: Real): number {
  return dtype === 'f32' ? 2 * 2 ** -24 : 2 ** -53;
}

/** |a - b| in f64. */
export function distance(a: Tensor, b: Tensor): number {
  const [x, y] = [dataSync(a), dataSync(b)];
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += (x[k]! - y[k]!) * (x[k]! - y[k]!);
  if (x.length !== y.length) throw new Error(`sizes ${x.length} and ${y.length}`);
  return Math.sqrt(sum);
}

/** |a| in f64. */
export function size(a: Tensor): number {
  let sum = 0;
  for (const v of dataSync(a)) sum += v * v;
  return Math.sqrt(sum);
}

/** The modes of the full tensor, not merged into axes, in f64: [values, shape]. */
export function modesTensor(x: Factored): Tensor {
  const flat = new Factored(
    x.format,
    x.net,
    x.net.open.map((_, k) => [k]),
    x.parts,
  );
  return full(flat);
}

/** max |Q'Q - I| of a part as a matrix [rest, bond]. */
export function orthogonalityOf(x: Factored, name: string, bond: string): number {
  const part = x.parts[name]!;
  const at = x.net.parts[name]!.indexOf(bond);
  const values = dataSync(part);
  const [before, r] = [sizeOf(part.shape.slice(0, at)), part.shape[at]!];
  const after = sizeOf(part.shape.slice(at + 1));
  let worst = 0;
  for (let i = 0; i < r; i++) {
    for (let j = 0; j < r; j++) {
      let sum = i === j ? -1 : 0;
      for (let b = 0; b < before; b++) {
        for (let k = 0; k < after; k++) sum += values[(b * r + i) * after + k]! * values[(b * r + j) * after + k]!;
      }
      worst = Math.max(worst, Math.abs(sum));
    }
  }
  return worst;
}
