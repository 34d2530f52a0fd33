/**
 * Other modes for the same axes: cores cut into several ones (QTT: Oseledets 2010; Khoromskij 2011), neighbours merged
 * into one, axes regrouped. Without an error to spend nothing is rounded: a cut is a reshape beside an identity, so
 * merge(split(x)) gives the numbers of x.
 */

import { ShapeError } from '../errors.ts';
import { Factored, modesOf } from '../formats/network.ts';
import { einsum } from '../ops/einsum/einsum.ts';
import { contiguous } from '../ops/contiguous.ts';
import { reshape as reshapeDense } from '../ops/reshape.ts';
import { transpose } from '../ops/transpose.ts';
import { showShape, sizeOf } from '../shape.ts';
import { eye } from '../tensor/create.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type RoundOptions, round } from './round.ts';
import { layTrain, type Mode, modesByAxis, modesByCore, trainOf } from './train.ts';

type Fold = readonly (readonly number[])[];

/**
 * The train over shorter modes: `fold` lists the modes of every axis, [[2, 2, 2], [4, 2]], each of which divides one of
 * x. The modes of a core of a TT-matrix are cut equally often. Exact, at the greatest ranks, unless options of round()
 * are given. Throws ShapeError where the fold does not cut the modes of x.
 */
export function split(x: Factored, fold: Fold, options?: RoundOptions): Factored {
  const exact = scope(() => splitExactly(x, fold));
  return options === undefined ? exact : round(exact, options);
}

function splitExactly(x: Factored, fold: Fold): Factored {
  const pieces = piecesOf('split', x, fold);
  const byCore = modesByCore('split', x);
  const cut = trainOf('split', x).cores.map((core, k) => {
    const lists = byCore[k]!.map(({ label }) => pieces.get(label)!);
    const count = lists[0]!.length;
    if (lists.some((list) => list.length !== count)) {
      const got = lists.map((list) => `[${list.map(({ size }) => size).join(', ')}]`).join(' and ');
      throw new ShapeError('split', 'the modes of a core are cut equally often', got, 'put a 1 into the shorter list');
    }
    const modes = Array.from({ length: count }, (_, j) => lists.map((list) => list[j]!));
    return { cores: cutCore(interleaved(core, lists), modes), modes };
  });
  return layTrain(
    cut.flatMap(({ cores }) => cores),
    cut.flatMap(({ modes }) => modes),
    modesByAxis(x).map((axis) => axis.flatMap(({ label }) => pieces.get(label)!)),
  );
}

/** For every mode of x the modes that it is cut into. */
function piecesOf(op: string, x: Factored, fold: Fold): Map<string, Mode[]> {
  const axes = modesByAxis(x);
  const groups = axes.map((axis, k) => {
    const sizes = axis.map(({ size }) => size);
    const found = grouped(fold[k] ?? [], sizes);
    if (found !== null && fold.length === axes.length) return found;
    const got = fold[k] === undefined ? 'no list' : showShape(fold[k]);
    throw new ShapeError(op, `the modes of axis ${k} multiply to ${sizes.join(', ')}`, got, 'correct the fold');
  });
  const pairs = axes.flatMap((axis, k) =>
    axis.map(({ label }, at) => {
      const pieces = groups[k]![at]!.map((size, j): Mode => ({ label: `${label}_${j}`, size }));
      return [label, pieces] as const;
    }),
  );
  return new Map(pairs);
}

/** `fine` in runs whose products are the sizes of `coarse`, or null. Ones behind the last mode belong to it. */
function grouped(fine: readonly number[], coarse: readonly number[]): number[][] | null {
  let from = 0;
  const runs = coarse.map((size, k) => {
    const run: number[] = [];
    let product = 1;
    while (
      from < fine.length &&
      (run.length === 0 || product < size || (k === coarse.length - 1 && product === size))
    ) {
      product *= fine[from]!;
      run.push(fine[from++]!);
    }
    return { run, fits: product === size && run.length > 0 };
  });
  const whole = fine.every((n) => Number.isSafeInteger(n) && n >= 1);
  return whole && from === fine.length && runs.every(({ fits }) => fits) ? runs.map(({ run }) => run) : null;
}

/** A core [r, n, s] whose modes are cut, first pieces first: [r, a_0 b_0, a_1 b_1, ..., s] for modes a and b. */
function interleaved(core: Tensor, lists: readonly (readonly Mode[])[]): Tensor {
  const sizes = lists.flatMap((list) => list.map(({ size }) => size));
  const [r, s] = [core.shape[0]!, core.shape[2]!];
  if (lists.length === 1) return core;
  const count = lists[0]!.length;
  const order = Array.from({ length: count }, (_, j) => lists.map((_, i) => 1 + i * count + j)).flat();
  return contiguous(transpose(reshapeDense(core, [r, ...sizes, s]), [0, ...order, sizes.length + 1]));
}

/** A core cut from the left: wherever a side of the cut is square, it is an identity. */
function cutCore(core: Tensor, modes: readonly (readonly Mode[])[]): Tensor[] {
  const sizes = modes.map((own) => sizeOf(own.map(({ size }) => size)));
  const s = core.shape.at(-1)!;
  const cores: Tensor[] = [];
  let rest = core;
  for (let k = 0; k < sizes.length; k++) {
    const [r, n] = [rest.shape[0]!, sizes[k]!];
    const behind = sizeOf(sizes.slice(k + 1));
    if (k === sizes.length - 1) cores.push(reshapeDense(rest, [r, n, s]));
    else if (r * n <= behind * s) {
      cores.push(reshapeDense(eye(r * n, core.dtype), [r, n, r * n]));
      rest = reshapeDense(rest, [r * n, behind, s]);
    } else {
      cores.push(reshapeDense(rest, [r, n, behind * s]));
      rest = reshapeDense(eye(behind * s, core.dtype), [behind * s, behind, s]);
    }
  }
  return cores;
}

/**
 * The train over longer modes: `fold` lists the modes of every axis, each the product of neighbours of x. Nothing is
 * rounded but the products of cores. Throws ShapeError where the fold does not merge the modes of x, or would merge those
 * of cores that are no neighbours.
 */
export function merge(x: Factored, fold: Fold): Factored {
  const axes = modesByAxis(x);
  const target = new Map<string, Mode>();
  axes.forEach((axis, k) => {
    const sizes = axis.map(({ size }) => size);
    const runs = fold.length === axes.length ? grouped(sizes, fold[k] ?? []) : null;
    if (runs === null) {
      const got = fold[k] === undefined ? 'no list' : showShape(fold[k]);
      throw new ShapeError('merge', `the modes of axis ${k} are products of ${sizes.join(', ')}`, got, 'correct it');
    }
    let from = 0;
    runs.forEach((run, j) => {
      const mode = { label: `${k}_${j}`, size: sizeOf(run) };
      for (const { label } of axis.slice(from, (from += run.length))) target.set(label, mode);
    });
  });
  return scope(() => mergeInto(x, target));
}

function mergeInto(x: Factored, target: ReadonlyMap<string, Mode>): Factored {
  const byCore = modesByCore('merge', x);
  const modes = byCore.map((own) => own.map(({ label }) => target.get(label)!));
  const cores: Tensor[] = [];
  const merged: (readonly Mode[])[] = [];
  trainOf('merge', x).cores.forEach((core, k) => {
    const [own, before] = [modes[k]!, merged.at(-1)];
    const sizes = byCore[k]!.map(({ size }) => size);
    const apart = reshapeDense(core, [core.shape[0]!, ...sizes, core.shape[2]!]);
    if (before !== undefined && own.length === before.length && own.every((mode, j) => mode === before[j])) {
      cores[cores.length - 1] = product(cores.at(-1)!, apart);
      return;
    }
    if (own.some((mode) => merged.some((all) => all.includes(mode)))) {
      const got = own.map(({ size }) => size).join(' x ');
      throw new ShapeError('merge', 'modes that become one lie in neighbouring cores', got, 'permute() the axes first');
    }
    cores.push(apart);
    merged.push(own);
  });
  const flat = cores.map((core) => reshapeDense(core, [core.shape[0]!, -1, core.shape.at(-1)!]));
  const axes = modesByAxis(x).map((axis) => [...new Set(axis.map(({ label }) => target.get(label)!))]);
  return layTrain(flat, merged, axes);
}

/** Two neighbouring cores [r, a, b, ..., t] and [t, c, d, ..., s] as one [r, a c, b d, ..., s]. */
function product(left: Tensor, right: Tensor): Tensor {
  const names = ['a', 'b', 'c', 'd'].slice(0, left.order - 2);
  const uppers = names.map((name) => name.toUpperCase());
  const pairs = names.map((name, j) => name + uppers[j]!).join('');
  const both = einsum(`r${names.join('')}t,t${uppers.join('')}s->r${pairs}s`, left, right);
  const sizes = names.map((_, j) => left.shape[j + 1]! * right.shape[j + 1]!);
  return reshapeDense(both, [left.shape[0]!, ...sizes, right.shape.at(-1)!]);
}

/**
 * The same modes under another dense shape: nothing is computed, the axes are regrouped. Throws ShapeError where an axis
 * would end inside a mode.
 */
export function reshape(x: Factored, shape: readonly number[]): Factored {
  const modes = modesOf(x);
  const runs = grouped(modes, shape);
  if (runs === null) {
    const rule = `axes are products of the neighbouring modes ${showShape(modes)}`;
    throw new ShapeError('reshape', rule, showShape(shape), 'split() modes first');
  }
  let from = 0;
  const axes = runs.map((run) => run.map(() => from++));
  return new Factored(x.format, x.net, axes, x.parts);
}
