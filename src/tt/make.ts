/** Trains that are known without a decomposition: of one value, random, the identity, and from cores. */

import type { Real } from '../dtype.ts';
import { RankError, ShapeError } from '../errors.ts';
import type { Format, Layout, Role } from '../formats/format.ts';
import { bondsOf, Factored, partShapes, type Sizes } from '../formats/network.ts';
import { type RankRequest, resolveRanks } from '../formats/rank.ts';
import { tt } from '../formats/tt.ts';
import { ttMatrix } from '../formats/ttMatrix.ts';
import { exp, log } from '../math.ts';
import { mul } from '../ops/binary.ts';
import { normal } from '../ops/random.ts';
import { reshape } from '../ops/reshape.ts';
import { fold as foldKey, key } from '../random.ts';
import { showShape } from '../shape.ts';
import { eye as eyeDense, full as filled } from '../tensor/create.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { layTrain, type Mode } from './train.ts';
import { logNorm } from './norm.ts';

export interface MakeOptions {
  /** Mode sizes of each axis, such as [[2, 2, 2], [4]]. Default: of a train, each axis is a mode. */
  readonly fold?: readonly (readonly number[])[];
  /** Default f32. */
  readonly dtype?: Real;
}

export interface RandomOptions extends MakeOptions {
  /** Ranks as decompositions take them. */
  readonly rank: RankRequest;
  /** Standard deviation of the entries, that is, norm over the root of their number; default 1. */
  readonly std?: number;
  /** A whole number; default 0. The same seed gives the same bits. */
  readonly seed?: number;
}

function layoutFor(op: string, format: Format, shape: readonly number[], fold: MakeOptions['fold']): Layout {
  if (shape.length === 0 || !shape.every((n) => Number.isSafeInteger(n) && n >= 1)) {
    throw new ShapeError(op, 'a tensor has axes, each of size >= 1', showShape(shape), 'drop empty axes');
  }
  const roles: readonly Role[] = format === ttMatrix ? ['out', 'in'] : [];
  if (format === ttMatrix && shape.length !== 2) {
    throw new ShapeError(op, 'a TT-matrix has rows and columns', showShape(shape), 'make a tensor train');
  }
  const axes = shape.map((size, k) => ({ size, role: roles[k] ?? ('out' as const) }));
  const cut = fold ?? (format === ttMatrix ? undefined : shape.map((n) => [n]));
  return format.layout(axes, cut === undefined ? {} : { fold: cut });
}

function partsOf(layout: Layout, ranks: Sizes): [string, number[]][] {
  return Object.entries(partShapes(layout.net, { ...layout.modes, ...ranks }));
}

/** The functions that make trains of one format. */
export interface Makers {
  /** All entries 0, ranks 1. */
  zeros(shape: readonly number[], options?: MakeOptions): Factored;
  /** All entries 1, ranks 1. */
  ones(shape: readonly number[], options?: MakeOptions): Factored;
  /** Normal entries in the cores, which are scaled so that the full tensor has the standard deviation asked for. */
  random(shape: readonly number[], options: RandomOptions): Factored;
}

function makersOf(format: Format): Makers {
  const constant = (op: string, value: number, shape: readonly number[], options: MakeOptions): Factored => {
    const layout = layoutFor(op, format, shape, options.fold);
    const ranks = Object.fromEntries(bondsOf(layout.net).map((bond) => [bond, 1]));
    const parts = partsOf(layout, ranks).map(([name, sizes]): [string, Tensor] => {
      return [name, filled(sizes, value, options.dtype ?? 'f32')];
    });
    return new Factored(format.name, layout.net, layout.axes, Object.fromEntries(parts));
  };
  return {
    zeros: (shape, options = {}) => constant('zeros', 0, shape, options),
    ones: (shape, options = {}) => constant('ones', 1, shape, options),
    random: (shape, options) => drawn(format, shape, options),
  };
}

function drawn(format: Format, shape: readonly number[], options: RandomOptions): Factored {
  const { rank, std = 1, seed = 0, dtype = 'f32', fold } = options;
  if (!(std >= 0 && std < Number.POSITIVE_INFINITY)) {
    throw new RankError('random', 'std is a number >= 0', String(std), 'use the default 1');
  }
  const layout = layoutFor('random', format, shape, fold);
  const ranks = resolveRanks(format, layout, rank);
  return scope(() => {
    const parts = partsOf(layout, ranks).map(([name, sizes]): [string, Tensor] => {
      return [name, normal(foldKey(key(seed), 'train', name), sizes, { dtype })];
    });
    const raw = new Factored(format.name, layout.net, layout.axes, Object.fromEntries(parts));
    // In logarithms: the number of entries, and so the norm, may lie beyond all numbers.
    const entries = layout.net.open.reduce((sum, label) => sum + log(layout.modes[label]!), 0);
    const ratio = std === 0 ? 0 : exp((log(std) + entries / 2 - logNorm(raw)) / parts.length);
    const scaled = parts.map(([name, x]): [string, Tensor] => [name, mul(x, ratio)]);
    return new Factored(format.name, layout.net, layout.axes, Object.fromEntries(scaled));
  });
}

/** Tensor trains. */
export const trains: Makers = makersOf(tt);
/** TT-matrices; without a fold rows and columns are cut as layers cut them. */
export const matrices: Makers = makersOf(ttMatrix);

/** The n x n identity as a TT-matrix of ranks 1; `modes` multiply to n. */
export function identity(modes: readonly number[], dtype: Real = 'f32'): Factored {
  return fromMatrixCores(modes.map((n) => reshape(eyeDense(n, dtype), [1, n, n, 1])));
}

/** A tensor train over cores [r, n, s]. Throws ShapeError where neighbours differ in rank or an outermost one is not 1. */
export function fromCores(cores: readonly Tensor[]): Factored {
  checkCores('fromCores', cores, 3);
  const modes = cores.map((core, k): Mode[] => [{ label: `n${k}`, size: core.shape[1]! }]);
  return layTrain(cores, modes, modes);
}

/** A TT-matrix over cores [r, m, n, s]; rows merge the modes m, columns the modes n. Throws as fromCores(). */
export function fromMatrixCores(cores: readonly Tensor[]): Factored {
  checkCores('fromCores', cores, 4);
  const rows = cores.map((core, k): Mode => ({ label: `m${k}`, size: core.shape[1]! }));
  const columns = cores.map((core, k): Mode => ({ label: `n${k}`, size: core.shape[2]! }));
  const flat = cores.map((core) => reshape(core, [core.shape[0]!, -1, core.shape[3]!]));
  return layTrain(
    flat,
    rows.map((row, k) => [row, columns[k]!]),
    [rows, columns],
  );
}

function checkCores(op: string, cores: readonly Tensor[], order: number): void {
  const shapes = cores.map(({ shape }) => shape);
  const [first, last] = [shapes[0], shapes.at(-1)];
  const chained = shapes.every((shape, k) => shape.length === order && (k === 0 || shapes[k - 1]!.at(-1) === shape[0]));
  if (first !== undefined && chained && first[0] === 1 && last!.at(-1) === 1 && shapes.flat().every((n) => n >= 1))
    return;
  const rule = `cores have ${order} modes, share ranks with their neighbours and begin and end with rank 1`;
  throw new ShapeError(op, rule, shapes.map(showShape).join(' ') || 'no cores', 'correct the cores');
}
