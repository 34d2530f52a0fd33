/** Arbitrary low-rank tensors of every format, and dense tensors with or without planted ranks. */

import fc from 'fast-check';
import { normals } from '../accuracy/draw.ts';
import type { Real } from '../dtype.ts';
import { full } from '../formats/algebra.ts';
import { formatNamed } from '../formats/all.ts';
import type { Axis, Layout } from '../formats/format.ts';
import { randomFactored } from '../formats/init.ts';
import { bondsOf, type Factored, ranksOf, type Sizes } from '../formats/network.ts';
import { fold, key } from '../random.ts';
import { showShape, sizeOf } from '../shape.ts';
import { dataSync } from '../tensor/read.ts';
import type { Dense } from './dense.ts';
import { printed, type ShapeOptions, seeds, shapes } from './shapes.ts';

export interface TensorOptions extends ShapeOptions {
  /** Default f64. */
  readonly dtype?: Real;
}

export interface FactoredOptions extends TensorOptions {
  /** Least and greatest rank of each bond, before the bound that the shape sets; default 1 to 4. */
  readonly rank?: readonly [least: number, most: number];
}

/** Dense tensors with normally distributed elements: of full rank. */
export function tensors({ dtype = 'f64', ...options }: TensorOptions = {}): fc.Arbitrary<Dense> {
  return fc.tuple(shapes(options), seeds()).map(([shape, seed]) => {
    const drawn = normals(fold(key(seed), 'tensors'), sizeOf(shape));
    const values = dtype === 'f64' ? drawn : drawn.map(Math.fround);
    return printed({ shape, values }, `a tensor ${showShape(shape)} ${dtype} of seed ${seed}`);
  });
}

const axis = (size: number, role: Axis['role']): Axis => ({ size, role });

/** The format laid over modes: matrix formats take the later ones as inputs. */
function layoutOver(format: string, modes: readonly number[]): Layout {
  const { name, layout } = formatNamed(format);
  const last = modes.length - 1;
  if (name !== 'ttMatrix') {
    const axes = modes.map((size, k) => axis(size, name === 'lowRank' && k === last && k > 0 ? 'in' : 'out'));
    return layout(axes, { fold: modes.map((n) => [n]) });
  }
  const half = (modes.length + 1) >> 1;
  const rows = modes.slice(0, half);
  const columns = rows.map((_, k) => modes[half + k] ?? 1);
  return layout([axis(sizeOf(rows), 'out'), axis(sizeOf(columns), 'in')], { fold: [rows, columns] });
}

/**
 * Low-rank tensors of a format of the format table ('tt', 'tucker', 'cp', 'ht', ...) with random parts: elements of the full
 * tensor have mean 0 and standard deviation 1. Of 'ttMatrix' the modes are those of rows, then those of columns.
 * Throws RankError for an unknown format.
 */
export function factoreds(
  format: string,
  { dtype = 'f64', rank = [1, 4], ...options }: FactoredOptions = {},
): fc.Arbitrary<Factored> {
  const { name } = formatNamed(format);
  const ranks = fc.array(fc.integer({ min: rank[0], max: rank[1] }), { minLength: 16, maxLength: 16, size: 'max' });
  return fc.tuple(shapes(options), ranks, seeds()).map(([modes, wanted, seed]) => {
    const layout = layoutOver(name, modes);
    const x = randomFactored(name, layout, ranksFrom(layout, wanted), { std: 1, key: key(seed), dtype });
    return printed(x, `${x} ${dtype} of seed ${seed}`);
  });
}

function ranksFrom(layout: Layout, wanted: readonly number[]): Sizes {
  const bonds = bondsOf(layout.net);
  return Object.fromEntries(bonds.map((bond, k) => [bond, Math.min(layout.bounds[bond]!, wanted[k % wanted.length]!)]));
}

/** A dense tensor of which low ranks are known. */
export interface Planted {
  readonly tensor: Dense;
  /** The low-rank tensor that it is the full one of. */
  readonly from: Factored;
  /** Its ranks by bond: no decomposition to this format needs larger ones. */
  readonly ranks: Readonly<Record<string, number>>;
}

/** Dense tensors that a format represents exactly with known ranks. Throws RankError for an unknown format. */
export function plantedTensors(format: string, options: FactoredOptions = {}): fc.Arbitrary<Planted> {
  return factoreds(format, options).map((from) => {
    const whole = full(from);
    const tensor = { shape: whole.shape, values: Float64Array.from(dataSync(whole)) };
    const planted = { tensor, from, ranks: ranksOf(from) };
    return printed(planted, `the full tensor of ${fc.stringify(from)}`);
  });
}
